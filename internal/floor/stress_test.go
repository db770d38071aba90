package floor_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/floor/floortest"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// Citizens call, write, hang up; agents accept, decline, release, file, change their status and log out; the voice node and the dispatcher do
// their part; all at once, for 8 s, or as long as OKNO_STRESS says. Nothing but "somebody was faster" reaches a caller, no transaction
// breaks the order of locks (the store's tracer looks), and no agent is left with a ghost.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	lasting := 8 * time.Second
	if given, err := time.ParseDuration(os.Getenv("OKNO_STRESS")); err == nil {
		lasting = given
	}
	h := floortest.New(t, 6)
	h.Dispatch(t) // takes the dispatcher's lease
	ctx, cancel := context.WithTimeout(t.Context(), lasting)
	defer cancel()
	var all sync.WaitGroup
	run := func(what string, step func() error) {
		all.Go(func() {
			for ctx.Err() == nil {
				if err := step(); err != nil && !faster(err) && ctx.Err() == nil {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	do := func(fn func(*store.Work) error) error { return h.DB.Do(ctx, fn) }
	calls, threads := &sync.Map{}, 40
	one := func() (interaction int64, ok bool) {
		calls.Range(func(key, _ any) bool {
			interaction, ok = key.(int64), true
			return rand.N(4) > 0
		})
		return interaction, ok
	}
	run("a call", func() error {
		turn, err := h.Floor.Begin(ctx, h.Voice, floortest.NewCall(fmt.Sprint("channel-", rand.Int64()), fmt.Sprintf("+7701%07d", rand.N(10_000_000))))
		if err != nil {
			return err
		}
		calls.Store(turn.Interaction, true)
		for _, keys := range []string{"2", "0"} {
			if _, err := h.Floor.Advance(ctx, h.Voice, turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys}); err != nil {
				return err
			}
		}
		return nil
	})
	run("a hang-up", func() error {
		<-time.After(30 * time.Millisecond)
		interaction, ok := one()
		if !ok {
			return nil
		}
		calls.Delete(interaction)
		return h.Floor.HungUp(ctx, h.Voice, interaction, call.HungUp)
	})
	run("an SMS", func() error {
		from := fmt.Sprintf("+7702000%04d", rand.N(threads))
		return do(func(w *store.Work) error {
			_, err := h.Engine.Handle(ctx, w, message.MO{Source: from, Text: []string{"оператор", "когда?", "HELP", "STOP"}[rand.N(4)]})
			return err
		})
	})
	run("the dispatcher", func() error {
		s, err := h.DB.DistributionSnapshot(ctx)
		if err != nil {
			return err
		}
		d := acd.Decide(s, time.Time{})
		err = errors.Join(h.Floor.ExpireOffers(ctx, h.ACD, d.Expire), h.Floor.EndWrapUps(ctx, h.ACD, d.File), h.Floor.MakeOffers(ctx, h.ACD, d.Offers))
		for _, o := range d.Orders {
			err = errors.Join(err, h.Floor.ExpireOrder(ctx, h.ACD, o))
		}
		return err
	})
	run("the voice node", func() error {
		orders, err := h.DB.TakeOrders(ctx, h.Voice, "ast1")
		for _, o := range orders {
			switch {
			case err != nil:
			case o.Kind == call.Release:
				_, _, err = h.Floor.LegLeft(ctx, h.Voice, o.Interaction, "leg", false, o.ID)
			case o.Kind != call.Connect:
				_, err = h.Floor.Say(ctx, h.Voice, o)
			default:
				if err = h.Floor.Dial(ctx, h.Voice, o, "room"); err == nil && rand.N(4) > 0 {
					err = h.Floor.Joined(ctx, h.Voice, o)
				} else if err == nil {
					err = h.Floor.NotReached(ctx, h.Voice, o, rand.N(2) == 0, "no answer")
				}
			}
			if faster(err) {
				err = nil
			}
		}
		return err
	})
	for _, a := range h.Agents {
		run("agent "+a.Login, func() error {
			var held []int64
			if err := do(func(w *store.Work) (err error) {
				held, err = w.ContactsOf(ctx, a.ID)
				return err
			}); err != nil {
				return err
			}
			for _, id := range held {
				err := do(func(w *store.Work) error {
					switch rand.N(6) {
					case 0:
						return h.Floor.Decline(ctx, w, a, id)
					case 1, 2:
						return h.Floor.Release(ctx, w, a, id)
					case 3:
						return h.Floor.File(ctx, w, a, id, "resolved", "note")
					}
					_, err := h.Floor.Accept(ctx, w, a, id)
					return err
				})
				if err != nil && !faster(err) {
					return err
				}
			}
			switch rand.N(20) {
			case 0:
				return h.Floor.Depart(ctx, a.ID)
			case 1:
				return do(func(w *store.Work) error { return h.Floor.SetStatus(ctx, w, a, acd.Paused, "break", rand.N(2) == 0) })
			}
			if rand.N(4) > 0 { // each change of an agent makes the dispatcher look again
				<-time.After(20 * time.Millisecond)
				return nil
			}
			return do(func(w *store.Work) error { return h.Floor.SetStatus(ctx, w, a, acd.Available, "", false) })
		})
	}
	all.Wait()
	require.Positive(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE connected_at IS NOT NULL`), "nobody talked")
	require.Zero(t, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM contacts c JOIN interactions i ON i.id = c.interaction_id
		WHERE i.ended_at IS NOT NULL AND c.state NOT IN ('wrap_up', 'ended')`), "contacts of citizens who have gone")
	require.Zero(t, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM contacts WHERE (state = 'offered') <> EXISTS (SELECT FROM offers o WHERE o.contact_id = contacts.id AND o.state = 'pending')`),
		"offers without a contact, or contacts without an offer")
	require.Zero(t, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM contacts WHERE state IN ('accepted', 'ringing') AND channel = 'voice'
		  AND NOT EXISTS (SELECT FROM call_orders o WHERE o.call_id = interaction_id AND o.kind = 'connect' AND o.state IN ('new', 'taken'))`),
		"contacts that are being connected by nobody")
	require.Zero(t, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM contacts WHERE (agent_id IS NULL) <> (state = 'waiting' OR state = 'ended' AND outcome IN ('abandoned', 'nobody', 'lost'))`),
		"contacts in hands that have let go")
	require.Zero(t, pgtest.Value[int](t, h.URL, `
		SELECT count(*) FROM (SELECT stream, seq - row_number() OVER (PARTITION BY stream ORDER BY seq) gap FROM stream_events) g WHERE gap <> 0`), "holes in the streams")
	require.Zero(t, pgtest.Value[int](t, h.URL, overlapping), "times of agents that lie over each other")
	for _, a := range h.Agents {
		require.Equal(t, standing(t, h, a.ID), timeGoesOn(t, h, a.ID), "what the time of %s goes into", a.Login)
	}
}

// faster says that somebody else was faster, which every caller must expect.
func faster(err error) bool {
	return errors.Is(err, contact.ErrState) || errors.Is(err, contact.ErrGone) || errors.Is(err, call.ErrOver) || conversation.IsStale(err) ||
		fault.KindOf(err) == fault.Forbidden
}
