package leaks

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"
)

// Some that are at the top, in the middle and at the end of every list of
func TestPasswordsOfLeaksAreKnown(t *testing.T) {
	t.Parallel()
	for _, known := range []string{"password", "12345678", "qwertyuiop", "iloveyou", "1q2w3e4r5t", "trustno1", "TrustNo1", "starwars", "victoria", "motherlode",
		"zaq12wsx", "1qazxsw2", "password1", "rush2112", "ncc1701d", "ghjcnjnfr", "rfhnjirf"} {
		require.True(t, Leaked(known), known)
	}
	for _, good := range []string{"correct horse battery staple", "три синих трамвая едут", "xkqzvbtw", "kMx7-vbQe-92Lp-aa", ""} {
		require.False(t, Leaked(good), good)
	}
}

// Of passwords that nobody has, one in 10,000 is taken for a leaked one at most: of 300,000 there may be 30. One in 100,000 is expected, 3; more
// than 30 come once in 10^18 runs.
func TestFewOthersAreTakenForLeaked(t *testing.T) {
	t.Parallel()
	wrong := 0
	for range 300_000 {
		if Leaked(rand.Text()) {
			wrong++
		}
	}
	require.LessOrEqual(t, wrong, 30)
}

// Each password of a list is in its filter, which is of the size that is said.
func TestAFilterHasAllOfItsList(t *testing.T) {
	t.Parallel()
	all := make([]string, 5000)
	for i := range all {
		all[i] = rand.Text()
	}
	made := filter(Make(all))
	require.Len(t, made, 5000*Per/8)
	for _, one := range all {
		require.True(t, made.has(one), one)
	}
}
