package citizen_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestCheckNationalNumber(t *testing.T) {
	t.Parallel()
	for number, wrong := range map[string]string{
		"850101300015":  "",            // weights 1 to 11
		"85010130001":   "12 digits",   // too short
		"8501013000150": "12 digits",   // too long
		"85010130001x":  "digits only", // a letter
		"850101300014":  "check digit", // mistyped
		"850101300051":  "check digit", // two digits swapped
		"000000000000":  "zeros",
		"061211600012":  "", // by the second weights
		"900513000008":  "", // 0 for the century and sex
		"000101051361":  "",
		"851301300015":  "", // no thirteenth month: the digits need not be a date
		"850229300011":  "", // nor one that there was
	} {
		err := citizen.CheckNationalNumber(number)
		if wrong == "" {
			require.NoError(t, err, number)
			continue
		}
		require.ErrorIs(t, err, citizen.ErrNationalNumber, number)
		require.ErrorContains(t, err, wrong, number)
	}
}

// Of a number whose check digit is 10 by both weights there is none.
func TestNoCheckDigitFits(t *testing.T) {
	t.Parallel()
	for digit := range 10 {
		require.ErrorIs(t, citizen.CheckNationalNumber(fmt.Sprint("89040231584", digit)), citizen.ErrNationalNumber)
	}
}
