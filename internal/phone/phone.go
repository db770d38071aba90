// Package phone reads telephone numbers as people and networks write them, and hides them as logs show them.
package phone

import (
	"errors"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ErrInvalid says that a number is not one that can be reached.
var ErrInvalid = errors.New("not a telephone number")

// Region is the country whose national form numbers may have.
const Region = "KZ"

// Parse gives a number in E.164, "+77011234567", from any usual form: "8 701 123 45 67", "77011234567", "+7 (701) …".
func Parse(s string) (string, error) {
	s = strings.TrimSpace(s)
	if isMobile(s) {
		return s, nil
	}
	number, err := phonenumbers.Parse(s, Region)
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return "", ErrInvalid
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// isMobile says whether a number is a Kazakh one of mobile networks in E.164, as it is in nearly all messages: reading any
// other form takes a hundred times as long.
func isMobile(s string) bool {
	return len(s) == len("+77011234567") && strings.HasPrefix(s, "+77") && strings.Trim(s[1:], "0123456789") == ""
}

// Mask hides the middle of a number: "+7701•••4567".
func Mask(number string) string {
	const head, tail = 5, 4
	if len(number) <= head+tail {
		return strings.Repeat("•", min(len(number), 3))
	}
	return number[:head] + "•••" + number[len(number)-tail:]
}
