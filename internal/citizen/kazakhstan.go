package citizen

import "fmt"

// The kinds of Kazakhstan.
var (
	IIN Kind = kazakh{"iin"} // of a person
	BIN Kind = kazakh{"bin"} // of an organisation
)

// kazakh is an IIN or a BIN: 12 digits, the last a check digit (the decree of the Government No. 406 of 22 May 2007).
type kazakh struct{ name string }

func (k kazakh) Name() string { return k.name }

func (kazakh) Lengths() []int { return []int{12} }

// Check looks at the check digit alone in an IIN. Nothing is told from the other digits: since 2013 they are not tied to the date of
// birth, and in the place of the century and sex (1 to 6) others occur. A BIN has the kind of organisation, 4 to 6, in its fifth digit,
// and 0 to 3 in the sixth.
func (k kazakh) Check(digits string) error {
	if k.name == "bin" && (digits[4] < '4' || digits[4] > '6' || digits[5] > '3') {
		return fmt.Errorf("%w: its fifth and sixth digits are none of an organisation", ErrNationalNumber)
	}
	if check, ok := kazakhCheck(digits); !ok || check != int(digits[11]-'0') {
		return errCheckDigit
	}
	return nil
}

// kazakhCheck weighs the digits by 1 to 11; where that gives 10, by 3 to 11 and on with 1 and 2; where that gives 10 again, no number is
// issued.
func kazakhCheck(digits string) (check int, ok bool) {
	for _, weights := range [][]int{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, {3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2}} {
		if check = weigh(digits, weights...) % 11; check != 10 {
			return check, true
		}
	}
	return 0, false
}
