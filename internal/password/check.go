package password

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/fault"
	"okno/internal/password/leaks"
)

// LeastAlone is the shortest password that opens something by itself (NIST SP 800-63B-4 §3.1.1.2); with a second factor it is [Least].
const LeastAlone = 15

// Most is the longest password, in bytes.
const Most = 256

// leastBits is what a password is worth at least, by bits. Eight random small letters are worth 37.
const leastBits = 30

// What is wrong with a password that a person chooses. All are of kind invalid, about the field "password".
var (
	ErrTooShort  = refusal(fmt.Sprintf("a password has at least %d characters, or %d when a second factor is set up", LeastAlone, Least))
	ErrTooLong   = refusal(fmt.Sprintf("a password has at most %d bytes", Most))
	ErrUnkeyable = refusal("a password has no control characters")
	ErrObvious   = refusal("this password is easily guessed: it is a common one, a run of keys, a repetition, or made of your name or login")
)

func refusal(text string) error {
	return &fault.Error{Kind: fault.Invalid, Field: "password", Text: text}
}

// Person is whose password it is to be.
type Person struct{ Login, Name string }

// words are what somebody guesses first who knows the person.
func (p Person) words() []string {
	found := []string{"okno", "окно", "1414"}
	for _, word := range strings.FieldsFunc(strings.ToLower(p.Login+" "+p.Name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) >= leastRun {
			found = append(found, word, plain(word))
		}
	}
	return append(found, strings.ToLower(p.Login))
}

// Check says what is wrong with a password that a person chooses: ErrTooShort, ErrTooLong, ErrUnkeyable, ErrObvious. Capitals, digits and
// marks are not asked for.
func Check(password string, of Person, secondFactor bool) error {
	least := LeastAlone
	if secondFactor {
		least = Least
	}
	switch {
	case utf8.RuneCountInString(password) < least:
		return ErrTooShort
	case len(password) > Most:
		return ErrTooLong
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return ErrUnkeyable
	case leaks.Leaked(password), leaks.Leaked(plain(strings.ToLower(password))), bits(password, of.words()) < leastBits:
		return ErrObvious
	}
	return nil
}
