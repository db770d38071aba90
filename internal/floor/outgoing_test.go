package floor_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// calling is a house of which an Asterisk can call citizens, at any hour.
func calling(t *testing.T, agents int) *floortest.House {
	t.Helper()
	h := floortest.New(t, agents)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	return h
}

var toCitizen = conversation.OutgoingCall{Number: number, Queue: "general", Language: dialogue.Russian}

// place is an agent who calls a citizen. by is another agent who does.
func place(h *floortest.House, ctx context.Context, a acd.Agent, o conversation.OutgoingCall, about int64) (c contact.Contact, by string, err error) {
	err = h.DB.Do(ctx, func(w *store.Work) error {
		c, by, err = h.Floor.Place(ctx, w, a, o, about)
		return err
	})
	return c, by, err
}

// placed is an outgoing call of the first agent whose citizen's telephone rings. It gives the contact and the order.
func placed(t *testing.T, h *floortest.House) (contact.Contact, call.Order) {
	t.Helper()
	c, by, err := place(h, t.Context(), h.Agents[0], toCitizen, 0)
	require.NoError(t, err)
	require.Empty(t, by)
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.Equal(t, []string{"callback", "general"}, []string{string(orders[0].Kind), orders[0].Queue})
	live, err := h.Floor.CallCitizen(t.Context(), h.Voice, orders[0])
	require.NoError(t, err)
	require.Equal(t, []string{number, "ringing"}, []string{live.Number, string(live.State)})
	return c, orders[0]
}

// did lists what the transcript of an interaction says that was done.
func did(t *testing.T, h *floortest.House, interaction int64) (lines []string) {
	t.Helper()
	h.Do(t, func(w *store.Work) error {
		entries, err := w.Transcript(t.Context(), interaction)
		for _, e := range entries {
			if e.Kind == "did" {
				lines = append([]string{e.Speaker + " " + e.Body}, lines...)
			}
		}
		return err
	})
	return lines
}

// An agent calls a citizen about a case: the agent is busy at once, the citizen hears who calls and that it is recorded, talks, and has proved nothing
// by it; the call stands in the case.
func TestAnAgentCallsACitizen(t *testing.T) {
	t.Parallel()
	h := calling(t, 1)
	pgtest.Exec(t, h.URL, `UPDATE queues SET recording = 'announced'`)
	o, about := toCitizen, int64(0)
	h.Do(t, func(w *store.Work) (err error) {
		if o.CitizenID, err = w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "900513000008", Name: "Айгүл", Numbers: []string{number}}); err != nil {
			return err
		}
		c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, CitizenID: o.CitizenID, Contact: number, Subject: "яма", By: "citizen"})
		o.Case, about = c.Number, c.ID
		return err
	})
	c, _, err := place(h, t.Context(), h.Agents[0], o, about)
	require.NoError(t, err)
	require.Equal(t, []any{contact.Accepted, h.Agents[0].ID, contact.Outgoing, "general", o.Case}, []any{c.State, c.AgentID, c.Channel, c.Queue, c.Context["case"]})
	order := h.Orders(t)[0]
	require.Equal(t, "ringing", pgtest.Value[string](t, h.URL, `SELECT doing FROM agent_times WHERE until IS NULL`))
	_, err = h.Floor.CallCitizen(t.Context(), h.Voice, order)
	require.NoError(t, err)
	for range 2 { // told twice
		turn, err := h.Floor.Reached(t.Context(), h.Voice, c.Interaction)
		require.NoError(t, err)
		require.Equal(t, []string{text(h, "operator.outgoing") + "|", text(h, "recording.announced") + "|"}, spoken(t, h, turn))
	}
	connect := h.Orders(t)[0]
	require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, connect, "room"))
	require.NoError(t, h.Floor.Joined(t.Context(), h.Voice, connect))
	require.Equal(t, contact.Connected, h.Contact(t, c.ID).State)
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM recordings`))
	h.Do(t, func(w *store.Work) error {
		whose, sure, err := w.VerificationOf(t.Context(), c.Interaction)
		require.Equal(t, []any{o.CitizenID, citizen.Nobody}, []any{whose, sure}, "whoever answers may be anybody")
		return err
	})
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, call.HungUp))
	require.Equal(t, contact.WrapUp, h.Contact(t, c.ID).State)
	h.Do(t, func(w *store.Work) error { return h.Floor.File(t.Context(), w, h.Agents[0], c.ID, "resolved", "") })
	require.Equal(t, []any{contact.Handled, "operator"}, []any{h.Contact(t, c.ID).Outcome, outcomeOf(t, h, c.ID)})
	h.Do(t, func(w *store.Work) error {
		calls, err := w.CallsOfCase(t.Context(), about)
		require.Len(t, calls, 1)
		require.Equal(t, []string{"Агент 1", "answered"}, []string{calls[0].Name, calls[0].Outcome})
		return err
	})
}

// Who is not reached is called once: the agent is free and not to blame, and what came of it is told.
func TestACitizenIsNotReached(t *testing.T) {
	t.Parallel()
	for how, want := range map[call.Departure][]string{
		call.HungUp: {"no_answer", "unreached"}, call.Busy: {"busy", "unreached"}, call.Unreachable: {"unreachable", "unreached"}, call.Lost: {"lost", "lost"},
	} {
		t.Run(string(how), func(t *testing.T) {
			t.Parallel()
			h := calling(t, 1)
			c, o := placed(t, h)
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, how))
			require.Equal(t, []string{fmt.Sprintf("agent:%d outgoing", h.Agents[0].ID), "okno outgoing_" + want[0]}, did(t, h, c.Interaction))
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, how), "told twice")
			require.Equal(t, want, []string{string(h.Contact(t, c.ID).Outcome), outcomeOf(t, h, c.ID)})
			require.Equal(t, 1, pgtest.Value[int](t, h.URL, fmt.Sprintf(`SELECT count(*)::int FROM stream_events WHERE stream = 'agent:%d' AND kind = 'contact'
AND payload->>'state' = 'ended' AND payload->>'outcome' = '%s'`, h.Agents[0].ID, want[0])), "the agent is told")
			open, err := h.DB.StillOpen(t.Context(), []string{o.ID})
			require.NoError(t, err)
			require.Empty(t, open)
			require.Equal(t, "available", pgtest.Value[string](t, h.URL, `SELECT status FROM agents`))
			require.Zero(t, h.Dispatch(t), "nobody is called a second time")
			require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM mt_messages`), "who asked for nothing is told nothing")
			placed(t, h) // the agent is free
		})
	}
}

// While it rings, the agent cancels or goes, or nobody takes the order: the telephone stops, and nobody rings on. What the voice node says
// afterwards changes nothing.
func TestAnOutgoingCallIsCalledOff(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		do   func(t *testing.T, h *floortest.House, c contact.Contact)
		want []string
	}{
		"cancelled": {func(t *testing.T, h *floortest.House, c contact.Contact) {
			h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], c.ID) })
		}, []string{"cancelled", "cancelled"}},
		"off duty": {func(t *testing.T, h *floortest.House, _ contact.Contact) {
			h.Do(t, func(w *store.Work) error {
				return h.Floor.SetStatus(t.Context(), w, h.Agents[0], acd.Offline, "", false)
			})
		}, []string{"cancelled", "cancelled"}},
		"logged out": {func(t *testing.T, h *floortest.House, _ contact.Contact) {
			require.NoError(t, h.Floor.Depart(t.Context(), h.Agents[0].ID))
		}, []string{"cancelled", "cancelled"}},
		"page did not come back": {func(t *testing.T, h *floortest.House, _ contact.Contact) {
			pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = now() - interval '2 minutes'`)
			h.Dispatch(t)
		}, []string{"cancelled", "cancelled"}},
		"nobody took the order": {func(t *testing.T, h *floortest.House, _ contact.Contact) {
			pgtest.Exec(t, h.URL, `UPDATE call_orders SET state = 'new', expires_at = now() - interval '1 second'`)
			h.Dispatch(t)
		}, []string{"unreachable", "unreached"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := calling(t, 1)
			c, o := placed(t, h)
			row.do(t, h, c)
			open, err := h.DB.StillOpen(t.Context(), []string{o.ID})
			require.NoError(t, err)
			require.Empty(t, open, "the voice node stops ringing")
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, call.HungUp))
			require.Equal(t, row.want, []string{string(h.Contact(t, c.ID).Outcome), outcomeOf(t, h, c.ID)})
			require.Equal(t, "ended", pgtest.Value[string](t, h.URL, `SELECT state FROM calls`))
			require.Zero(t, h.Dispatch(t))
		})
	}
}

// A citizen who has answered is on the line: an agent whose phone cannot be had leaves the citizen to the queue, in front.
func TestACitizenWhoHasAnsweredIsServed(t *testing.T) {
	t.Parallel()
	h := calling(t, 2)
	c, _ := placed(t, h)
	_, err := h.Floor.Reached(t.Context(), h.Voice, c.Interaction)
	require.NoError(t, err)
	require.NoError(t, h.Floor.NotReached(t.Context(), h.Voice, h.Orders(t)[0], true, "no answer"))
	require.Equal(t, contact.Waiting, h.Contact(t, c.ID).State)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[1], c.ID)
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.Equal(t, call.Connect, orders[0].Kind, "nobody is called again")
}

// Whoever may not call now is told why, and nothing has changed.
func TestAnOutgoingCallIsRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		before func(t *testing.T, h *floortest.House)
		want   error
	}{
		"at night": {func(t *testing.T, h *floortest.House) {
			pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 1440, call_until = 1440`)
		}, contact.ErrCallHours},
		"no trunk": {func(t *testing.T, h *floortest.House) { pgtest.Exec(t, h.URL, `UPDATE asterisks SET outward = false`) }, call.ErrNoVoice},
		"off duty": {func(t *testing.T, h *floortest.House) { pgtest.Exec(t, h.URL, `UPDATE agents SET status = 'offline'`) }, contact.ErrInCall},
		"not connected": {func(t *testing.T, h *floortest.House) {
			pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = now()`)
		}, contact.ErrInCall},
		"offered a call": {func(t *testing.T, h *floortest.House) {
			h.CallWaits(t, "+77010000002")
			require.Equal(t, 1, h.Dispatch(t))
		}, contact.ErrInCall},
		"talks": {func(t *testing.T, h *floortest.House) { h.Talks(t, "+77010000002") }, contact.ErrInCall},
		"calls": {func(t *testing.T, h *floortest.House) { placed(t, h) }, contact.ErrInCall},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := calling(t, 1)
			row.before(t, h)
			before := pgtest.Value[string](t, h.URL, everything)
			_, _, err := place(h, t.Context(), h.Agents[0], toCitizen, 0)
			require.ErrorIs(t, err, row.want)
			require.Equal(t, before, pgtest.Value[string](t, h.URL, everything))
		})
	}
}

// A thread, a wrap-up and a pause keep nobody from calling.
func TestAnAgentCallsFromAThreadAndAWrapUp(t *testing.T) {
	t.Parallel()
	h := calling(t, 1)
	_, thread := h.ThreadWaits(t, "+77010000002")
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], thread)
	pgtest.Exec(t, h.URL, `UPDATE agents SET status = 'paused'`)
	c, _ := placed(t, h)
	_, err := h.Floor.Reached(t.Context(), h.Voice, c.Interaction)
	require.NoError(t, err)
	connect := h.Orders(t)[0]
	require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, connect, "room"))
	require.NoError(t, h.Floor.Joined(t.Context(), h.Voice, connect))
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, call.HungUp))
	require.Equal(t, contact.WrapUp, h.Contact(t, c.ID).State)
	placed(t, h)
}

// Of two agents who call a citizen at once, on two numbers, one does, and the other is told who; one who presses twice calls once; and whoever is
// offered a call meanwhile has one of the two.
func TestOneCallsACitizen(t *testing.T) {
	t.Parallel()
	h := calling(t, 2)
	o := toCitizen
	h.Do(t, func(w *store.Work) (err error) {
		o.CitizenID, err = w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "900513000008", Name: "Айгүл", Numbers: []string{number}})
		return err
	})
	another := o
	another.Number = "+77010000002"
	var both sync.WaitGroup
	var mu sync.Mutex
	var contacts []contact.Contact
	var names []string
	for i, to := range []conversation.OutgoingCall{o, another, o, another} {
		both.Go(func() {
			c, by, err := place(h, t.Context(), h.Agents[i%2], to, 0)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case by != "":
				names = append(names, by)
			case err == nil:
				contacts = append(contacts, c)
			default:
				require.ErrorIs(t, err, contact.ErrInCall)
			}
		})
	}
	both.Wait()
	require.Len(t, contacts, 1)
	require.Len(t, names, 2)
	caller := h.Agents[0]
	if contacts[0].AgentID != caller.ID {
		caller = h.Agents[1]
	}
	require.Equal(t, []string{caller.Name, caller.Name}, names)
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM call_orders`))
}

// An agent who calls while being offered a call has one of both, whoever is first.
func TestAnAgentWhoCallsIsNotOfferedACall(t *testing.T) {
	t.Parallel()
	h := calling(t, 1)
	h.CallWaits(t, "+77010000002")
	h.ACD = h.Lease(t, acd.LeaseName)
	var both sync.WaitGroup
	both.Go(func() {
		_, _, err := place(h, t.Context(), h.Agents[0], toCitizen, 0)
		if err != nil {
			require.ErrorIs(t, err, contact.ErrInCall)
		}
	})
	both.Go(func() {
		s, err := h.DB.DistributionSnapshot(t.Context())
		require.NoError(t, err)
		require.NoError(t, h.Floor.MakeOffers(t.Context(), h.ACD, acd.Decide(s, s.Now).Offers))
	})
	both.Wait()
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM contacts WHERE agent_id IS NOT NULL AND state IN ('offered', 'accepted')`))
}

// Whom an agent calls for a queue that asks for a yes is asked before the talk.
func TestWhomAnAgentCallsIsAskedWhetherTheTalkMayBeRecorded(t *testing.T) {
	t.Parallel()
	h := calling(t, 1)
	pgtest.Exec(t, h.URL, `UPDATE queues SET recording = 'asked'`)
	c, _ := placed(t, h)
	turn, err := h.Floor.Reached(t.Context(), h.Voice, c.Interaction)
	require.NoError(t, err)
	require.Equal(t, lines(h, "operator.outgoing", "recording.asked"), spoken(t, h, turn))
	require.Empty(t, h.Orders(t))
	_, err = h.Floor.AdvanceCalled(t.Context(), h.Voice, c.Interaction, saysYes)
	require.NoError(t, err)
	talks(t, h, c.ID)
	require.Equal(t, 1, recordings(t, h))
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, c.Interaction, call.HungUp))
	require.Equal(t, contact.WrapUp, h.Contact(t, c.ID).State)
}
