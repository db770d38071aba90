package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// offersTimes is a caller who waits and has asked to be called back: the callback is open, and a time is offered for it.
func offersTimes(t *testing.T) (h *floortest.House, interaction, callback int64, turn conversation.Turn) {
	t.Helper()
	h = floortest.New(t, 1)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	interaction, _ = h.CallWaits(t, number)
	turn = press(t, h, interaction, "1")
	callback = pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	require.Equal(t, contact.Callback, h.Contact(t, callback).Channel)
	require.Equal(t, text(h, "operator.callback")+"|", spoken(t, h, turn)[0])
	require.Equal(t, dialogue.ExpectKey, turn.Expect.Kind)
	return h, interaction, callback, turn
}

// A caller chooses a time: a key that means nothing is heard to, the time is said and written, nobody is offered the callback before, and then it comes in
// front of who asked later.
func TestACallerChoosesWhenToBeCalled(t *testing.T) {
	t.Parallel()
	h, interaction, callback, _ := offersTimes(t)
	asked := h.Contact(t, callback).QueuedAt
	require.Equal(t, text(h, "common.wrong")+"|", spoken(t, h, keyed(t, h, interaction, "7"))[0])
	turn := keyed(t, h, interaction, "1")
	promised := h.Contact(t, callback).PromisedAt
	require.Zero(t, promised.Truncate(time.Hour).Sub(promised), "a full hour")
	require.Greater(t, time.Until(promised), 29*time.Minute)
	zone := time.FixedZone("", 5*60*60)
	require.Contains(t, spoken(t, h, turn)[0], promised.In(zone).Format("15:04"))
	require.Equal(t, dialogue.ExpectNothing, turn.Expect.Kind)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, fmt.Sprintf(`SELECT count(*) FROM mt_messages WHERE interaction_id = %d`, h.Contact(t, callback).Interaction)))

	require.Zero(t, h.Dispatch(t), "it is not time")
	_, later := h.CallWaits(t, "+77010000002")
	pgtest.Exec(t, h.URL, `UPDATE contacts SET due_at = now() WHERE channel = 'callback'`)
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Waiting, h.Contact(t, later).State)
	c := h.Contact(t, callback)
	require.Equal(t, contact.Offered, c.State)
	require.Equal(t, asked, c.QueuedAt)
	require.Equal(t, promised, c.PromisedAt, "the agent sees for when it was promised")
}

// Whoever chooses nothing is called as soon as the turn comes, and so is whoever chooses when an operator has the callback already.
func TestACallerChoosesNoTime(t *testing.T) {
	t.Parallel()
	h, interaction, callback, _ := offersTimes(t)
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, text(h, "operator.callback")+"|", spoken(t, h, keyed(t, h, interaction, "1"))[0])
	require.True(t, h.Contact(t, callback).PromisedAt.IsZero())

	h, interaction, callback, _ = offersTimes(t)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
	require.True(t, h.Contact(t, callback).PromisedAt.IsZero())
	require.Equal(t, 1, h.Dispatch(t))
}
