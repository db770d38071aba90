package citizen_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestParseNationalNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, number, wrong, canonical string }{
		{kind: "", number: "850101300015"}, // weights 1 to 11
		{kind: "iin", number: "85010130001", wrong: "12 digits"},
		{kind: "iin", number: "8501013000150", wrong: "12 digits"},
		{kind: "iin", number: "85010130001x", wrong: "digits only"},
		{kind: "iin", number: "850101300014", wrong: "check digit"}, // mistyped
		{kind: "iin", number: "850101300051", wrong: "check digit"}, // two digits swapped
		{kind: "iin", number: "000000000000", wrong: "zeros"},
		{kind: "iin", number: "061211600012"}, // by the second weights
		{kind: "iin", number: "900513000008"}, // 0 for the century and sex
		{kind: "iin", number: "000101051361"},
		{kind: "iin", number: "851301300015"}, // no thirteenth month: the digits need not be a date
		{kind: "iin", number: "850229300011"}, // nor one that there was
		{kind: "iin", number: "850101 300015", canonical: "850101300015"},
		{kind: "bin", number: "990440000385"},
		{kind: "bin", number: "990440000386", wrong: "check digit"},
		{kind: "bin", number: "850101300015", wrong: "organisation"},
		{kind: "bin", number: "990470000386", wrong: "organisation"},
		{kind: "snils", number: "11223344595"},
		{kind: "snils", number: "112-233-445 95", canonical: "11223344595"},
		{kind: "snils", number: "11223344596", wrong: "check digit"},
		{kind: "snils", number: "08765430300"}, // 100 is written 00
		{kind: "snils", number: "08765430200"}, // and so is 101
		{kind: "snils", number: "00100199899"}, // before the rule
		{kind: "snils", number: "1122334459", wrong: "11 digits"},
		{kind: "inn", number: "7707083893"}, // of an organisation
		{kind: "inn", number: "7707083894", wrong: "check digit"},
		{kind: "inn", number: "500100732259"}, // of a person
		{kind: "inn", number: "500100732258", wrong: "check digit"},
		{kind: "inn", number: "500100732359", wrong: "check digit"}, // the eleventh
		{kind: "inn", number: "50010073225", wrong: "10 or 12 digits"},
	} {
		kind, err := citizen.KindOf(c.kind)
		require.NoError(t, err)
		number, err := citizen.ParseNationalNumber(kind, c.number)
		if c.wrong != "" {
			require.ErrorIs(t, err, citizen.ErrNationalNumber, "%s %s", c.kind, c.number)
			require.ErrorContains(t, err, c.wrong, "%s %s", c.kind, c.number)
			require.NotContains(t, err.Error(), c.number)
			continue
		}
		require.NoError(t, err, "%s %s", c.kind, c.number)
		if c.canonical == "" {
			c.canonical = c.number
		}
		require.Equal(t, c.canonical, number)
	}
	_, err := citizen.KindOf("passport")
	require.ErrorIs(t, err, citizen.ErrNationalNumber)
}

// Of an IIN whose check digit is 10 by both weights there is none.
func TestNoCheckDigitFits(t *testing.T) {
	t.Parallel()
	for digit := range 10 {
		_, err := citizen.ParseNationalNumber(citizen.IIN, fmt.Sprint("89040231584", digit))
		require.ErrorIs(t, err, citizen.ErrNationalNumber)
	}
}

// Each digit of a SNILS that is mistyped is noticed.
func TestOneWrongDigitIsNoticed(t *testing.T) {
	t.Parallel()
	for name, number := range map[string]string{"snils": "11223344595"} {
		kind, err := citizen.KindOf(name)
		require.NoError(t, err)
		for i := range number {
			for digit := byte('0'); digit <= '9'; digit++ {
				mistyped := []byte(number)
				if mistyped[i] = digit; string(mistyped) == number {
					continue
				}
				_, err := citizen.ParseNationalNumber(kind, string(mistyped))
				require.Error(t, err, "%s %s", name, mistyped)
			}
		}
	}
}
