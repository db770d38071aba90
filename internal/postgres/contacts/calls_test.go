package contacts_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func addCall(t *testing.T, db *store.Store, channel string) call.Call {
	t.Helper()
	ctx := context.Background()
	c := call.Call{Asterisk: "ast1", Channel: channel, Number: "+77010000001", State: call.Ringing}
	require.NoError(t, db.Do(ctx, func(w *store.Work) (err error) {
		c.Interaction, err = w.OpenInteraction(ctx, conversation.Interaction{
			Channel: "voice", Number: c.Number, Verification: "none", Language: "ru"})
		require.NoError(t, err)
		return w.AddCall(ctx, c)
	}))
	return c
}

func TestCallLivesUntilItEnds(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), pgtest.New(t)
	c := addCall(t, db, "channel-1")
	live := func(asterisk string) []call.Call {
		calls, err := db.LiveCalls(ctx, asterisk)
		require.NoError(t, err)
		return calls
	}
	require.Equal(t, []call.Call{c}, live("ast1"))
	require.Empty(t, live("ast2"))

	c.State, c.Leg = call.Connected, call.Leg{Bridge: "b", Channel: "a", Endpoint: "PJSIP/agent-7"}
	require.NoError(t, db.SaveCall(ctx, c))
	require.Equal(t, []call.Call{c}, live("ast1"))

	c.State, c.Leg = call.Ended, call.Leg{}
	require.NoError(t, db.SaveCall(ctx, c))
	require.Empty(t, live("ast1"))
	require.ErrorIs(t, db.SaveCall(ctx, c), call.ErrOver)

	for channel, want := range map[string]bool{"channel-1": true, "never seen": false} {
		ended, err := db.CallHasEnded(ctx, channel)
		require.NoError(t, err)
		require.Equal(t, want, ended, channel)
	}
}
