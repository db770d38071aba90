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
	for route, scope := range scopes() {
		if scope != "" {
			require.Contains(t, levels, route)
			delete(levels, route)
		}
	}
	require.Empty(t, levels, "no such routes")
}
