package floor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor/floortest"
	"okno/internal/login"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// years is what years leave behind: 100,000 of each kind that the desks, the distribution and the calls' node look at.
const years = `
WITH a AS (
    INSERT INTO agents (login, name, role, password_hash, languages, status, status_at, connected_until)
    SELECT 'gone' || n, 'x', 'agent', '', '{ru}', 'offline', now() - interval '9 days', now() - interval '9 days' FROM generate_series(1, 100000) n
    RETURNING id
), q AS (INSERT INTO agent_queues SELECT id, 'general' FROM a
), w AS (
    INSERT INTO agent_times (agent_id, since, until, doing, desk, load, capacity, queues)
    SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE n END, now() - n * interval '1 min', now() - (n - 1) * interval '1 min', 'talking', true, 100, 100, '{general}'
    FROM generate_series(10, 100000) n
), i AS (
    INSERT INTO interactions (channel, number_index, sealed_number, language, ended_at, outcome)
    SELECT 'voice', sha256(n::text::bytea), 'x', 'ru', now(), 'operator' FROM generate_series(1, 100000) n RETURNING id
), b AS (INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', id, 'x' FROM i
), k AS (INSERT INTO calls (interaction_id, asterisk, state, ended_at) SELECT id, 'ast1', 'ended', now() FROM i
), l AS (INSERT INTO legs (id, call_id, role, outbound, state, ended_at) SELECT 'leg' || id, id, 'citizen', false, 'ended', now() FROM i
), o AS (INSERT INTO call_orders (id, call_id, kind, by, expires_at, state, ended_at) SELECT 'order' || id, id, 'connect', 'x', now(), 'done', now() FROM i
), c AS (
    INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, agent_id, connected_at, wrap_up_until, ended_at, outcome)
    SELECT id, 'general', 'voice', 'ru', 'x', 'x', 'ended', 1, now(), now(), now(), 'handled' FROM i RETURNING id
), f AS (
    INSERT INTO offers (contact_id, agent_id, state, expires_at, ended_at)
    SELECT id, 1, s, now(), now() FROM c, unnest('{declined,accepted}'::text[]) s
), s AS (INSERT INTO streams SELECT 'contact:' || id, 3 FROM c
), e AS (INSERT INTO stream_events (stream, seq, kind, payload) SELECT 'contact:' || id, n, 'contact', '{}' FROM c, generate_series(1, 3) n
), g AS (INSERT INTO logins (token_hash, agent_id, expires_at, ended_at) SELECT sha256(id::text::bytea), CASE WHEN id % 100 = 0 THEN 1 ELSE id END, now(), now() FROM a
), d AS (INSERT INTO commands (id, agent_id, sealed) SELECT 'x' || id, 1, 'x' FROM a
), t AS (INSERT INTO entries (interaction_id, speaker, kind, sealed) SELECT id, 'agent:' || id, 'note', 'x' FROM i
)
INSERT INTO cases (number, kind, state, contact_index, sealed) SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', sha256(n::text::bytea), 'x' FROM generate_series(1, 100000) n`

// A call's and a thread's way through the house look at no more rows when 100,000 of each kind have gone it before.
func TestFloorPlansHoldAsTablesGrow(t *testing.T) { // by itself: see [pgtest.Reads]
	h := floortest.New(t, 1)
	cost := func(number string) int64 {
		before := pgtest.Reads(t, h.URL, h.DB)
		house(t, h, number)
		return pgtest.Reads(t, h.URL, h.DB) - before
	}
	cost("+77010000001") // statements are planned while the tables are small
	small := cost("+77010000002")
	pgtest.Exec(t, h.URL, years)
	pgtest.Exec(t, h.URL, "ANALYZE")
	large := cost("+77010000003")
	require.Less(t, large, small+500, "rows and index entries that a call and a thread look at, with 100,000 of each kind there; %d without", small)
}

// logins is what a desk's node asks of a login.
func logins(t *testing.T, h *floortest.House, token []byte) {
	t.Helper()
	ctx := t.Context()
	a, err := h.DB.AgentOfLogin(ctx, token)
	require.NoError(t, err)
	ended, err := h.DB.EndedOf(ctx, [][]byte{token})
	require.NoError(t, err)
	require.Empty(t, ended)
	require.NoError(t, h.DB.TouchLogins(ctx, [][]byte{token}))
	_, err = h.DB.OverdueLogins(ctx, 100)
	require.NoError(t, err)
	_, err = h.DB.LoginsOf(ctx, a.ID, token)
	require.NoError(t, err)
	has, err := h.DB.HasLogin(ctx, a.ID)
	require.NoError(t, err)
	require.True(t, has)
}

// house is the way of a call and of a thread, and whatever looks at them.
func house(t *testing.T, h *floortest.House, number string) {
	t.Helper()
	ctx := t.Context()
	token := []byte("token of " + number)
	require.NoError(t, h.DB.AddLogin(ctx, login.New{TokenHash: token, Agent: h.Agents[0].ID, Epoch: 1, Expires: time.Now().Add(time.Hour)}))
	look := func(id int64) {
		logins(t, h, token)
		_, err := h.DB.DeskSnapshot(ctx, h.Agents[0].ID)
		require.NoError(t, err)
		_, err = h.DB.ContactView(ctx, h.Agents[0].ID, id, "", func(contact.Contact) error { return nil })
		require.NoError(t, err)
		_, err = h.DB.QueueStands(ctx)
		require.NoError(t, err)
		_, err = h.DB.LiveCalls(ctx, "ast1")
		require.NoError(t, err)
		_, err = h.DB.TakenOrders(ctx, h.Voice, "ast1")
		require.NoError(t, err)
		_, err = h.DB.SIPAccounts(ctx, "ast1")
		require.NoError(t, err)
	}
	file := func(id int64) {
		h.Do(t, func(w *store.Work) error { return h.Floor.Release(ctx, w, h.Agents[0], id) })
		h.Do(t, func(w *store.Work) error { return h.Floor.File(ctx, w, h.Agents[0], id, "resolved", "x") })
	}
	// declined once, and talked to
	interaction, id := h.CallWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Do(t, func(w *store.Work) error { return h.Floor.Decline(ctx, w, h.Agents[0], id) })
	h.Dispatch(t)
	pgtest.Exec(t, h.URL, `UPDATE offers SET ended_at = now() - interval '1 hour' WHERE state = 'declined' AND ended_at > now() - interval '1 minute' AND contact_id = (SELECT max(id) FROM contacts)`)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	o := h.Orders(t)[0]
	require.NoError(t, h.Floor.Dial(ctx, h.Voice, o, "room"))
	_, err := h.DB.StillOpen(ctx, []string{o.ID})
	require.NoError(t, err)
	require.NoError(t, h.Floor.Joined(ctx, h.Voice, o))
	look(id)
	file(id)
	_, _, err = h.Floor.LegLeft(ctx, h.Voice, interaction, o.ID, false, h.Orders(t)[0].ID)
	require.NoError(t, err)
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, interaction, call.Finished))
	// a thread, and a command of the desk
	_, thread := h.ThreadWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], thread)
	look(thread)
	h.Do(t, func(w *store.Work) error {
		_, _, err := w.BeginCommand(ctx, h.Agents[0].ID, number)
		return err
	})
	file(thread)
	require.NoError(t, h.Floor.Depart(ctx, h.Agents[0].ID))
	h.Do(t, func(w *store.Work) error { return w.SetStatus(ctx, h.Agents[0].ID, acd.Available, "", "test") })
}
