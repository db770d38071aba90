package floor_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func TestAnExpiredOfferPausesTheAgentAndGoesFirst(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	_, first := h.CallWaits(t, number)
	h.CallWaits(t, "+77010000002")
	require.Equal(t, 1, h.Dispatch(t))
	pgtest.Exec(t, h.URL, `UPDATE offers SET expires_at = now() - interval '1 second'`)
	require.Zero(t, h.Dispatch(t), "nobody is available")
	agent, err := h.DB.Agent(t.Context(), h.Agents[0].ID)
	require.NoError(t, err)
	require.Equal(t, acd.Paused, agent.Status)
	require.Equal(t, acd.NotResponding, agent.StatusReason)
	h.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), agent.ID, acd.Available, "", "test") })
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, first).State)
}

func TestOnlyConnectedAvailableAgentsOfTheLanguageGetOffers(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.CallWaits(t, number)
	require.NoError(t, h.DB.DisconnectDesk(t.Context(), h.Agents[0].ID, "test"))
	require.Zero(t, h.Dispatch(t))
	require.NoError(t, h.DB.ConnectDesk(t.Context(), h.Agents[0].ID, time.Minute, "test"))
	pgtest.Exec(t, h.URL, `UPDATE agents SET languages = '{kk}'`)
	require.Zero(t, h.Dispatch(t))
	pgtest.Exec(t, h.URL, `UPDATE agents SET languages = '{kk,ru}'`)
	require.Equal(t, 1, h.Dispatch(t))
}

func TestADeclinedContactGoesToAnotherAgent(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	_, id := h.CallWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	first, second := h.Agents[0], h.Agents[1]
	require.Equal(t, first.ID, h.Contact(t, id).AgentID, "who has been idle longest")
	decline := func(a acd.Agent) error {
		return h.DB.Do(t.Context(), func(w *store.Work) error { return h.Floor.Decline(t.Context(), w, a, id) })
	}
	require.ErrorIs(t, decline(second), contact.ErrGone, "an offer is one agent's")
	require.NoError(t, decline(first))
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, second.ID, h.Contact(t, id).AgentID)
}

// Decisions over one snapshot are committed by several at once: what one has changed the others leave out.
func TestDecisionsOfManyNeverOverfillAnAgent(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 4)
	for i := range 30 {
		h.ThreadWaits(t, fmt.Sprintf("+7701000%04d", i))
	}
	for i := range 6 {
		h.CallWaits(t, fmt.Sprintf("+7702000%04d", i))
	}
	h.Dispatch(t)
	for range 12 {
		s, err := h.DB.DistributionSnapshot(t.Context())
		require.NoError(t, err)
		d := acd.Decide(s, time.Time{})
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := h.Floor.MakeOffers(t.Context(), h.ACD, d.Offers); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	require.Equal(t, 20, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM offers WHERE state = 'pending'`), "five conversations each, in the order of arrival")
	require.LessOrEqual(t, pgtest.Value[int](t, h.URL, `
		SELECT max(load) FROM (SELECT sum(cost) AS load FROM contacts JOIN channels ON name = channel WHERE agent_id IS NOT NULL GROUP BY agent_id) l`), 100)
	require.Equal(t, 0, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM (SELECT stream, seq - row_number() OVER (PARTITION BY stream ORDER BY seq) AS gap FROM stream_events) g WHERE gap <> 0`),
		"the streams have no holes")
}

func TestWhoWaitsForNobodyIsGivenUp(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	interaction, id := h.CallWaits(t, number)
	thread, second := h.ThreadWaits(t, "+77010000002")
	pgtest.Exec(t, h.URL, `UPDATE contacts SET queued_at = now() - interval '1 minute'`)
	pgtest.Exec(t, h.URL, `UPDATE agents SET capacity = 0`) // they are there, and busy
	off := func(a acd.Agent, ago string) {
		h.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), a.ID, acd.Offline, "", "test") })
		pgtest.Exec(t, h.URL, fmt.Sprintf(`UPDATE agents SET status_at = now() - interval '%s' WHERE status = 'offline'`, ago))
		h.Dispatch(t)
	}
	off(h.Agents[0], "1 hour")
	require.Equal(t, contact.Waiting, h.Contact(t, id).State, "one is still on duty")
	off(h.Agents[1], "29 seconds")
	require.Equal(t, contact.Waiting, h.Contact(t, id).State, "that may have been a slip")
	off(h.Agents[1], "31 seconds")
	for _, c := range []int64{id, second} {
		require.Equal(t, contact.Nobody, h.Contact(t, c).Outcome)
	}
	orders := h.Orders(t)
	require.Equal(t, call.Say, orders[0].Kind)
	turn, err := h.Floor.Say(t.Context(), h.Voice, orders[0])
	require.NoError(t, err)
	require.NotEmpty(t, turn.Spoken, "the caller hears how it goes on")
	require.Equal(t, interaction, turn.Interaction)
	requireTranscribed(t, h, turn)
	require.Positive(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM mt_messages WHERE interaction_id = $1`, thread), "and the writer reads it")
}

// Threads of an agent who has gone go back to the front; a talk goes on.
func TestWhatAnAbsentAgentHasGoesBack(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	_, thread := h.ThreadWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], thread)
	require.Equal(t, contact.Connected, h.Contact(t, thread).State)
	pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = now() - interval '59 seconds'`)
	h.Dispatch(t)
	require.Equal(t, contact.Connected, h.Contact(t, thread).State, "the page may come back")
	pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = now() - interval '61 seconds'`)
	h.Dispatch(t)
	require.Equal(t, contact.Waiting, h.Contact(t, thread).State)

	h = floortest.New(t, 1)
	_, talk, _ := h.Talks(t, number)
	pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = now() - interval '1 hour'`)
	h.Dispatch(t)
	require.NoError(t, h.Floor.Depart(t.Context(), h.Agents[0].ID))
	require.Equal(t, contact.Connected, h.Contact(t, talk).State)
}

// An agent who could not take a contact is nobody: neither does a queue admit a citizen for whom there is no other, nor does one wait on.
func TestWhoeverCannotTakeAContactIsNobody(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ gone, there string }{
		"a long pause": {`UPDATE agents SET status = 'paused', status_reason = 'lunch', status_at = now() - interval '331 seconds'`,
			`UPDATE agents SET status_at = now() - interval '329 seconds'`},
		"no response": {`UPDATE agents SET status = 'paused', status_reason = 'not_responding', status_at = now() - interval '31 seconds'`,
			`UPDATE agents SET status_reason = 'break'`},
		"a closed page":    {`UPDATE agents SET connected_until = now() - interval '31 seconds'`, `UPDATE agents SET connected_until = now() - interval '29 seconds'`},
		"another language": {`UPDATE agents SET languages = '{kk,en}'`, `UPDATE agents SET languages = '{kk,ru}'`},
		"another queue":    {`DELETE FROM agent_queues`, `INSERT INTO agent_queues SELECT id, 'general' FROM agents`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := floortest.New(t, 1)
			_, id := h.CallWaits(t, number)
			pgtest.Exec(t, h.URL, `UPDATE contacts SET queued_at = now() - interval '1 minute'`)
			pgtest.Exec(t, h.URL, `UPDATE agents SET capacity = 0`) // busy at any rate
			pgtest.Exec(t, h.URL, row.gone)
			pgtest.Exec(t, h.URL, row.there)
			h.Dispatch(t)
			require.Equal(t, contact.Waiting, h.Contact(t, id).State, "the agent is there, or soon will be")
			h.CallWaits(t, "+77010000002")
			pgtest.Exec(t, h.URL, row.gone)
			later := h.Calls(t, "+77010000003")
			for _, keys := range []string{"2", "0"} {
				_, err := h.Floor.Advance(t.Context(), h.Voice, later, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
				require.NoError(t, err)
			}
			require.Zero(t, pgtest.Value[int](t, h.URL, fmt.Sprintf(`SELECT count(*) FROM contacts WHERE interaction_id = %d`, later)), "the queue is closed")
			h.Dispatch(t)
			require.Equal(t, contact.Nobody, h.Contact(t, id).Outcome)
		})
	}
}
