package contacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/floor/floortest"
)

func TestCallLivesUntilItEnds(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	live := func(asterisk string) []call.Call {
		calls, err := h.DB.LiveCalls(t.Context(), asterisk)
		require.NoError(t, err)
		return calls
	}
	interaction, _ := h.CallWaits(t, "+77010000001")
	require.Empty(t, live("ast2"))
	c := live("ast1")[0]
	require.Equal(t, call.Waiting, c.Stage)
	require.Equal(t, interaction, c.Interaction)
	require.Equal(t, "+77010000001", c.Number)
	require.NotEmpty(t, c.Channel())
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
	require.Empty(t, live("ast1"))
	for channel, want := range map[string]bool{c.Channel(): true, "never seen": false} {
		ended, err := h.DB.CallHasEnded(t.Context(), channel)
		require.NoError(t, err)
		require.Equal(t, want, ended, channel)
	}
}
