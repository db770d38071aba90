package retention

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRulesAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range Rules {
		require.NoError(t, r.Check())
		require.False(t, seen[r.Table], "two rules for %s", r.Table)
		seen[r.Table] = true
	}
	require.Error(t, Rule{Table: "x"}.Check())
	require.Error(t, Rule{Table: "x", For: day}.Check())
	require.Error(t, Rule{Table: "x", With: "audit"}.Check())
	require.Error(t, Rule{Table: "x", With: "interactions", Stays: "both"}.Check())
}
