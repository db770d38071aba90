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

// NumberDigits is the length of a case number: eight digits and a check digit.
const NumberDigits = 9

// The reasons for which ParseNumber refuses.
const (
	RefusedForm       = "form"        // something other than digits
	RefusedLength     = "length"      // too few or too many of them
	RefusedCheckDigit = "check_digit" // mistyped
)

// ParseNumber gives the case number that a text has: with spaces, dashes and quotes, in the digits of any script, after words
// like "дела №" ([words.Number]). Or it gives the reason for refusing it: there is none, or more than one (form), or it has too
// few digits or too many (length), or the check digit is wrong.
func ParseNumber(s string) (number, refused string) {
	number, ok := words.Number(s, NumberDigits)
	switch {
	case !ok && words.Normalise(s) == "":
		return "", RefusedLength
	case !ok:
		return "", RefusedForm
	case len(number) != NumberDigits:
		return "", RefusedLength
	}
	var check byte
	for i := range len(number) {
		check = damm[check][number[i]-'0']
	}
	if check != 0 {
		return "", RefusedCheckDigit
	}
	return number, ""
}

// Numbering makes case numbers that cannot be guessed or counted: a keyed permutation of a sequence.
type Numbering struct{ key []byte }

// NewNumbering takes a secret key. Another key gives other numbers, so it must not change while a sequence lasts.
func NewNumbering(key []byte) *Numbering { return &Numbering{key: key} }

// half is the square root of the number of serials: a Feistel network swaps two halves of four digits.
const half = 10_000

// Number gives the case number of a serial from 0 to 99,999,999.
func (n *Numbering) Number(serial int64) (string, error) {
	if serial < 0 || serial >= half*half {
		return "", fmt.Errorf("case serial %d is out of range", serial)
	}
	left, right := uint64(serial)/half, uint64(serial)%half
	// Ten rounds: with halves this small, the four that suffice for large blocks are few (Patarin, 2010).
	for round := range byte(10) {
		left, right = right, (left+n.round(round, right))%half
	}
	digits := fmt.Sprintf("%04d%04d", left, right)
	var check byte
	for _, d := range []byte(digits) {
		check = damm[check][d-'0']
	}
	return digits + string('0'+check), nil
}

func (n *Numbering) round(round byte, half uint64) uint64 {
	mac := hmac.New(sha256.New, n.key)
	var block [9]byte
	block[0] = round
	binary.BigEndian.PutUint64(block[1:], half)
	mac.Write(block[:])
	return binary.BigEndian.Uint64(mac.Sum(nil))
}
