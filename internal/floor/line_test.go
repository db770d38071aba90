package floor_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/cases"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/lease"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const number = "+77010000001"

// everything is all that a move may change, as one text.
const everything = `
SELECT coalesce(string_agg(t, E'\n' ORDER BY t), '') FROM (
    SELECT 'contact ' || id || state || version || coalesce(agent_id, 0) || outcome || priority FROM contacts
    UNION ALL SELECT 'offer ' || id || state FROM offers
    UNION ALL SELECT 'agent ' || id || status || status_reason || coalesce(next_status, '') FROM agents
    UNION ALL SELECT 'call ' || interaction_id || state || coalesce(room, '') FROM calls
    UNION ALL SELECT 'leg ' || id || state FROM legs
    UNION ALL SELECT 'order ' || id || state FROM call_orders
    UNION ALL SELECT 'interaction ' || id || outcome || (ended_at IS NULL) FROM interactions
    UNION ALL SELECT 'streams ' || count(*) FROM stream_events WHERE kind <> 'entry' -- words that are said again are written again
) x (t)`

func TestACallFromJoiningToDisposition(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	interaction, id, _ := h.Talks(t, number)
	require.Equal(t, contact.Connected, h.Contact(t, id).State)
	live, err := h.DB.LiveCalls(t.Context(), "ast1")
	require.NoError(t, err)
	require.Equal(t, call.Talking, live[0].Stage)
	require.Len(t, live[0].Legs, 2)

	_, second := h.CallWaits(t, "+77010000002")
	require.Zero(t, h.Dispatch(t), "a call fills an agent")
	h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], id) })
	require.Equal(t, contact.WrapUp, h.Contact(t, id).State)
	require.Zero(t, h.Dispatch(t), "so does its wrap-up")
	orders := h.Orders(t)
	require.Equal(t, call.Release, orders[0].Kind)
	turn, _, err := h.Floor.LegLeft(t.Context(), h.Voice, interaction, live[0].Legs[1].ID, false, orders[0].ID)
	require.NoError(t, err)
	require.Equal(t, dialogue.ExpectNothing, turn.Expect.Kind, "the dialogue says goodbye")
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))

	file := func(disposition string) error {
		return h.DB.Do(t.Context(), func(w *store.Work) error {
			return h.Floor.File(t.Context(), w, h.Agents[0], id, disposition, "called about a certificate")
		})
	}
	require.ErrorIs(t, file(""), contact.ErrDisposition)
	require.NoError(t, file("resolved"))
	require.ErrorIs(t, file("resolved"), access.ErrOtherHands, "what has ended is closed to whoever had it")
	require.Equal(t, contact.Handled, h.Contact(t, id).Outcome)
	require.Equal(t, "operator", pgtest.Value[string](t, h.URL, `SELECT outcome FROM interactions WHERE id = $1`, interaction))
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, second).State)
}

// Each move is told twice, as after a lost answer; the second time changes nothing.
func TestEveryMoveIsSafeToRepeat(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	ctx := t.Context()
	twice := func(what string, move func() error) {
		t.Helper()
		require.NoError(t, move(), what)
		before := pgtest.Value[string](t, h.URL, everything)
		if err := move(); err != nil {
			require.ErrorIs(t, err, contact.ErrState, "%s again", what)
		}
		require.Equal(t, before, pgtest.Value[string](t, h.URL, everything), "%s again", what)
	}
	c := floortest.NewCall("channel-"+uuid.NewString(), number)
	var interaction int64
	twice("begin", func() error {
		turn, err := h.Floor.Begin(ctx, h.Voice, c)
		interaction = turn.Interaction
		return err
	})
	twice("answered", func() error { return h.Floor.Answered(ctx, h.Voice, interaction) })
	for _, keys := range []string{"2", "0"} {
		_, err := h.Floor.Advance(ctx, h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		require.NoError(t, err)
	}
	id := h.ContactOf(t, interaction)
	accepted := func() call.Order {
		require.Equal(t, 1, h.Dispatch(t))
		h.Accept(t, h.Agents[0], id)
		orders := h.Orders(t)
		require.Len(t, orders, 1)
		return orders[0]
	}
	o := accepted()
	twice("dial", func() error { return h.Floor.Dial(ctx, h.Voice, o, "room") })
	twice("not reached", func() error { return h.Floor.NotReached(ctx, h.Voice, o, true, "no answer") })
	require.Equal(t, contact.Waiting, h.Contact(t, id).State)
	h.Do(t, func(w *store.Work) error { return w.SetStatus(ctx, h.Agents[0].ID, acd.Available, "", "test") })
	o = accepted()
	twice("dial", func() error { return h.Floor.Dial(ctx, h.Voice, o, "room") })
	twice("joined", func() error { return h.Floor.Joined(ctx, h.Voice, o) })
	twice("agent lost", func() error {
		_, _, err := h.Floor.LegLeft(ctx, h.Voice, interaction, o.ID, true, "")
		return err
	})
	require.Equal(t, contact.Connected, h.Contact(t, id).State, "the page may come back")
	h.Do(t, func(w *store.Work) error { return h.Floor.Rejoin(ctx, w, h.Agents[0], id) })
	orders := h.Orders(t)
	require.Equal(t, call.Arrange, orders[0].Kind)
	o = orders[1]
	twice("dial again", func() error { return h.Floor.Dial(ctx, h.Voice, o, "room") })
	twice("joined again", func() error { return h.Floor.Joined(ctx, h.Voice, o) })
	live, err := h.DB.LiveCalls(ctx, "ast1")
	require.NoError(t, err)
	require.Zero(t, live[0].AwayAt.Unix()-time.Time{}.Unix(), "the page is back")
	twice("agent lost again", func() error {
		_, _, err := h.Floor.LegLeft(ctx, h.Voice, interaction, o.ID, true, "")
		return err
	})
	twice("did not come back", func() error {
		_, _, err := h.Floor.LegLeft(ctx, h.Voice, interaction, "", true, "")
		return err
	})
	require.Equal(t, contact.Waiting, h.Contact(t, id).State)
	o = accepted()
	require.NoError(t, h.Floor.Dial(ctx, h.Voice, o, "room"))
	require.NoError(t, h.Floor.Joined(ctx, h.Voice, o))
	twice("agent left", func() error {
		_, _, err := h.Floor.LegLeft(ctx, h.Voice, interaction, o.ID, false, "")
		return err
	})
	twice("hung up", func() error { return h.Floor.HungUp(ctx, h.Voice, interaction, call.HungUp) })
	twice("overdue", func() error { return h.Floor.EndWrapUps(ctx, h.ACD, []int64{id}) })
}

// What becomes of a connection under way, by what ends it and how far it had come.
func TestWhatBecomesOfAConnection(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		ends    func(t *testing.T, h *floortest.House, interaction, id int64, o call.Order)
		state   contact.State
		status  acd.Status
		outcome contact.Outcome
	}{
		"the phone is not answered": {func(t *testing.T, h *floortest.House, _, _ int64, o call.Order) {
			require.NoError(t, h.Floor.NotReached(t.Context(), h.Voice, o, true, "no answer"))
		}, contact.Waiting, acd.Paused, ""},
		"asterisk could not ring": {func(t *testing.T, h *floortest.House, _, _ int64, o call.Order) {
			require.NoError(t, h.Floor.NotReached(t.Context(), h.Voice, o, false, "asterisk is away"))
		}, contact.Waiting, acd.Available, ""},
		"the citizen hangs up": {func(t *testing.T, h *floortest.House, interaction, _ int64, _ call.Order) {
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
		}, contact.Ended, acd.Available, contact.Abandoned},
		"asterisk restarts": {func(t *testing.T, h *floortest.House, interaction, _ int64, _ call.Order) {
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Lost))
		}, contact.Ended, acd.Available, contact.Lost},
		"the agent thinks better of it": {func(t *testing.T, h *floortest.House, _, id int64, _ call.Order) {
			h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], id) })
			require.Zero(t, h.Dispatch(t), "to the agent who declined it")
		}, contact.Waiting, acd.Available, ""},
		"the agent logs out": {func(t *testing.T, h *floortest.House, _, _ int64, _ call.Order) {
			require.NoError(t, h.Floor.Depart(t.Context(), h.Agents[0].ID))
		}, contact.Waiting, acd.Available, ""},
		"nobody takes the order": {func(t *testing.T, h *floortest.House, _, _ int64, o call.Order) {
			require.NoError(t, h.Floor.ExpireOrder(t.Context(), h.ACD, o.ID))
		}, contact.Waiting, acd.Available, ""},
	} {
		for stage, ringing := range map[string]bool{"before it rings": false, "while it rings": true} {
			t.Run(name+" "+stage, func(t *testing.T) {
				t.Parallel()
				h := floortest.New(t, 1)
				interaction, id := h.CallWaits(t, number)
				require.Equal(t, 1, h.Dispatch(t))
				h.Accept(t, h.Agents[0], id)
				o := h.Orders(t)[0]
				if ringing {
					require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, o, "room"))
				}
				row.ends(t, h, interaction, id, o)
				c := h.Contact(t, id)
				require.Equal(t, row.state, c.State)
				require.Equal(t, row.outcome, c.Outcome)
				require.Zero(t, c.AgentID)
				agent, err := h.DB.Agent(t.Context(), h.Agents[0].ID)
				require.NoError(t, err)
				require.Equal(t, row.status, agent.Status)
				require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM call_orders WHERE state IN ('new', 'taken')`))
				open, err := h.DB.StillOpen(t.Context(), []string{o.ID})
				require.NoError(t, err)
				require.Empty(t, open, "the voice node stops the ringing")
				require.ErrorIs(t, h.Floor.Joined(t.Context(), h.Voice, o), contact.ErrState, "an answer that comes too late joins nobody")
			})
		}
	}
}

// What a call came to, by how it ended.
func TestOutcomesAreTrue(t *testing.T) {
	t.Parallel()
	outcome := func(t *testing.T, h *floortest.House, interaction int64) string {
		return pgtest.Value[string](t, h.URL, `SELECT outcome FROM interactions WHERE id = $1`, interaction)
	}
	h := floortest.New(t, 1)
	ctx := t.Context()
	turn, err := h.Floor.Begin(ctx, h.Voice, floortest.NewCall("never answered", number))
	require.NoError(t, err)
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, turn.Interaction, call.HungUp))
	require.Equal(t, "cancelled", outcome(t, h, turn.Interaction), "the caller hung up before Okno had answered")

	i := h.Calls(t, "+77010000002")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.HungUp))
	require.Equal(t, "incomplete", outcome(t, h, i), "nothing was answered")

	var known cases.Case
	h.Do(t, func(w *store.Work) error {
		known, err = w.OpenCase(ctx, cases.Opening{Kind: cases.Appeal, Contact: number, Subject: "жалоба", By: "okno"})
		return err
	})
	for _, left := range []struct {
		where, want string
		keys        []string
	}{
		{"a menu", "incomplete", []string{"2"}},
		{"a question", "incomplete", []string{"2", "2"}},
		{"behind a wrong answer", "incomplete", []string{"2", "2", "123456785"}},
		{"behind a number that is nobody's", "incomplete", []string{"2", "2", "123456786"}},
		{"the proof of who speaks", "incomplete", []string{"2", "5"}},
		{"an answer", "self_service", []string{"2", "2", known.Number}},
	} {
		i = h.Calls(t, "+77010000003")
		for _, keys := range left.keys {
			_, err = h.Floor.Advance(ctx, h.Voice, i, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
			require.NoError(t, err)
		}
		require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.HungUp))
		require.Equal(t, left.want, outcome(t, h, i), "who has left %s", left.where)
	}

	i, _ = h.CallWaits(t, "+77010000004")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.HungUp))
	require.Equal(t, "abandoned", outcome(t, h, i))

	i = h.Calls(t, "+77010000005")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.Lost))
	require.Equal(t, "lost", outcome(t, h, i))

	i, id, _ := h.Talks(t, "+77010000006")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.Lost))
	require.Equal(t, "operator", outcome(t, h, i), "they have talked")
	require.Equal(t, contact.Lost, h.Contact(t, id).Outcome, "and it broke off")
	require.Equal(t, contact.WrapUp, h.Contact(t, id).State)
	owed := func() int {
		return pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE channel = 'callback' AND state = 'waiting'`)
	}
	require.Equal(t, 1, owed(), "who was cut off in a talk is called back; who was in a menu is not")
	require.Equal(t, h.Contact(t, id).QueuedAt, h.Contact(t, pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)).QueuedAt, "in the same place")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.Lost))
	require.Equal(t, 1, owed(), "told twice")

	i, _ = h.CallWaits(t, "+77010000007")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.Lost))
	require.Equal(t, "lost", outcome(t, h, i))
	require.Equal(t, 2, owed(), "who waited has asked for an operator")
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_back_lost = false`)
	i, _ = h.CallWaits(t, "+77010000008")
	require.NoError(t, h.Floor.HungUp(ctx, h.Voice, i, call.Lost))
	require.Equal(t, 2, owed(), "the queue's rule says no")
}

// A process that lost its lease writes nothing more, and the next owner does.
func TestAnOldOwnersWritesAreRefused(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	ctx := t.Context()
	interaction, id := h.CallWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	o := h.Orders(t)[0]
	old := h.Voice
	h.Voice = h.Lease(t, "voice:ast1")
	before := pgtest.Value[string](t, h.URL, everything)
	for what, write := range map[string]func() error{
		"begin": func() error {
			_, err := h.Floor.Begin(ctx, old, floortest.NewCall("another", number))
			return err
		},
		"advance": func() error {
			_, err := h.Floor.Advance(ctx, old, interaction, dialogue.Input{Kind: dialogue.Resumed})
			return err
		},
		"answered":    func() error { return h.Floor.Answered(ctx, old, interaction) },
		"dial":        func() error { return h.Floor.Dial(ctx, old, o, "room") },
		"joined":      func() error { return h.Floor.Joined(ctx, old, o) },
		"not reached": func() error { return h.Floor.NotReached(ctx, old, o, true, "") },
		"refuse":      func() error { return h.Floor.Refuse(ctx, old, o, "") },
		"agent left": func() error {
			_, _, err := h.Floor.LegLeft(ctx, old, interaction, o.ID, true, "")
			return err
		},
		"hung up": func() error { return h.Floor.HungUp(ctx, old, interaction, call.HungUp) },
		"take orders": func() error {
			_, err := h.DB.TakeOrders(ctx, old, "ast1")
			return err
		},
	} {
		require.ErrorIs(t, write(), lease.ErrFenced, what)
	}
	require.Equal(t, before, pgtest.Value[string](t, h.URL, everything))
	taken, err := h.DB.TakenOrders(ctx, h.Voice, "ast1")
	require.NoError(t, err)
	require.Equal(t, o.ID, taken[0].ID, "the next owner finds what the old one had taken")
	require.NoError(t, h.Floor.Dial(ctx, h.Voice, o, "room"))
	oldACD := h.ACD
	h.ACD = h.Lease(t, acd.LeaseName)
	require.ErrorIs(t, h.Floor.EndWrapUps(ctx, oldACD, []int64{id}), lease.ErrFenced)
}
