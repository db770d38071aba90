package citizen_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

// Only twelve digits can be a national number.
func FuzzCheckNationalNumber(f *testing.F) {
	for _, s := range []string{"850101300015", "850101300016", "8501013000150", "８５０１０１３０００１５", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if citizen.CheckNationalNumber(s) == nil {
			require.Regexp(t, `^[0-9]{12}$`, s)
		}
	})
}
