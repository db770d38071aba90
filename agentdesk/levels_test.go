package agentdesk

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/citizen"
)

// Each command stands in the one list of levels.
func TestEachCommandHasItsLevel(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, slices.Collect(maps.Keys(citizen.Levels(citizen.AtDesk))), slices.Collect(maps.Keys(verbs)))
}
