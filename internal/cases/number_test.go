package cases_test

import (
	"fmt"
	"strings"
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
		{"87010000009", "", cases.RefusedLength},    // a telephone number
		{"850101300015", "", cases.RefusedLength},   // a national number
		{"123456786 2026", "", cases.RefusedLength}, // a number, and a year
		{"123456785 0005", "1234567850005", ""},
		{"1234567850006", "", cases.RefusedCheckDigit},
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

// Numbers that were given stay what they are.
func TestNumbersOfOldSerials(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	for serial, want := range map[int64]string{0: "953766075", 1: "001697996", 12_345_678: "765806357", 99_999_999: "777465877"} {
		number, err := n.Number(serial)
		require.NoError(t, err)
		require.Equal(t, want, number)
	}
}

// most is the number of serials.
const most = 100_000_000 + 900_000_000_000

func TestNumbersAreValidAndNeverTwice(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	seen := map[string]bool{}
	for _, from := range []int64{0, 99_990_000, most - 10_000} { // the second goes over the border
		for serial := from; serial < min(from+20_000, most); serial++ {
			number, err := n.Number(serial)
			require.NoError(t, err)
			length := cases.NumberDigits
			if serial >= 100_000_000 {
				length = cases.LongNumberDigits
			}
			require.Len(t, number, length)
			_, refused := cases.ParseNumber(number)
			require.Empty(t, refused, number)
			require.False(t, seen[number], "%s stands twice", number)
			seen[number] = true
		}
	}
	for _, serial := range []int64{-1, most} {
		_, err := n.Number(serial)
		require.Error(t, err)
	}
}

// serials draws serials of short numbers and of long ones.
func serials(t *rapid.T) int64 {
	return rapid.OneOf(rapid.Int64Range(0, 99_999_999), rapid.Int64Range(100_000_000, most-1)).Draw(t, "serial")
}

func TestEverySlipOfAKeyIsFound(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	rapid.Check(t, func(t *rapid.T) {
		number, err := n.Number(serials(t))
		require.NoError(t, err)
		at := rapid.IntRange(0, len(number)-1).Draw(t, "at")
		digit := rapid.IntRange(0, 9).Draw(t, "digit")
		slip := number[:at] + fmt.Sprint(digit) + number[at+1:]
		if at > 0 && rapid.Bool().Draw(t, "swap") {
			slip = number[:at-1] + number[at:at+1] + number[at-1:at] + number[at+1:]
		}
		_, refused := cases.ParseNumber(slip)
		require.Equal(t, slip == number, refused == "", "%s for %s", slip, number)
	})
}

// A number is read as it is spoken and written, of whichever length; and key by key it is whole with its last key, and not before.
func TestANumberIsReadOnEveryChannel(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	rapid.Check(t, func(t *rapid.T) {
		number, err := n.Number(serials(t))
		require.NoError(t, err)
		var grouped strings.Builder
		for i, digit := range number {
			if i > 0 && i%3 == 0 {
				grouped.WriteString(rapid.SampledFrom([]string{" ", "-", ".", "\u00a0"}).Draw(t, "between"))
			}
			grouped.WriteRune(digit)
		}
		written := rapid.SampledFrom([]string{"", "дело ", "№", "мое дело номер "}).Draw(t, "before") + grouped.String() + rapid.SampledFrom([]string{"", ".", "?", " спасибо"}).Draw(t, "behind")
		read, refused := cases.ParseNumber(written)
		require.Empty(t, refused, written)
		require.Equal(t, number, read)
		for pressed := 1; pressed <= len(number); pressed++ {
			require.Equal(t, pressed == len(number), cases.WholeNumber(number[:pressed]), "%s after %d keys", number, pressed)
		}
	})
}

// Serials that follow each other have numbers that have nothing to do with each other: of two neighbours about one digit in ten is the same.
func TestNumbersCannotBeCounted(t *testing.T) {
	t.Parallel()
	n := cases.NewNumbering([]byte("key"))
	for _, from := range []int64{0, 100_000_000} {
		same, all := 0, 0
		before, err := n.Number(from)
		require.NoError(t, err)
		for serial := from + 1; serial < from+5000; serial++ {
			number, err := n.Number(serial)
			require.NoError(t, err)
			for i := range number {
				all++
				if number[i] == before[i] {
					same++
				}
			}
			before = number
		}
		require.InDelta(t, 0.1, float64(same)/float64(all), 0.01)
	}
}
