package catalogue

import "strings"

// Digits of a service's code: three, or four in a region that describes more than a thousand services. All codes of one catalogue have
// the same length, since a caller's entry is complete with its last digit.
const (
	CodeDigits     = 3
	LongCodeDigits = 4
)

// IsCode says whether a text is a code of either length.
func IsCode(s string) bool {
	return (len(s) == CodeDigits || len(s) == LongCodeDigits) && strings.Trim(s, "0123456789") == ""
}
