package citizen

import (
	"errors"
	"fmt"
)

// ErrNationalNumber says that a national number is not valid.
var ErrNationalNumber = errors.New("not a national number")

// CheckNationalNumber checks Kazakhstan's IIN: 12 digits, the last a check digit (the decree of the Government No. 406 of 22 May
// 2007). Nothing else is checked, and nothing told from the digits: since 2013 they are not tied to the date of birth, and in the
// place of the century and sex (1 to 6) others occur.
func CheckNationalNumber(s string) error {
	if len(s) != 12 {
		return fmt.Errorf("%w: it has 12 digits", ErrNationalNumber)
	}
	var digits [12]int
	for i, r := range []byte(s) {
		if r < '0' || r > '9' {
			return fmt.Errorf("%w: it has digits only", ErrNationalNumber)
		}
		digits[i] = int(r - '0')
	}
	if digits == [12]int{} {
		return fmt.Errorf("%w: it is all zeros", ErrNationalNumber)
	}
	if check, ok := checksum(digits); !ok || check != digits[11] {
		return fmt.Errorf("%w: its check digit is wrong", ErrNationalNumber)
	}
	return nil
}

// checksum weighs the digits by 1 to 11; where that gives 10, by 3 to 11 and on with 1 and 2; where that gives 10 again,
// no number is issued.
func checksum(digits [12]int) (check int, ok bool) {
	for _, shift := range []int{0, 2} {
		sum := 0
		for i := range 11 {
			sum += digits[i] * ((i+shift)%11 + 1)
		}
		if sum%11 != 10 {
			return sum % 11, true
		}
	}
	return 0, false
}
