package citizen_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

func TestLevelsOfVerification(t *testing.T) {
	t.Parallel()
	levels := []citizen.Verification{citizen.Nobody, citizen.ByNumber, citizen.BySecret, citizen.ByAgent}
	for held, v := range levels {
		for least, l := range levels {
			require.Equal(t, held >= least, v.AtLeast(l), "%s for %s", v, l)
		}
		require.True(t, v.AtLeast(""), "nothing is asked for")
		require.False(t, v.AtLeast("rumour"), "no level")
	}
	require.True(t, citizen.Verification("").AtLeast(citizen.Nobody))
	require.False(t, citizen.Verification("rumour").AtLeast(citizen.ByNumber))
}

// The table of docs/security.md is the one that is in force.
func TestTheDocumentHasTheLevels(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/security.md")
	require.NoError(t, err)
	require.Contains(t, string(document), citizen.Table(), "put this table into docs/security.md:\n%s", citizen.Table())
	for _, n := range citizen.Needs {
		require.True(t, citizen.ByAgent.AtLeast(n.Least), "%s needs what is no level", n.Operation)
	}
}
