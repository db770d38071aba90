package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// offeredTo dispatches, and gives the agent to whom a contact is offered; 0: to nobody.
func offeredTo(t *testing.T, h *floortest.House, id int64) int64 {
	t.Helper()
	h.Dispatch(t)
	if c := h.Contact(t, id); c.State == contact.Offered {
		return c.AgentID
	}
	return 0
}

// lapses has the limit pass for which agents are waited for.
func lapses(t *testing.T, h *floortest.House) {
	t.Helper()
	pgtest.Exec(t, h.URL, `UPDATE contacts SET addressed_until = now()`)
}

func sets(t *testing.T, h *floortest.House, a acd.Agent, s acd.Status, reason string) {
	t.Helper()
	h.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), a.ID, s, reason, "test") })
}

// A leader gives what waits, or a thread in hand, to one agent: nobody else is offered it while that agent is there, and it keeps its place.
func TestALeaderGivesAContactToAnAgent(t *testing.T) {
	t.Parallel()
	h, leader := ledFloor(t, 3)
	first, second := h.Agents[0], h.Agents[1]
	sets(t, h, leader, acd.Offline, "")
	_, id := h.ThreadWaits(t, number)
	asked := h.Contact(t, id).QueuedAt
	give := func(as acd.Agent, to int64) error {
		return try(t, h, func(w *store.Work) error { return h.Floor.Requeue(t.Context(), w, as, id, "", to) })
	}
	require.Equal(t, fault.Forbidden, fault.KindOf(give(first, second.ID)))
	require.ErrorIs(t, give(leader, 999), contact.ErrNowhere)
	require.ErrorIs(t, give(leader, leader.ID), contact.ErrBusyAgent, "is off duty")
	require.NoError(t, give(leader, second.ID))
	require.Equal(t, asked, h.Contact(t, id).QueuedAt)
	pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET capacity = 0 WHERE id = `, second.ID))
	require.Zero(t, offeredTo(t, h, id), "waits for whoever is busy")
	pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET capacity = 100 WHERE id = `, second.ID))
	require.Equal(t, second.ID, offeredTo(t, h, id))
	h.Accept(t, second, id)
	require.ErrorIs(t, give(leader, second.ID), contact.ErrState, "has it already")
	require.Zero(t, h.Contact(t, id).AddressedTo, "what it was addressed for is done")

	require.NoError(t, give(leader, first.ID), "out of the hands of another")
	require.Equal(t, first.ID, offeredTo(t, h, id))
	h.Do(t, func(w *store.Work) error { return h.Floor.Decline(t.Context(), w, first, id) })
	require.Equal(t, second.ID, offeredTo(t, h, id), "it is the queue's")
	require.Equal(t, 2, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM audit WHERE action = 'contact.requeue' AND detail ? 'agent'`))
}

// An addressed contact is the queue's once its agent goes, gives it back, does not respond, or is not free within the limit.
func TestAnAddressedContactIsTheQueuesAgain(t *testing.T) {
	t.Parallel()
	for name, goes := range map[string]func(t *testing.T, h *floortest.House, a acd.Agent){
		"off duty": func(t *testing.T, h *floortest.House, a acd.Agent) { sets(t, h, a, acd.Offline, "") },
		"page closed": func(t *testing.T, h *floortest.House, a acd.Agent) {
			pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET connected_until = now() - interval '1 second' WHERE id = `, a.ID))
		},
		"long pause": func(t *testing.T, h *floortest.House, a acd.Agent) {
			sets(t, h, a, acd.Paused, "lunch")
			require.Zero(t, h.Dispatch(t), "a short one counts as being there")
			pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET status_at = now() - interval '6 minutes' WHERE id = `, a.ID))
		},
		"does not respond": func(t *testing.T, h *floortest.House, a acd.Agent) {
			require.Equal(t, 1, h.Dispatch(t))
			pgtest.Exec(t, h.URL, `UPDATE offers SET expires_at = now()`)
			h.Dispatch(t)
		},
		"gives back": func(t *testing.T, h *floortest.House, a acd.Agent) {
			require.Equal(t, 1, h.Dispatch(t))
			h.Do(t, func(w *store.Work) error { return h.Floor.SetStatus(t.Context(), w, a, acd.Paused, "break", true) })
		},
		"never free": func(t *testing.T, h *floortest.House, a acd.Agent) {
			pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET capacity = 0 WHERE id = `, a.ID))
			require.Zero(t, h.Dispatch(t))
			lapses(t, h)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, leader := ledFloor(t, 3)
			first, second := h.Agents[0], h.Agents[1]
			sets(t, h, leader, acd.Offline, "")
			_, id := h.ThreadWaits(t, number)
			h.Do(t, func(w *store.Work) error { return h.Floor.Requeue(t.Context(), w, leader, id, "", first.ID) })
			goes(t, h, first)
			require.Equal(t, second.ID, offeredTo(t, h, id))
		})
	}
}

// A thread is passed on with its story: to an agent, or to a queue. Whoever had it files what it came to.
func TestAThreadIsPassedOn(t *testing.T) {
	t.Parallel()
	h, _ := ledFloor(t, 2)
	first, second := h.Agents[0], h.Agents[1]
	sets(t, h, second, acd.Paused, "break")
	interaction, id := h.ThreadWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	pass := func(a acd.Agent, id int64, to floor.Target) error {
		return try(t, h, func(w *store.Work) error {
			return h.Floor.Transfer(t.Context(), w, a, id, to, "Спрашивает о налоге")
		})
	}
	require.Error(t, pass(first, id, floor.Target{Agent: second.ID}), "is offered it, and has not accepted")
	h.Accept(t, first, id)
	require.ErrorIs(t, pass(first, id, floor.Target{Agent: first.ID}), contact.ErrNowhere)
	require.ErrorIs(t, pass(first, id, floor.Target{Queue: "moon"}), contact.ErrNowhere)
	require.ErrorIs(t, pass(first, id, floor.Target{Outside: call.Destination{Number: "+77010000009"}}), contact.ErrNowhere)
	require.NoError(t, pass(first, id, floor.Target{Agent: second.ID}))
	require.Equal(t, contact.WrapUp, h.Contact(t, id).State)
	next := h.ContactOf(t, interaction)
	require.NotEqual(t, id, next)
	require.Zero(t, offeredTo(t, h, next), "a break ends")
	sets(t, h, second, acd.Available, "")
	require.Equal(t, second.ID, offeredTo(t, h, next))
	h.Accept(t, second, next)
	h.Do(t, func(w *store.Work) error { return h.Floor.File(t.Context(), w, first, id, "forwarded", "") })
	require.Equal(t, interaction, h.Writes(t, number, "ещё вопрос"), "the citizen writes on")
	require.Equal(t, contact.Connected, h.Contact(t, next).State)
	require.Equal(t, 2, pgtest.Opened[int](t, h.URL, `SELECT count(*) FROM entries WHERE body IN ('passed', 'Спрашивает о налоге')`))

	require.NoError(t, pass(second, next, floor.Target{Queue: "tax"}))
	last := h.ContactOf(t, interaction)
	require.Equal(t, "tax", h.Contact(t, last).Queue)
	require.NotZero(t, offeredTo(t, h, last))
}

// promised is a talk that has just ended, and whose agent has promised to call back: at the first time there is, or in turn.
func promised(t *testing.T, atTime, own bool) (h *floortest.House, talk, callback int64) {
	t.Helper()
	h = floortest.New(t, 2)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	interaction, talk, _ := h.Talks(t, number)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	require.Equal(t, contact.WrapUp, h.Contact(t, talk).State)
	var at time.Time
	if atTime {
		h.Do(t, func(w *store.Work) error {
			times, err := h.Floor.PromiseTimes(t.Context(), w, h.Agents[0], talk)
			require.NotEmpty(t, times)
			at = times[0]
			return err
		})
	}
	h.Do(t, func(w *store.Work) error {
		return h.Floor.PromiseCall(t.Context(), w, h.Agents[0], talk, at, own)
	})
	callback = pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	require.Equal(t, contact.Callback, h.Contact(t, callback).Channel)
	require.True(t, h.Contact(t, callback).PromisedAt.Equal(at) || !atTime && h.Contact(t, callback).PromisedAt.IsZero())
	return h, talk, callback
}

// An agent calls back a citizen to whom it was promised, and nobody else does while the agent is there; again after an attempt without an answer.
func TestAnAgentKeepsACallback(t *testing.T) {
	t.Parallel()
	h, talk, callback := promised(t, false, true)
	first, second := h.Agents[0], h.Agents[1]
	require.Zero(t, offeredTo(t, h, callback), "the wrap-up ends")
	h.Do(t, func(w *store.Work) error { return h.Floor.File(t.Context(), w, first, talk, "callback", "") })
	o := rings(t, h, callback)
	require.Equal(t, first.ID, o.Agent)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, o.Interaction, call.Finished))
	require.Equal(t, 1, h.Contact(t, callback).Attempts)
	pgtest.Exec(t, h.URL, `UPDATE contacts SET addressed_until = addressed_until - (due_at - now()), due_at = now()`)
	pgtest.Exec(t, h.URL, fmt.Sprint(`UPDATE agents SET idle_since = now() - interval '1 hour' WHERE id = `, second.ID))
	require.Equal(t, first.ID, offeredTo(t, h, callback), "the second attempt is the agent's, too")

	h, talk, callback = promised(t, false, true)
	h.Do(t, func(w *store.Work) error { return h.Floor.File(t.Context(), w, h.Agents[0], talk, "callback", "") })
	sets(t, h, h.Agents[0], acd.Offline, "")
	require.Equal(t, h.Agents[1].ID, offeredTo(t, h, callback), "a promise is kept by whoever is there")

	h, _, callback = promised(t, false, false)
	require.Equal(t, h.Agents[1].ID, offeredTo(t, h, callback), "nobody keeps it")
}

// A call that is promised at a time is told by SMS, comes then, and waits for its agent from then on.
func TestAnAgentPromisesACallAtATime(t *testing.T) {
	t.Parallel()
	h, talk, callback := promised(t, true, true)
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM mt_messages WHERE interaction_id = $1`, h.Contact(t, callback).Interaction))
	require.Zero(t, h.Dispatch(t), "it is not time")
	require.Equal(t, 5*time.Minute, pgtest.Value[time.Duration](t, h.URL, `SELECT addressed_until - due_at FROM contacts WHERE id = $1`, callback))
	pgtest.Exec(t, h.URL, `UPDATE contacts SET addressed_until = addressed_until - (due_at - now()), due_at = now() WHERE channel = 'callback'`)
	require.Zero(t, h.Dispatch(t), "the agent is not free")
	lapses(t, h)
	require.Equal(t, h.Agents[1].ID, offeredTo(t, h, callback))

	promise := func(at time.Time) error {
		return try(t, h, func(w *store.Work) error { return h.Floor.PromiseCall(t.Context(), w, h.Agents[0], talk, at, true) })
	}
	require.Equal(t, fault.Invalid, fault.KindOf(promise(time.Now().Add(-time.Hour).Truncate(time.Hour))), "is over")
	require.Equal(t, fault.Invalid, fault.KindOf(promise(time.Now().Add(time.Hour).Truncate(time.Hour).Add(time.Minute))))
	require.ErrorIs(t, promise(time.Now().Add(3*time.Hour).Truncate(time.Hour)), contact.ErrState, "an agent has it")
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback'`))
	require.Error(t, try(t, h, func(w *store.Work) error {
		return h.Floor.PromiseCall(t.Context(), w, h.Agents[1], talk, time.Time{}, true)
	}), "in other hands")
}

// An offer that was decided before a contact was addressed to another agent is not made.
func TestADecisionOfBeforeOffersNothing(t *testing.T) {
	t.Parallel()
	h, leader := ledFloor(t, 2)
	_, id := h.ThreadWaits(t, number)
	s, err := h.DB.DistributionSnapshot(t.Context())
	require.NoError(t, err)
	decided := acd.Decide(s, time.Time{}).Offers
	require.Len(t, decided, 1)
	other := h.Agents[0]
	if decided[0].Agent == other.ID {
		other = h.Agents[1]
	}
	h.Do(t, func(w *store.Work) error { return h.Floor.Requeue(t.Context(), w, leader, id, "", other.ID) })
	require.NoError(t, h.Floor.MakeOffers(t.Context(), h.Lease(t, acd.LeaseName), decided))
	require.Equal(t, contact.Waiting, h.Contact(t, id).State)
}
