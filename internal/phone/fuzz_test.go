package phone_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"okno/internal/phone"
)

// Whatever is given as a number is refused, or is one that stays what it is.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"8 701 000 00 01", "+7 (701) 000-00-01", "٧٧٠١٠٠٠٠٠٠١", "77010000001\x00", "+882160000000", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, err := phone.Parse(s)
		if err != nil {
			require.ErrorIs(t, err, phone.ErrInvalid)
			return
		}
		require.Regexp(t, `^\+[0-9]{7,15}$`, number)
		again, err := phone.Parse(number)
		require.NoError(t, err)
		require.Equal(t, number, again)
		require.True(t, utf8.ValidString(phone.Mask(number)))
		require.NotContains(t, phone.Mask(number), number)
	})
}
