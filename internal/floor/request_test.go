package floor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// A call that was asked for while Okno was away is one callback, however often Asterisk tells of it and however often the citizen asked. It waits in the
// place of when it was asked for, and the citizen hears why the telephone rings, in the language of the key.
func TestARequestIsTakenOnce(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	_, later := h.CallWaits(t, "+77010000002")
	asked := time.Now().Add(-26 * time.Hour).Truncate(time.Second)
	request := call.Request{Asterisk: "ast1", ID: "asterisk-1.1", Number: number, Language: "ru", At: asked}
	for range 2 {
		require.NoError(t, h.Floor.TakeRequest(t.Context(), h.Voice, request))
	}
	request.ID = "asterisk-1.7"
	require.NoError(t, h.Floor.TakeRequest(t.Context(), h.Voice, request))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback'`))

	callback := pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	c := h.Contact(t, callback)
	require.Equal(t, contact.Waiting, c.State)
	require.Equal(t, "why.away", c.Reason)
	require.WithinDuration(t, asked, c.QueuedAt, 0)
	o := rings(t, h, callback)
	require.Equal(t, contact.Waiting, h.Contact(t, later).State, "who came later is served later")
	turn, err := h.Floor.Reached(t.Context(), h.Voice, o.Interaction)
	require.NoError(t, err)
	require.Equal(t, []string{text(h, "operator.back") + "|"}, spoken(t, h, turn))

	// A request that was taken is not taken again when its callback is over.
	pgtest.Exec(t, h.URL, `UPDATE contacts SET state = 'ended', outcome = 'handled', ended_at = now() WHERE channel = 'callback'`)
	require.NoError(t, h.Floor.TakeRequest(t.Context(), h.Voice, request))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback'`))
}

// A request that came at night waits for the day.
func TestARequestKeepsToTheHoursOfCalls(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 1440, call_until = 1440`)
	request := call.Request{Asterisk: "ast1", ID: "asterisk-1.1", Number: number, Language: "ru", At: time.Now()}
	require.NoError(t, h.Floor.TakeRequest(t.Context(), h.Voice, request))
	require.Zero(t, h.Dispatch(t))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback' AND state = 'waiting'`))
}
