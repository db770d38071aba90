package floor_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// owed is a house of which an Asterisk can call citizens, at any hour, and a citizen who waited and asked to be called back. It gives the
// callback's contact.
func owed(t *testing.T, agents int) (h *floortest.House, callback int64) {
	t.Helper()
	return owedBy(t, agents, "off")
}

// owedBy is owed by a queue whose talks are recorded by a rule.
func owedBy(t *testing.T, agents int, recorded string) (h *floortest.House, callback int64) {
	t.Helper()
	h = floortest.New(t, agents)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	interaction, id := h.CallWaits(t, number)
	pgtest.Exec(t, h.URL, `UPDATE queues SET recording = '`+recorded+`'`) // who has called before it heard nothing of it
	pgtest.Exec(t, h.URL, `UPDATE contacts SET queued_at = now() - interval '9 minutes'`)
	turn := press(t, h, interaction, "1")
	require.Equal(t, text(h, "operator.callback")+"|", spoken(t, h, turn)[0])
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	require.Equal(t, contact.Left, h.Contact(t, id).Outcome)
	callback = pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
	c := h.Contact(t, callback)
	require.Equal(t, contact.Callback, c.Channel)
	require.Equal(t, h.Contact(t, id).QueuedAt, c.QueuedAt, "the place is kept")
	require.Equal(t, number, c.Number)
	return h, callback
}

// rings is a callback that an agent has accepted and whose citizen's telephone rings. It gives the order.
func rings(t *testing.T, h *floortest.House, callback int64) call.Order {
	t.Helper()
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, callback).State)
	h.Accept(t, h.Agents[0], callback)
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.Equal(t, call.CallBack, orders[0].Kind)
	live, err := h.Floor.CallCitizen(t.Context(), h.Voice, orders[0])
	require.NoError(t, err)
	require.Equal(t, number, live.Number)
	require.Equal(t, call.Ringing, live.State)
	require.Equal(t, orders[0].ID, live.Channel())
	return orders[0]
}

func outcomeOf(t *testing.T, h *floortest.House, callback int64) string {
	t.Helper()
	return pgtest.Value[string](t, h.URL, `SELECT outcome FROM interactions WHERE id = `+fmt.Sprint(h.Contact(t, callback).Interaction))
}

// passes is the time until the next attempt.
func passes(t *testing.T, h *floortest.House) {
	t.Helper()
	pgtest.Exec(t, h.URL, `UPDATE contacts SET due_at = due_at - interval '15 minutes'`)
}

// A callback comes in the order of asking, its citizen is called once an agent has accepted, hears why, and talks. Each step may be told twice.
func TestACitizenIsCalledBack(t *testing.T) {
	t.Parallel()
	h, callback := owed(t, 1)
	h.CallWaits(t, "+77010000002") // later
	o := rings(t, h, callback)
	_, err := h.Floor.CallCitizen(t.Context(), h.Voice, o)
	require.NoError(t, err)
	var turn conversation.Turn
	for range 2 {
		turn, err = h.Floor.Reached(t.Context(), h.Voice, o.Interaction)
		require.NoError(t, err)
		require.True(t, turn.Expect.Queue)
		require.Equal(t, []string{text(h, "operator.back") + "|"}, spoken(t, h, turn))
	}
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.Equal(t, call.Connect, orders[0].Kind)
	require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, orders[0], "room"))
	require.NoError(t, h.Floor.Joined(t.Context(), h.Voice, orders[0]))
	require.Equal(t, contact.Connected, h.Contact(t, callback).State)
	h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], callback) })
	bye, _, err := h.Floor.LegLeft(t.Context(), h.Voice, o.Interaction, orders[0].ID, false, h.Orders(t)[0].ID)
	require.NoError(t, err)
	require.Equal(t, dialogue.ExpectNothing, bye.Expect.Kind)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, o.Interaction, call.Finished))
	require.Equal(t, "operator", outcomeOf(t, h, callback))
	require.Equal(t, contact.WrapUp, h.Contact(t, callback).State)
}

// Who is called back by a queue that announces recordings hears so, and is recorded; whoever is asked for a yes is recorded after that alone.
func TestWhoIsCalledBackHearsThatTheTalkIsRecorded(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]struct {
		said  []string
		kinds int
	}{
		"announced": {[]string{"operator.back", "recording.announced"}, 1}, "off": {[]string{"operator.back"}, 0},
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			h, callback := owedBy(t, 1, rule)
			o := rings(t, h, callback)
			turn, err := h.Floor.Reached(t.Context(), h.Voice, o.Interaction)
			require.NoError(t, err)
			require.Equal(t, lines(h, want.said...), spoken(t, h, turn))
			talks(t, h, callback)
			require.Equal(t, want.kinds, recordings(t, h))
		})
	}
}

// lines are texts of the dialogue, as spoken gives them.
func lines(h *floortest.House, keys ...string) (said []string) {
	for _, key := range keys {
		said = append(said, text(h, key)+"|")
	}
	return said
}

// talks is a citizen who was called, and an agent whose phone is ordered to ring, who both answer.
func talks(t *testing.T, h *floortest.House, id int64) {
	t.Helper()
	orders := h.Orders(t)
	require.Len(t, orders, 1)
	require.Equal(t, call.Connect, orders[0].Kind)
	require.NoError(t, h.Floor.Dial(t.Context(), h.Voice, orders[0], "room"))
	require.NoError(t, h.Floor.Joined(t.Context(), h.Voice, orders[0]))
	require.Equal(t, contact.Connected, h.Contact(t, id).State)
}

func recordings(t *testing.T, h *floortest.House) int {
	t.Helper()
	return pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM recordings`)
}

// asked is a callback whose citizen has answered, and is asked whether the talk may be recorded. It gives the interaction.
func asked(t *testing.T, agents int) (h *floortest.House, callback, interaction int64) {
	t.Helper()
	h, callback = owedBy(t, agents, "asked")
	o := rings(t, h, callback)
	for range 2 { // told twice
		turn, err := h.Floor.Reached(t.Context(), h.Voice, o.Interaction)
		require.NoError(t, err)
		require.Equal(t, lines(h, "operator.back", "recording.asked"), spoken(t, h, turn))
		require.Equal(t, dialogue.ExpectKey, turn.Expect.Kind)
	}
	require.Empty(t, h.Orders(t), "the agent's phone rings once the citizen has answered the question")
	return h, callback, o.Interaction
}

var (
	saysYes      = dialogue.Input{Kind: dialogue.Keys, Keys: "1"}
	saysNo       = dialogue.Input{Kind: dialogue.Keys, Keys: "2"}
	saysNothing  = dialogue.Input{Kind: dialogue.Silence}
	wantsToTalk  = dialogue.Input{Kind: dialogue.Keys, Keys: "0"}
	processCrash = dialogue.Input{Kind: dialogue.Resumed}
)

// Who is called back by a queue that asks for a yes is asked before the talk, by the dialogue's own question, and is recorded from the beginning of
// the talk if the answer is yes. The agent sees that the citizen is there.
func TestWhoIsCalledBackIsAskedWhetherTheTalkMayBeRecorded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		inputs []dialogue.Input
		said   []string
		kept   int
	}{
		"yes":              {[]dialogue.Input{saysYes}, nil, 1},
		"no":               {[]dialogue.Input{saysNo}, nil, 0},
		"nothing":          {[]dialogue.Input{saysNothing}, []string{"Вы ничего не нажали.|"}, 0},
		"an operator, yes": {[]dialogue.Input{wantsToTalk, saysYes}, nil, 1},
		"a crash, yes":     {[]dialogue.Input{processCrash, saysYes}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, callback, interaction := asked(t, 1)
			desk, err := h.DB.DeskSnapshot(t.Context(), h.Agents[0].ID)
			require.NoError(t, err)
			require.True(t, desk.Contacts[0].Answered)
			var turn conversation.Turn
			for _, in := range want.inputs {
				require.Empty(t, h.Orders(t))
				turn, err = h.Floor.AdvanceCalled(t.Context(), h.Voice, interaction, in)
				require.NoError(t, err)
			}
			require.True(t, turn.Expect.Queue)
			require.Equal(t, want.said, spoken(t, h, turn))
			talks(t, h, callback)
			require.Equal(t, want.kept, recordings(t, h))
			turn, err = h.Floor.AdvanceCalled(t.Context(), h.Voice, interaction, processCrash)
			require.NoError(t, err)
			require.True(t, turn.Expect.Queue)
			require.Empty(t, h.Orders(t), "the phone rings once")
			require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM contacts WHERE interaction_id = $1`, interaction))
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
			require.Equal(t, "operator", outcomeOf(t, h, callback))
		})
	}
}

// Whoever has answered the question when asking for the callback is not asked again.
func TestNobodyIsAskedTwiceWhetherTheTalkMayBeRecorded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		answer dialogue.Input
		kept   int
	}{"yes": {saysYes, 1}, "no": {saysNo, 0}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := calling(t, 1)
			pgtest.Exec(t, h.URL, `UPDATE queues SET recording = 'asked'`)
			interaction := h.Calls(t, number)
			for _, in := range []dialogue.Input{{Kind: dialogue.Keys, Keys: "2"}, wantsToTalk, want.answer} {
				_, err := h.Floor.Advance(t.Context(), h.Voice, interaction, in)
				require.NoError(t, err)
			}
			press(t, h, interaction, "1")
			require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
			callback := pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
			o := rings(t, h, callback)
			turn, err := h.Floor.Reached(t.Context(), h.Voice, o.Interaction)
			require.NoError(t, err)
			require.Equal(t, lines(h, "operator.back"), spoken(t, h, turn))
			talks(t, h, callback)
			require.Equal(t, want.kept, recordings(t, h))
		})
	}
}

// The agent gives a citizen back who is being asked: whoever accepts next has the phone ring with the answer, or at once where that has come.
func TestAnAgentGoesWhileACitizenIsAsked(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"the next agent", "the answer"} {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			h, callback, interaction := asked(t, 2)
			gone := h.Contact(t, callback).AgentID
			next := h.Agents[0]
			if next.ID == gone {
				next = h.Agents[1]
			}
			h.Do(t, func(w *store.Work) error {
				return h.Floor.SetStatus(t.Context(), w, acd.Agent{ID: gone}, acd.Offline, "", false)
			})
			require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
			accepts := func() {
				require.Equal(t, 1, h.Dispatch(t))
				h.Accept(t, next, callback)
			}
			if first == "the next agent" {
				accepts()
				require.Empty(t, h.Orders(t))
			}
			turn, err := h.Floor.AdvanceCalled(t.Context(), h.Voice, interaction, saysYes)
			require.NoError(t, err)
			require.True(t, turn.Expect.Queue)
			if first == "the answer" {
				require.Empty(t, h.Orders(t))
				accepts()
			}
			talks(t, h, callback)
			require.Equal(t, next.ID, h.Contact(t, callback).AgentID)
			require.Equal(t, 1, recordings(t, h))
		})
	}
}

// Who hangs up instead of an answer is gone before the talk: nothing is recorded, and the agent is free.
func TestACitizenHangsUpWhileAsked(t *testing.T) {
	t.Parallel()
	h, callback, interaction := asked(t, 1)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
	require.Equal(t, contact.Abandoned, h.Contact(t, callback).Outcome)
	require.Equal(t, "abandoned", outcomeOf(t, h, callback))
	require.Zero(t, recordings(t, h))
	require.Empty(t, h.Orders(t))
	require.Equal(t, "available", pgtest.Value[string](t, h.URL, `SELECT doing FROM agent_times WHERE until IS NULL`))
}

// Who does not answer is called a second time, and told by SMS; an attempt that the telephone system broke off is none.
func TestACitizenDoesNotAnswer(t *testing.T) {
	t.Parallel()
	h, callback := owed(t, 1)
	interaction := h.Contact(t, callback).Interaction
	rings(t, h, callback)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Lost))
	require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
	require.Zero(t, h.Contact(t, callback).Attempts, "nobody's telephone rang for long")

	rings(t, h, callback)
	for range 2 { // told twice
		require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
		require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
		require.Equal(t, 1, h.Contact(t, callback).Attempts)
	}
	require.Zero(t, h.Dispatch(t), "the next attempt is not due")
	agent, err := h.DB.Agent(t.Context(), h.Agents[0].ID)
	require.NoError(t, err)
	require.EqualValues(t, "available", agent.Status, "the agent is not to blame")

	passes(t, h)
	rings(t, h, callback)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
	require.Equal(t, contact.Unreached, h.Contact(t, callback).Outcome)
	require.Equal(t, "unreached", outcomeOf(t, h, callback))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM mt_messages WHERE interaction_id = `+fmt.Sprint(interaction)))
	passes(t, h)
	require.Zero(t, h.Dispatch(t))
}

// An agent who thinks better of it, or goes, while the telephone rings: the citizen keeps the place, and nobody rings on.
func TestAnAgentGoesWhileACitizensTelephoneRings(t *testing.T) {
	t.Parallel()
	h, callback := owed(t, 1)
	o := rings(t, h, callback)
	h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], callback) })
	require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
	open, err := h.DB.StillOpen(t.Context(), []string{o.ID})
	require.NoError(t, err)
	require.Empty(t, open, "the voice node stops ringing")
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, o.Interaction, call.HungUp))
	require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
	require.Zero(t, h.Contact(t, callback).Attempts)
	pgtest.Exec(t, h.URL, `UPDATE offers SET ended_at = now() - interval '1 hour' WHERE state = 'declined'`)
	rings(t, h, callback)
}

// An order that no voice node takes costs nobody anything.
func TestNobodyCallsBack(t *testing.T) {
	t.Parallel()
	h, callback := owed(t, 1)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], callback)
	pgtest.Exec(t, h.URL, `UPDATE call_orders SET expires_at = now() - interval '1 second'`)
	require.Zero(t, h.Dispatch(t))
	require.Equal(t, contact.Waiting, h.Contact(t, callback).State)
	require.Equal(t, 1, h.Dispatch(t), "it is offered again")
}

// Whoever asked to be called back and then calls in is served once, in the place of the first to ask.
func TestACitizenCallsInFirst(t *testing.T) {
	t.Parallel()
	for _, accepted := range []bool{false, true} {
		t.Run(fmt.Sprint(accepted), func(t *testing.T) {
			t.Parallel()
			h, callback := owed(t, 1)
			since := h.Contact(t, callback).QueuedAt
			var o call.Order
			if accepted {
				o = rings(t, h, callback)
			}
			interaction := h.Calls(t, number)
			_, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: "0"}) // the language is known
			require.NoError(t, err)
			require.Equal(t, contact.CalledIn, h.Contact(t, callback).Outcome)
			require.Equal(t, "called_in", outcomeOf(t, h, callback))
			waits := h.Contact(t, h.ContactOf(t, interaction))
			require.Equal(t, since, waits.QueuedAt)
			if accepted {
				open, err := h.DB.StillOpen(t.Context(), []string{o.ID})
				require.NoError(t, err)
				require.Empty(t, open)
				require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, o.Interaction, call.HungUp))
				require.Equal(t, contact.CalledIn, h.Contact(t, callback).Outcome)
			}
			require.Equal(t, 1, h.Dispatch(t))
			require.Equal(t, contact.Offered, h.Contact(t, waits.ID).State)
		})
	}
}

// Five calls and five callbacks, interleaved: offered in the order of asking.
func TestCallsAndCallbacksInTheOrderOfAsking(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	require.NoError(t, h.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, h.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	var order []int64
	for n := range 10 {
		interaction, id := h.CallWaits(t, fmt.Sprintf("+770100010%02d", n))
		if n%2 == 1 {
			press(t, h, interaction, "1")
			id = pgtest.Value[int64](t, h.URL, `SELECT max(id) FROM contacts`)
		}
		order = append(order, id)
	}
	for _, id := range order {
		require.Equal(t, 1, h.Dispatch(t))
		require.Equal(t, contact.Offered, h.Contact(t, id).State)
		pgtest.Exec(t, h.URL, fmt.Sprintf(`UPDATE contacts SET state = 'ended', outcome = 'handled', agent_id = NULL WHERE id = %d`, id))
		pgtest.Exec(t, h.URL, `UPDATE offers SET state = 'withdrawn', ended_at = now() WHERE state = 'pending'`)
	}
}

// Where no telephone outside can be called, at night, and before the time that was asked for, a callback waits.
func TestACallbackIsNotOffered(t *testing.T) {
	t.Parallel()
	h, callback := owed(t, 1)
	for name, change := range map[string][2]string{
		"no trunk": {`UPDATE asterisks SET outward = false`, `UPDATE asterisks SET outward = true`},
		"no hours": {`UPDATE queues SET call_from = 1440, call_until = 1440`, `UPDATE queues SET call_from = 0`},
		"not due":  {`UPDATE contacts SET due_at = now() + interval '1 minute' WHERE channel = 'callback'`, `UPDATE contacts SET due_at = now() WHERE channel = 'callback'`},
	} {
		pgtest.Exec(t, h.URL, change[0])
		require.Zero(t, h.Dispatch(t), name)
		pgtest.Exec(t, h.URL, change[1])
	}
	pgtest.Exec(t, h.URL, `UPDATE agents SET status = 'offline', status_at = now() - interval '1 hour'`)
	h.Dispatch(t)
	require.Equal(t, contact.Waiting, h.Contact(t, callback).State, "nobody is there, and nobody has to be yet")
	pgtest.Exec(t, h.URL, `UPDATE agents SET status = 'available'`)
	require.Equal(t, 1, h.Dispatch(t))
}
