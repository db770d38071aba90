// Package phone reads telephone numbers as people and networks write them, and hides them as logs show them.
package phone

import (
	"errors"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"okno/internal/words"
)

// ErrInvalid says that a number is not one that can be reached.
var ErrInvalid = errors.New("not a telephone number")

// Region is the country whose national form numbers may have.
const Region = "KZ"

const countryCode = "+7" // of Region

// Parse gives a number in E.164, "+77011234567", from any usual form: "8 701 123 45 67", "77011234567", "+7 (701) …", "0044 …",
// in the digits of any script and among the marks of direction that come with what is pasted (U+202D…U+202C). Letters are
// refused: nobody dials by them here, and an O for a 0 is as likely another's number.
func Parse(s string) (string, error) {
	s = strings.TrimSpace(s)
	if isMobile(s) {
		return s, nil
	}
	plus := strings.HasPrefix(strings.TrimLeft(words.Clean(s), " "), "+")
	s = words.Normalise(s)
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return "", ErrInvalid
	}
	number, err := phonenumbers.Parse(international(s, plus), Region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE { // a number within a town can be reached there only
		return "", ErrInvalid
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// ParseWithin is Parse for what a network of an area writes: its subscribers' numbers without the area's code ("27-25-000" of 727). Where
// area is "", no such number can be completed.
func ParseWithin(area, s string) (string, error) {
	number, err := Parse(s)
	if err == nil || area == "" || words.Digits(s) == "" || strings.HasPrefix(strings.TrimSpace(s), "+") {
		return number, err
	}
	return Parse(countryCode + area + words.Digits(s))
}

// IsArea says whether a code can stand before the numbers of a town.
func IsArea(code string) bool {
	return len(code) >= 3 && len(code) <= 5 && strings.Trim(code, "0123456789") == ""
}

// international undoes what is written before a number by mistake: 00 for the plus, and the 8 of calls within the country after
// the plus or after +7 ("+8 705…", "+7 8 701…"). Neither is the beginning of another number of that length: no country has the
// code 89, numbers of 87 are longer, and those of +7 have ten digits.
func international(s string, plus bool) string {
	digits := words.Digits(s)
	switch {
	case strings.HasPrefix(digits, "00"):
		return "+" + digits[2:]
	case plus && len(digits) == 11 && (strings.HasPrefix(digits, "87") || strings.HasPrefix(digits, "89")):
		return "+7" + digits[1:]
	case len(digits) == 12 && strings.HasPrefix(digits, "78"):
		return "+7" + digits[2:]
	case plus:
		return "+" + strings.TrimPrefix(s, "+")
	}
	return s
}

// isMobile says whether a number is a Kazakh one of mobile networks in E.164, as it is in nearly all messages: reading any
// other form takes a hundred times as long.
func isMobile(s string) bool {
	return len(s) == len("+77011234567") && strings.HasPrefix(s, "+77") && strings.Trim(s[1:], "0123456789") == ""
}

// TakesSMS says whether a number in E.164 is one of mobile networks, as far as its country's plan tells.
func TakesSMS(number string) bool {
	parsed, err := phonenumbers.Parse(number, Region)
	if err != nil {
		return false
	}
	kind := phonenumbers.GetNumberType(parsed)
	return kind == phonenumbers.MOBILE || kind == phonenumbers.FIXED_LINE_OR_MOBILE
}

// Mask hides the middle of a number: "+7701•••4567".
func Mask(number string) string {
	const head, tail = 5, 4
	if len(number) <= head+tail {
		return strings.Repeat("•", min(len(number), 3))
	}
	return number[:head] + "•••" + number[len(number)-tail:]
}
