package inbound_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/fault"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func part(source string, reference, total, number int, body string) message.Arrival {
	return message.Arrival{Link: "a", Bind: "b1", Source: source, Destination: "1414", ReceivedAt: time.Now(),
		Part: message.Part{Reference: reference, Total: total, Number: number, Payload: []byte(body)}}
}

func arrive(t *testing.T, db *store.Store, arrivals ...message.Arrival) {
	t.Helper()
	pgtest.Commit(t, db, message.Ledger{Arrivals: arrivals})
}

// drain processes all that waits and gives it.
func drain(t *testing.T, db *store.Store) (handled []message.MO) {
	t.Helper()
	for {
		found, err := db.ProcessMOs(context.Background(), time.Now().Add(time.Minute), 100,
			func(_ context.Context, _ conversation.Work, mo message.MO) (int64, error) {
				handled = append(handled, mo)
				return 0, nil
			})
		require.NoError(t, err)
		if found == 0 {
			return handled
		}
	}
}

func TestPartsUnderAReferenceUsedBefore(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	require.NoError(t, db.BeginBind(context.Background(), message.Bind{ID: "b1", Slot: "a/0@n", Link: "a"}))
	arrive(t, db, part("+1", 7, 2, 1, "a"))
	arrive(t, db, part("+1", 7, 2, 2, "b"))
	require.NoError(t, db.BeginBind(context.Background(), message.Bind{ID: "b2", Slot: "a/0@n", Link: "a"}))
	again := part("+1", 7, 2, 2, "b")
	again.Bind = "b2"
	arrive(t, db, again) // a redelivery
	once := part("+1", 7, 2, 1, "a")
	once.Bind = "b2"
	arrive(t, db, again, once)              // the same once more, over the bind that lives
	arrive(t, db, part("+1", 7, 2, 1, "c")) // a new message
	arrive(t, db, part("+1", 7, 2, 2, "d"))
	arrive(t, db, part("+1", 7, 2, 1, "e")) // its second part never comes: the next message ends the wait
	next := message.Arrival{Link: "a", Bind: "b1", Source: "+1", Text: "next", Fingerprint: []byte("next"), ReceivedAt: time.Now()}
	arrive(t, db, part("+1", 7, 2, 1, "f"), part("+1", 7, 2, 2, "g"), next)
	var got []string
	for _, mo := range drain(t, db) {
		got = append(got, fmt.Sprintf("%s %d %t", mo.Text, mo.Parts, mo.Incomplete))
	}
	require.Equal(t, []string{"ab 2 false", "ab 2 false", "cd 2 false", "e 1 true", "fg 2 false", "next 1 false"}, got)
}

func TestMissingPartsAreGivenUp(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	arrive(t, db, part("+1", 1, 3, 3, "c"), part("+1", 1, 3, 1, "a"), part("+2", 1, 2, 1, "x"))
	sweep := func(since time.Time) int {
		swept, err := db.SweepSMS(context.Background(), message.Sweep{Now: time.Now(), IncompleteSince: since}, pgtest.JoinPlain)
		require.NoError(t, err)
		return swept.Incomplete
	}
	require.Zero(t, sweep(time.Now().Add(-time.Minute)), "still in time")
	require.Equal(t, 2, sweep(time.Now().Add(time.Minute)))
	require.Zero(t, sweep(time.Now().Add(time.Minute)), "once")
	handled := drain(t, db)
	require.Len(t, handled, 2)
	require.Equal(t, "ac", handled[0].Text)
	require.True(t, handled[0].Incomplete)
	require.Equal(t, 2, handled[0].Parts)
}

// Parts of many messages come to two nodes at once, in both orders.
func TestPartsByTwoNodesAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	var wg sync.WaitGroup
	for n, db := range nodes {
		wg.Go(func() {
			for round := range 20 {
				var batch []message.Arrival
				for i := range 10 {
					source := i
					if n == 1 {
						source = 9 - i
					}
					batch = append(batch, part(fmt.Sprint("+", source), round, 2, n+1, fmt.Sprint(n)))
				}
				if _, err := db.CommitSMS(context.Background(), message.Ledger{Arrivals: batch}, pgtest.JoinPlain, nil); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	wg.Wait()
	handled := drain(t, nodes[0])
	require.Len(t, handled, 200)
	for _, mo := range handled {
		require.Equal(t, "01", mo.Text)
	}
}

func TestRedeliveryIsToldFromASecondMessage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	whole := func(bind string, identified bool) message.Arrival {
		return message.Arrival{Link: "a", Bind: bind, Source: "+1", Destination: "1414", Text: "1",
			Fingerprint: []byte("same"), Identified: identified, ReceivedAt: time.Now()}
	}
	begin := func(id, slot string) {
		require.NoError(t, db.BeginBind(ctx, message.Bind{ID: id, Slot: slot, Link: "a"}))
	}
	begin("b1", "a/0@n")
	arrive(t, db, whole("b1", false))
	arrive(t, db, whole("b1", false))
	require.Len(t, drain(t, db), 2, "over the same bind: the first was acknowledged")
	begin("b2", "a/1@n")
	arrive(t, db, whole("b2", false))
	require.Len(t, drain(t, db), 1, "over another bind that lives beside it")
	begin("b3", "a/0@n")
	arrive(t, db, whole("b3", false))
	require.Empty(t, drain(t, db), "b1 has ended, and may not have acknowledged it")
	arrive(t, db, whole("b3", false))
	require.Empty(t, drain(t, db), "and there were two of them")
	arrive(t, db, whole("b3", false))
	require.Len(t, drain(t, db), 1, "both have come again: it is the citizen's next")
	arrive(t, db, whole("b3", true))
	require.Empty(t, drain(t, db), "the SMSC's own id says so")

	// The process died a while ago, and no other has its name.
	begin("b4", "a/0@other")
	pgtest.Exec(t, url, `UPDATE sms_binds SET alive_at = now() - interval '5 seconds' WHERE id = 'b3'`)
	arrive(t, db, whole("b4", false))
	require.Empty(t, drain(t, db))

	// A session that ended with everything acknowledged leaves nothing to come again.
	db = pgtest.New(t)
	begin("b1", "a/0@n")
	arrive(t, db, whole("b1", false))
	require.NoError(t, db.EndBind(ctx, message.Alive{Bind: "b1"}))
	begin("b2", "a/0@n")
	arrive(t, db, whole("b2", false))
	require.Len(t, drain(t, db), 2)

	// What came before was acknowledged for certain, what came after was not.
	db = pgtest.New(t)
	begin("b1", "a/0@n")
	arrive(t, db, whole("b1", false))
	confirmed := message.Alive{Bind: "b1", ConfirmedUntil: time.Now()}
	_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now(), Alive: []message.Alive{confirmed}}, pgtest.JoinPlain)
	require.NoError(t, err)
	begin("b2", "a/0@n")
	arrive(t, db, whole("b2", false))
	require.Len(t, drain(t, db), 2)
	require.NoError(t, db.EndBind(ctx, message.Alive{Bind: "b2", ConfirmedUntil: confirmed.ConfirmedUntil}))
	begin("b3", "a/0@n")
	arrive(t, db, whole("b3", false), whole("b3", false))
	require.Len(t, drain(t, db), 1, "one of the two has come again, the other is new")
}

// The reply to a commit is lost, and so is that to the next try, which was not in force. Only the first time counts.
func TestWhatWasPutOffTwiceIsKnownByTheFirstTime(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	wire := pgtest.NewWire(t, url)
	db := pgtest.Open(t, wire.URL)
	now := time.Now()
	arrival := message.Arrival{Link: "a", Bind: "b", Source: "+77010000001", Destination: "1414", Text: "1", Fingerprint: []byte("1"), ReceivedAt: now}
	second := arrival // the same text again, a moment later
	second.ReceivedAt = now.Add(time.Millisecond)
	commit := func(arrivals ...message.Arrival) error {
		_, err := db.CommitSMS(t.Context(), message.Ledger{Arrivals: arrivals}, pgtest.JoinPlain, nil)
		return err
	}
	wire.Decide("mo_messages", pgtest.LosesReply, pgtest.LosesOrder)
	require.ErrorIs(t, commit(arrival, second), fault.ErrUncertain)
	arrival.DeferredAt, second.DeferredAt = arrival.ReceivedAt, second.ReceivedAt
	arrival.ReceivedAt, second.ReceivedAt = now.Add(time.Second), now.Add(time.Second+time.Millisecond)
	require.ErrorIs(t, commit(arrival, second), fault.ErrUncertain)
	require.NoError(t, commit(arrival, second))
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM mo_messages`))
}
