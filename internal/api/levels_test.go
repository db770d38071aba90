package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

// Each route stands in the one list of levels.
func TestEachRouteHasItsLevel(t *testing.T) {
	t.Parallel()
	levels := citizen.Levels(citizen.ByAPI)
	for _, r := range (&API{}).routes() {
		require.Contains(t, levels, r.pattern)
		delete(levels, r.pattern)
	}
	require.Empty(t, levels, "no such routes")
}
