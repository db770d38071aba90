package cases_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
)

// Whatever a citizen keys or writes as a case number is a whole number, or refused as what it is.
func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"123456786", "123 456 786", "12-34", "123456785 0005", "１２３４５６７８６", "x", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, refused := cases.ParseNumber(s)
		if refused != "" {
			return
		}
		require.Regexp(t, `^([0-9]{9}|[0-9]{13})$`, number)
		again, refused := cases.ParseNumber(number)
		require.Empty(t, refused)
		require.Equal(t, number, again)
	})
}
