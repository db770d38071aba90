package citizen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestCheckNationalNumber(t *testing.T) {
	t.Parallel()
	for number, wrong := range map[string]string{
		"850101300015":  "",              // weights 1 to 11
		"85010130001":   "12 digits",     // too short
		"8501013000150": "12 digits",     // too long
		"85010130001x":  "digits only",   // a letter
		"850101700019":  "seventh digit", // no such century
		"851301300019":  "date of birth", // no thirteenth month
		"850229300015":  "date of birth", // 1985 was no leap year
		"850101300014":  "check digit",   // mistyped
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
