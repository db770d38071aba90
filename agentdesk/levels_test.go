package agentdesk

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/protocol"
	"okno/internal/citizen"
)

// Each command stands in the one list of levels.
func TestEachCommandHasItsLevel(t *testing.T) {
	t.Parallel()
	require.ElementsMatch(t, slices.Collect(maps.Keys(citizen.Levels(citizen.AtDesk))), slices.Collect(maps.Keys(verbs)))
}

// Each command stands in the schema.
func TestEachCommandIsInTheSchema(t *testing.T) {
	t.Parallel()
	schema, err := protocol.Read()
	require.NoError(t, err)
	require.Equal(t, slices.Sorted(maps.Keys(verbs)), schema.Commands())
}
