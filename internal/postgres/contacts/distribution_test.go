package contacts_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// floor is a queue with agents, on a database of its own.
type floor struct {
	url    string
	db     *store.Store
	agents []int64
}

func newFloor(t *testing.T, agents int) *floor {
	t.Helper()
	ctx := context.Background()
	url := pgtest.URL(t)
	f := &floor{url: url, db: pgtest.Open(t, url)}
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.SaveQueue(ctx, "general", map[string]string{"en": "General"}) })
	for i := range agents {
		pgtest.Do(t, f.db, func(w *store.Work) error {
			id, err := w.SaveAgent(ctx, acd.Agent{Login: fmt.Sprint("a", i), Name: "A", Role: acd.RoleAgent, Languages: []string{"ru"}, Queues: []string{"general"}}, "x")
			f.agents = append(f.agents, id)
			if err != nil {
				return err
			}
			return w.SetStatus(ctx, id, acd.Available, "", "test")
		})
		require.NoError(t, f.db.ConnectDesk(ctx, f.agents[i], time.Minute, "node"))
	}
	return f
}

// arrives puts a citizen into the queue and gives the interaction.
func (f *floor) arrives(t *testing.T, channel dialogue.Channel, number string) (interaction int64) {
	t.Helper()
	ctx := context.Background()
	pgtest.Do(t, f.db, func(w *store.Work) (err error) {
		interaction, err = w.OpenInteraction(ctx, conversation.Interaction{Channel: channel, Number: number, Verification: "none", Language: "ru"})
		if err != nil {
			return err
		}
		open, err := w.JoinQueue(ctx, acd.Arrival{Interaction: interaction, Channel: string(channel), Queue: "general", Language: "ru", Reason: "why.asked", Effect: "1.1"})
		require.True(t, open)
		return err
	})
	return interaction
}

func (f *floor) contact(t *testing.T, interaction int64) int64 {
	t.Helper()
	return pgtest.Value[int64](t, f.url, `SELECT id FROM contacts WHERE interaction_id = $1`, interaction)
}

func (f *floor) state(t *testing.T, interaction int64) acd.State {
	t.Helper()
	return acd.State(pgtest.Value[string](t, f.url, `SELECT state FROM contacts WHERE interaction_id = $1`, interaction))
}

func (f *floor) offer(t *testing.T) bool {
	t.Helper()
	offered, err := f.db.Offer(context.Background())
	require.NoError(t, err)
	return offered
}

func TestACallFromOfferToDisposition(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 1)
	ctx := context.Background()
	call := f.arrives(t, dialogue.Voice, "+77010000001")
	require.True(t, f.offer(t))
	require.Equal(t, acd.Offered, f.state(t, call))
	_, err := f.db.AcceptOffer(ctx, f.agents[0]+1, f.contact(t, call))
	require.ErrorIs(t, err, acd.ErrGone, "an offer is one agent's")
	c, err := f.db.AcceptOffer(ctx, f.agents[0], f.contact(t, call))
	require.NoError(t, err)
	require.Equal(t, acd.Accepted, c.State)
	require.Equal(t, "+77010000001", c.Number)
	require.NoError(t, f.db.Connected(ctx, call))
	second := f.arrives(t, dialogue.Voice, "+77010000002")
	require.False(t, f.offer(t), "a call fills an agent")
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.Release(ctx, call) })
	require.False(t, f.offer(t), "so does its wrap-up")
	pgtest.Do(t, f.db, func(w *store.Work) error {
		held, err := w.HeldContact(ctx, f.agents[0], c.ID)
		if err != nil {
			return err
		}
		require.ErrorIs(t, w.FileDisposition(ctx, held, "", ""), acd.ErrDisposition)
		return w.FileDisposition(ctx, held, "resolved", "called about a certificate")
	})
	require.Equal(t, acd.Ended, f.state(t, call))
	require.True(t, f.offer(t))
	require.Equal(t, acd.Offered, f.state(t, second))
}

func TestAnExpiredOfferPausesTheAgentAndGoesFirst(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 1)
	ctx := context.Background()
	first := f.arrives(t, dialogue.Voice, "+77010000001")
	f.arrives(t, dialogue.Voice, "+77010000002")
	require.True(t, f.offer(t))
	pgtest.Value[int64](t, f.url, `UPDATE offers SET expires_at = now() - interval '1 second' RETURNING id`)
	_, err := f.db.AcceptOffer(ctx, f.agents[0], f.contact(t, first))
	require.ErrorIs(t, err, acd.ErrGone)
	n, err := f.db.ExpireOffers(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	agent, err := f.db.Agent(ctx, f.agents[0])
	require.NoError(t, err)
	require.Equal(t, acd.Paused, agent.Status)
	require.Equal(t, acd.NotResponding, agent.StatusReason)
	require.False(t, f.offer(t), "nobody is available")
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.SetStatus(ctx, f.agents[0], acd.Available, "", "test") })
	require.True(t, f.offer(t))
	require.Equal(t, acd.Offered, f.state(t, first))
}

func TestOnlyConnectedAvailableAgentsOfTheLanguageGetOffers(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 1)
	ctx := context.Background()
	f.arrives(t, dialogue.Voice, "+77010000001")
	require.NoError(t, f.db.DisconnectDesk(ctx, f.agents[0], "node"))
	require.False(t, f.offer(t))
	require.NoError(t, f.db.ConnectDesk(ctx, f.agents[0], time.Minute, "node"))
	pgtest.Value[int64](t, f.url, `UPDATE agents SET languages = '{kk}' RETURNING id`)
	require.False(t, f.offer(t))
	pgtest.Value[int64](t, f.url, `UPDATE agents SET languages = '{kk,ru}' RETURNING id`)
	require.True(t, f.offer(t))
}

func TestACitizenWhoHangsUpTakesTheOfferAlong(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 1)
	ctx := context.Background()
	call := f.arrives(t, dialogue.Voice, "+77010000001")
	require.True(t, f.offer(t))
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.LeaveQueue(ctx, call) })
	_, err := f.db.AcceptOffer(ctx, f.agents[0], f.contact(t, call))
	require.ErrorIs(t, err, acd.ErrGone)
	require.Equal(t, "abandoned", pgtest.Value[string](t, f.url, `SELECT outcome FROM contacts`))
	require.Equal(t, "withdrawn", pgtest.Value[string](t, f.url, `SELECT state FROM offers`))
}

func TestADeclinedContactGoesToAnotherAgent(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 2)
	ctx := context.Background()
	call := f.arrives(t, dialogue.Voice, "+77010000001")
	require.True(t, f.offer(t))
	first := pgtest.Value[int64](t, f.url, `SELECT agent_id FROM contacts`)
	require.NoError(t, f.db.DeclineOffer(ctx, first, f.contact(t, call)))
	require.True(t, f.offer(t))
	require.NotEqual(t, first, pgtest.Value[int64](t, f.url, `SELECT agent_id FROM contacts`))
}

// TestManyNodesNeverOverfillAnAgent distributes from several nodes at once.
func TestManyNodesNeverOverfillAnAgent(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 4)
	for i := range 30 {
		f.arrives(t, dialogue.SMS, fmt.Sprintf("+7701000%04d", i))
	}
	for i := range 6 {
		f.arrives(t, dialogue.Voice, fmt.Sprintf("+7702000%04d", i))
	}
	var nodes sync.WaitGroup
	for range 4 {
		nodes.Go(func() {
			for {
				if offered, err := f.db.Offer(context.Background()); err != nil || !offered {
					return
				}
			}
		})
	}
	nodes.Wait()
	require.Equal(t, 20, pgtest.Value[int](t, f.url, `SELECT count(*) FROM offers WHERE state = 'pending'`), "five conversations each, in the order of arrival")
	require.LessOrEqual(t, pgtest.Value[int](t, f.url, `
		SELECT max(load) FROM (SELECT sum(CASE channel WHEN 'sms' THEN 20 ELSE 100 END) AS load FROM contacts WHERE agent_id IS NOT NULL GROUP BY agent_id) l`), 100)
	require.Equal(t, 0, pgtest.Value[int](t, f.url, `
		SELECT count(*) FROM (SELECT stream, seq - row_number() OVER (PARTITION BY stream ORDER BY seq) AS gap FROM stream_events) g WHERE gap <> 0`),
		"the streams have no holes")
}

func TestWhoWaitsForNobodyIsGivenUp(t *testing.T) {
	t.Parallel()
	f := newFloor(t, 2)
	ctx := context.Background()
	call := f.arrives(t, dialogue.Voice, "+77010000001")
	unserved := func() []int64 {
		found, err := f.db.Unserved(ctx)
		require.NoError(t, err)
		return found
	}
	require.Empty(t, unserved())
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.SetStatus(ctx, f.agents[0], acd.Offline, "", "test") })
	pgtest.Value[int](t, f.url, `WITH left_long_ago AS (UPDATE agents SET status_at = now() - interval '1 hour' RETURNING id) SELECT count(*) FROM left_long_ago`)
	require.Empty(t, unserved(), "one is still on duty")
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.SetStatus(ctx, f.agents[1], acd.Offline, "", "test") })
	require.Empty(t, unserved(), "that may have been a slip")
	pgtest.Value[int](t, f.url, `WITH left_a_while_ago AS (UPDATE agents SET status_at = now() - interval '31 seconds' RETURNING id) SELECT count(*) FROM left_a_while_ago`)
	require.Equal(t, []int64{call}, unserved())
	pgtest.Do(t, f.db, func(w *store.Work) error { return w.GiveUpContact(ctx, call) })
	require.Equal(t, "nobody", pgtest.Value[string](t, f.url, `SELECT outcome FROM contacts`))
	require.Empty(t, unserved())
}
