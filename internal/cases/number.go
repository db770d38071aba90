package cases

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"okno/internal/words"
)

// damm is the quasigroup of H. M. Damm's dissertation (2004): it finds every single wrong digit and every swap of two
// neighbours.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

// The lengths of case numbers. The first hundred million have eight digits and a check digit; all later ones thirteen digits in all: a length
// that neither a telephone number of the region (ten to twelve digits) nor a national number (twelve) has.
const (
	NumberDigits     = 9
	LongNumberDigits = 13
)

// The reasons for which ParseNumber refuses.
const (
	RefusedForm       = "form"        // something other than digits
	RefusedLength     = "length"      // too few or too many of them
	RefusedCheckDigit = "check_digit" // mistyped
)

// ParseNumber gives the case number that a text has: with spaces, dashes and quotes, in the digits of any script, after words
// like "дела №" ([words.Number]). Or it gives the reason for refusing it: there is none, or more than one (form), or it has another number of
// digits (length), or the check digit is wrong.
func ParseNumber(s string) (number, refused string) {
	number, ok := words.Number(s, NumberDigits, LongNumberDigits)
	switch {
	case !ok && words.Normalise(s) == "":
		return "", RefusedLength
	case !ok:
		return "", RefusedForm
	case len(number) == NumberDigits && checkDigit(number) != 0:
		return "", RefusedCheckDigit
	case len(number) == NumberDigits:
		return number, ""
	case len(number) != LongNumberDigits || checkDigit(number[:NumberDigits]) == 0: // a short number with something behind it
		return "", RefusedLength
	case checkDigit(number) != 0:
		return "", RefusedCheckDigit
	}
	return number, ""
}

// WholeNumber says whether keys that were pressed one by one are a whole case number, so that none is waited for: the first nine digits of a
// long number are never a short one.
func WholeNumber(keys string) bool {
	return len(keys) == LongNumberDigits || len(keys) == NumberDigits && checkDigit(keys) == 0
}

// checkDigit is the check digit of digits; 0 of digits that end with theirs.
func checkDigit(digits string) (check byte) {
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 1 // keys may be others
		}
		check = damm[check][digits[i]-'0']
	}
	return check
}

// Numbering makes case numbers that cannot be guessed or counted: a keyed permutation of a sequence.
type Numbering struct{ key []byte }

// NewNumbering takes a secret key. Another key gives other numbers, so it must not change while a sequence lasts.
func NewNumbering(key []byte) *Numbering { return &Numbering{key: key} }

const (
	shortSerials = 100_000_000     // with halves of four digits
	longSerials  = 900_000_000_000 // nine in ten of those with halves of six digits
)

// Number gives the case number of a serial, from 0 on.
func (n *Numbering) Number(serial int64) (string, error) {
	switch {
	case serial >= 0 && serial < shortSerials:
		digits := fmt.Sprintf("%08d", n.permute(0, 10_000, uint64(serial)))
		return digits + string('0'+checkDigit(digits)), nil
	case serial >= shortSerials && serial < shortSerials+longSerials:
		return n.long(uint64(serial - shortSerials)), nil
	}
	return "", fmt.Errorf("case serial %d is out of range", serial)
}

// long gives eight digits, a ninth that is not their check digit, three more, and a check digit.
func (n *Numbering) long(serial uint64) string {
	// A permutation of 10¹² is one of fewer by walking its cycles (Black and Rogaway, 2002): 1.1 steps on average.
	for serial = n.permute(1, 1_000_000, serial); serial >= longSerials; {
		serial = n.permute(1, 1_000_000, serial)
	}
	digits := fmt.Sprintf("%08d", serial/9000)
	digits += string('0' + (checkDigit(digits)+1+byte(serial/1000%9))%10)
	digits += fmt.Sprintf("%03d", serial%1000)
	return digits + string('0'+checkDigit(digits))
}

// permute is a Feistel network over two halves, each below half: a permutation of the numbers below their square. Each domain has its own.
func (n *Numbering) permute(domain byte, half, value uint64) uint64 {
	left, right := value/half, value%half
	// Ten rounds: with halves this small, the four that suffice for large blocks are few (Patarin, 2010).
	for round := range byte(10) {
		left, right = right, (left+n.round(domain<<4|round, right))%half
	}
	return left*half + right
}

func (n *Numbering) round(round byte, half uint64) uint64 {
	mac := hmac.New(sha256.New, n.key)
	var block [9]byte
	block[0] = round
	binary.BigEndian.PutUint64(block[1:], half)
	mac.Write(block[:])
	return binary.BigEndian.Uint64(mac.Sum(nil))
}
