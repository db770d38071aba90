package sms

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/sms/smstest"
)

// Many messages share a commit, and the connection is cut at it: after it, so that it is in force, or before. Whatever comes of
// the commits that follow, each message is kept once and answered once.
func TestEachOfABatchIsKeptOnceThoughNobodyHeardOfItsCommit(t *testing.T) {
	t.Parallel()
	const reply, order = pgtest.LosesReply, pgtest.LosesOrder
	for name, fates := range map[string][]pgtest.Fate{
		// Two ledgers commit at once, and each tries twice.
		"in force":                     {reply},
		"in force, again and again":    slices.Repeat([]pgtest.Fate{reply}, 10),
		"in force, and not":            append(slices.Repeat([]pgtest.Fate{reply}, 4), slices.Repeat([]pgtest.Fate{order}, 10)...),
		"not in force":                 slices.Repeat([]pgtest.Fate{order}, 6),
		"not in force, and then it is": {order, order, order, order, reply, reply, reply, reply, order, order, order, order, reply, reply},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			wire := pgtest.NewWire(t, url)
			s, link := smsc(t, "a", smstest.Config{})
			r := rigOn(t, pgtest.Open(t, wire.URL), link)
			const many = 40
			number := func(n int) string { return fmt.Sprintf("+7701000%04d", n) }

			// The first commits wait until all messages have come: they are in them, or gathered behind them.
			var first sync.Once
			let := make(chan struct{})
			var mu sync.Mutex
			largest, begun := 0, 0
			hold := func(l message.Ledger) error {
				if len(l.Arrivals) > 0 {
					mu.Lock()
					largest, begun = max(largest, len(l.Arrivals)), begun+len(l.Arrivals)
					mu.Unlock()
					first.Do(func() { <-let })
				}
				return nil
			}
			r.store.before.Store(&hold)
			r.run()
			release := sync.OnceFunc(func() { close(let) })
			t.Cleanup(release)
			var senders sync.WaitGroup
			for n := range many {
				senders.Go(func() {
					if err := s.Send(t.Context(), number(n), "1414", fmt.Sprint("HELP ", n)); err != nil {
						t.Errorf("send: %v", err)
					}
				})
			}
			r.eventually("all to come", func() bool {
				mu.Lock()
				waiting := begun
				mu.Unlock()
				for _, l := range r.channel.arrived {
					waiting += len(l.Waiting)
				}
				return waiting == many
			})
			wire.Decide("mo_messages", fates...)
			release()
			senders.Wait()
			for n := range many {
				r.eventually("an answer", func() bool { return len(s.Received(number(n))) > 0 })
			}
			mu.Lock()
			require.Greater(t, largest, 5, "a batch")
			mu.Unlock()
			require.Zero(t, wire.Undecided())
			require.Equal(t, many, pgtest.Value[int](t, url, `SELECT count(*) FROM mo_messages`))
			require.Equal(t, many, pgtest.Value[int](t, url, `SELECT count(*) FROM mt_messages`))

			// Each has been heard of by now: the same text is a second message.
			require.NoError(t, s.Send(t.Context(), number(0), "1414", "HELP 0"))
			r.eventually("a second answer", func() bool { return len(s.Received(number(0))) == 2 })
		})
	}
}
