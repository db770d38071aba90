package citizen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

// Whatever is given as a national number is refused, or has a canonical form that stays what it is.
func FuzzParseNationalNumber(f *testing.F) {
	for kind, s := range map[int]string{0: "850101300015", 1: "990440000385", 2: "112-233-445 95", 3: "7707083893", 4: "８５０１０１３０００１５", 5: ""} {
		f.Add(kind, s)
	}
	f.Fuzz(func(t *testing.T, n int, s string) {
		kind := citizen.Kinds[max(n, -n, 0)%len(citizen.Kinds)]
		number, err := citizen.ParseNationalNumber(kind, s)
		if err != nil {
			require.ErrorIs(t, err, citizen.ErrNationalNumber)
			return
		}
		require.Regexp(t, `^[0-9]{10,12}$`, number)
		require.Contains(t, kind.Lengths(), len(number))
		again, err := citizen.ParseNationalNumber(kind, number)
		require.NoError(t, err)
		require.Equal(t, number, again)
	})
}
