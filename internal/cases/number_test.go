package cases_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/cases"
)

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, number, refused string }{
		{"123456786", "123456786", ""},
		{" 123 456-786 ", "123456786", ""},
		{"№123456786", "123456786", ""},
		{"123456785", "", cases.RefusedCheckDigit},
		{"123465786", "", cases.RefusedCheckDigit},
		{"12345678", "", cases.RefusedLength},
		{"", "", cases.RefusedLength},
		{"1234x6786", "", cases.RefusedForm},
		{"статус моего дела", "", cases.RefusedForm},
		{"123456786 и 287285580", "", cases.RefusedForm},
		{"١٢٣٤٥٦٧٨٦", "123456786", ""},
		{"дела «123456786»?", "123456786", ""},
		{"12З456786", "123456786", ""},
		{"12З456785", "", cases.RefusedCheckDigit},
	} {
		number, refused := cases.ParseNumber(c.in)
		require.Equal(t, c.number, number, c.in)
		require.Equal(t, c.refused, refused, c.in)
	}
}

func TestNumbersAreValidAndNeverTwice(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	seen := map[string]bool{}
	for serial := range int64(20_000) {
		number, err := n.Number(serial)
		require.NoError(t, err)
		_, refused := cases.ParseNumber(number)
		require.Empty(t, refused, number)
		require.False(t, seen[number], "%s stands twice", number)
		seen[number] = true
	}
	_, err := n.Number(100_000_000)
	require.Error(t, err)
}

func TestEverySlipOfAKeyIsFound(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	rapid.Check(t, func(t *rapid.T) {
		number, err := n.Number(rapid.Int64Range(0, 99_999_999).Draw(t, "serial"))
		require.NoError(t, err)
		at := rapid.IntRange(0, 8).Draw(t, "at")
		digit := rapid.IntRange(0, 9).Draw(t, "digit")
		slip := number[:at] + fmt.Sprint(digit) + number[at+1:]
		if at > 0 && rapid.Bool().Draw(t, "swap") {
			slip = number[:at-1] + number[at:at+1] + number[at-1:at] + number[at+1:]
		}
		_, refused := cases.ParseNumber(slip)
		require.Equal(t, slip == number, refused == "", "%s for %s", slip, number)
	})
}
