package floor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/fault"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// ledFloor is a house with a leader, and a second queue that everybody serves.
func ledFloor(t *testing.T, agents int) (h *floortest.House, leader acd.Agent) {
	t.Helper()
	h = floortest.New(t, agents)
	pgtest.Exec(t, h.URL, `INSERT INTO queues (name, title) VALUES ('tax', '{}'); INSERT INTO agent_queues SELECT id, 'tax' FROM agents`)
	return h, acd.Agent{ID: h.Agents[agents-1].ID, Role: access.Supervisor}
}

func try(t *testing.T, h *floortest.House, fn func(w *store.Work) error) error {
	t.Helper()
	return h.DB.Do(t.Context(), fn)
}

func TestALeaderDirectsAnAgent(t *testing.T) {
	t.Parallel()
	h, leader := ledFloor(t, 2)
	_, id := h.ThreadWaits(t, number)
	first := h.Agents[0]
	h.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), leader.ID, acd.Paused, "lunch", "test") })
	h.Dispatch(t)
	h.Accept(t, first, id)
	direct := func(as acd.Agent, s acd.Status, reason string) error {
		return try(t, h, func(w *store.Work) error { return h.Floor.Direct(t.Context(), w, as, first.ID, s, reason) })
	}
	require.Equal(t, fault.Forbidden, fault.KindOf(direct(first, acd.Paused, "break")), "an agent directs nobody")
	require.NoError(t, direct(leader, acd.Paused, "break"))
	require.Equal(t, contact.Connected, h.Contact(t, id).State, "what is in hand stays")
	require.NoError(t, direct(leader, acd.Offline, ""))
	require.Equal(t, contact.Waiting, h.Contact(t, id).State, "a thread is never nobody's")
	a, err := h.DB.Agent(t.Context(), first.ID)
	require.NoError(t, err)
	require.Equal(t, acd.Offline, a.Status)
	require.Equal(t, fmt.Sprint("agent:", leader.ID), pgtest.Value[string](t, h.URL, fmt.Sprint(`SELECT status_by FROM agents WHERE id = `, first.ID)))
	require.Equal(t, "available break, paused ", pgtest.Value[string](t, h.URL,
		`SELECT string_agg((detail ->> 'before') || ' ' || (detail ->> 'reason'), ', ' ORDER BY id) FROM audit WHERE action = 'agent.direct'`))
	require.ErrorIs(t, try(t, h, func(w *store.Work) error { return h.Floor.Direct(t.Context(), w, leader, 999, acd.Offline, "") }), acd.ErrNoAgent)
}

func TestALeaderSendsAContactToAnotherQueue(t *testing.T) {
	t.Parallel()
	h, leader := ledFloor(t, 2)
	_, call := h.CallWaits(t, "+77010000002")
	_, thread := h.ThreadWaits(t, number)
	requeue := func(as acd.Agent, id int64, queue string) error {
		return try(t, h, func(w *store.Work) error { return h.Floor.Requeue(t.Context(), w, as, id, queue, 0) })
	}
	before := h.Contact(t, call)
	require.Equal(t, fault.Forbidden, fault.KindOf(requeue(h.Agents[0], call, "tax")))
	require.ErrorIs(t, requeue(leader, call, "moon"), contact.ErrNowhere)
	require.Equal(t, fault.Invalid, fault.KindOf(requeue(leader, call, "general")), "it waits there already")
	require.ErrorIs(t, requeue(leader, 999, "tax"), contact.ErrUnknown)
	require.NoError(t, requeue(leader, call, "tax"))
	after := h.Contact(t, call)
	require.Equal(t, "tax", after.Queue)
	require.Equal(t, before.QueuedAt, after.QueuedAt, "the wait so far counts")

	// Offered, it is taken from whoever has not answered; in hand, a thread goes back, and a talk does not.
	for range 4 {
		if h.Dispatch(t) == 0 {
			break
		}
	}
	offeredTo := h.Contact(t, thread)
	require.Equal(t, contact.Offered, offeredTo.State)
	require.NoError(t, requeue(leader, thread, "tax"))
	require.Equal(t, contact.Waiting, h.Contact(t, thread).State)
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, fmt.Sprintf(`SELECT count(*) FROM offers WHERE contact_id = %d AND state = 'withdrawn'`, thread)))
	for h.Dispatch(t) > 0 {
		if c := h.Contact(t, thread); c.State == contact.Offered {
			break
		}
	}
	c := h.Contact(t, thread)
	h.Accept(t, acd.Agent{ID: c.AgentID, Role: access.Agent}, thread)
	require.NoError(t, requeue(leader, thread, ""))
	require.Equal(t, "tax", h.Contact(t, thread).Queue)
	require.Equal(t, contact.Waiting, h.Contact(t, thread).State)

	c = h.Contact(t, call)
	h.Accept(t, acd.Agent{ID: c.AgentID, Role: access.Agent}, call)
	require.ErrorIs(t, requeue(leader, call, "general"), contact.ErrState)
	require.Equal(t, 3, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM audit WHERE action = 'contact.requeue'`))
}
