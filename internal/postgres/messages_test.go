package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
)

func joinPlain(parts []message.Part) (s string) {
	for _, p := range parts {
		s += string(p.Payload)
	}
	return s
}

func part(source string, reference, total, number int, body string) message.Arrival {
	return message.Arrival{Link: "a", Bind: "b1", Source: source, Destination: "1414", ReceivedAt: time.Now(),
		Part: message.Part{Reference: reference, Total: total, Number: number, Payload: []byte(body)}}
}

func commit(t *testing.T, db *postgres.DB, l message.Ledger) {
	t.Helper()
	_, err := db.CommitSMS(context.Background(), l, joinPlain, nil)
	require.NoError(t, err)
}

func arrive(t *testing.T, db *postgres.DB, arrivals ...message.Arrival) {
	t.Helper()
	commit(t, db, message.Ledger{Arrivals: arrivals})
}

// drain processes all that waits and gives it.
func drain(t *testing.T, db *postgres.DB) (heard []message.MO) {
	t.Helper()
	for {
		found, err := db.ProcessMOs(context.Background(), time.Now().Add(time.Minute), 100,
			func(_ context.Context, _ conversation.Work, mo message.MO) (int64, error) {
				heard = append(heard, mo)
				return 0, nil
			})
		require.NoError(t, err)
		if found == 0 {
			return heard
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
		swept, err := db.SweepSMS(context.Background(), message.Sweep{Now: time.Now(), IncompleteSince: since}, joinPlain)
		require.NoError(t, err)
		return swept.Incomplete
	}
	require.Zero(t, sweep(time.Now().Add(-time.Minute)), "still in time")
	require.Equal(t, 2, sweep(time.Now().Add(time.Minute)))
	require.Zero(t, sweep(time.Now().Add(time.Minute)), "once")
	heard := drain(t, db)
	require.Len(t, heard, 2)
	require.Equal(t, "ac", heard[0].Text)
	require.True(t, heard[0].Incomplete)
	require.Equal(t, 2, heard[0].Parts)
}

// Parts of many messages come to two nodes at once, in both orders.
func TestPartsByTwoNodesAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*postgres.DB{pgtest.Open(t, url), pgtest.Open(t, url)}
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
				if _, err := db.CommitSMS(context.Background(), message.Ledger{Arrivals: batch}, joinPlain, nil); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	wg.Wait()
	heard := drain(t, nodes[0])
	require.Len(t, heard, 200)
	for _, mo := range heard {
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
	_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now(), Alive: []message.Alive{confirmed}}, joinPlain)
	require.NoError(t, err)
	begin("b2", "a/0@n")
	arrive(t, db, whole("b2", false))
	require.Len(t, drain(t, db), 2)
	require.NoError(t, db.EndBind(ctx, message.Alive{Bind: "b2", ConfirmedUntil: confirmed.ConfirmedUntil}))
	begin("b3", "a/0@n")
	arrive(t, db, whole("b3", false), whole("b3", false))
	require.Len(t, drain(t, db), 1, "one of the two has come again, the other is new")
}

func enqueue(t *testing.T, db *postgres.DB, lane message.Lane, to string, segments int) {
	t.Helper()
	do(t, db, func(w *postgres.Work) error {
		return w.EnqueueMT(context.Background(), message.MT{Lane: lane, Destination: to, Text: "123456",
			Segments: segments, ExpiresAt: time.Now().Add(time.Hour)})
	})
}

func claim(t *testing.T, db *postgres.DB, limit int) []message.Segment {
	t.Helper()
	claimed, err := db.ClaimSegments(context.Background(), message.Claim{Link: "a", Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{""},
		Limit: limit, Notices: limit, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
	require.NoError(t, err)
	return claimed
}

func TestSegmentsAreClaimedOnceByManyNodes(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	for range 50 {
		enqueue(t, db, message.Notice, "+77010000001", 4)
	}
	var mu sync.Mutex
	seen := map[int64]int{}
	var wg sync.WaitGroup
	for range 4 {
		node := pgtest.Open(t, url)
		wg.Go(func() {
			for {
				claimed, err := node.ClaimSegments(context.Background(), message.Claim{Link: "a", Routes: []message.Route{{To: message.Shares}},
					Prefixes: []string{""}, Limit: 7, Notices: 7, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				if len(claimed) == 0 {
					return
				}
				mu.Lock()
				for _, s := range claimed {
					seen[s.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	require.Len(t, seen, 200)
	for id, n := range seen {
		require.Equal(t, 1, n, "segment %d", id)
	}
}

func TestOutcomeOfALapsedAttemptDoesNotCount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := pgtest.New(t)
	enqueue(t, db, message.Reply, "+77010000001", 1)
	first := claim(t, db, 1)[0]
	_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now().Add(2 * time.Minute)}, joinPlain)
	require.NoError(t, err)
	commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: first.ID, Claim: first.Claim, Attempt: first.Attempt,
		State: message.Failed, Failure: "refused", At: time.Now(), DueAt: time.Now()}}})
	status, err := db.SegmentsTo(ctx, "+77010000001", 100)
	require.NoError(t, err)
	require.Equal(t, message.Queued, status[0].State, "the second attempt is still to come")
	require.Equal(t, "unanswered", status[0].Failure)
}

func TestReceiptInAnotherNotationNeedsTheNumberToo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db := pgtest.New(t)
	for i, key := range []string{"16", "10"} { // hexadecimal 10 is 16
		to := fmt.Sprint("+7701000000", i)
		enqueue(t, db, message.Reply, to, 1)
		s := claim(t, db, 1)[0]
		commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
			State: message.Accepted, MessageID: key, MessageKey: key, At: time.Now(), DueAt: time.Now()}}})
	}
	commit(t, db, message.Ledger{Receipts: []message.Receipt{
		{Link: "a", Keys: []string{"22", "16"}, Destination: "+77019999999", State: message.Delivered, At: time.Now()},
		{Link: "b", Keys: []string{"16"}, Destination: "+77010000000", State: message.Delivered, At: time.Now()},
		{Link: "a", Keys: []string{"10", "a", "16"}, Destination: "+77010000000", State: message.Delivered, At: time.Now()},
	}})
	for to, want := range map[string]message.SegmentState{"+77010000000": message.Delivered, "+77010000001": message.Accepted} {
		status, err := db.SegmentsTo(ctx, to, 100)
		require.NoError(t, err)
		require.Equal(t, want, status[0].State, to)
	}
	// Where no notation has the right number, the id as it stands names its segment, unless none may be named by it.
	for _, keys := range [][]string{{"", "10", "a"}, {"10", "a"}} {
		commit(t, db, message.Ledger{Receipts: []message.Receipt{{Link: "a", Keys: keys, Destination: "", State: message.Delivered, At: time.Now()}}})
		status, err := db.SegmentsTo(ctx, "+77010000001", 100)
		require.NoError(t, err)
		require.Equal(t, keys[0] != "", status[0].State == message.Delivered, keys)
	}
}

// One id of all parts of a message: those that are answered after the receipt get what it says as well.
func TestReceiptOfOneIDForAllParts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	enqueue(t, db, message.Reply, "+77010000001", 3)
	claimed := claim(t, db, 3)
	answer := func(s message.Segment) {
		commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
			State: message.Accepted, MessageID: "7", MessageKey: "7", At: time.Now(), DueAt: time.Now()}}})
	}
	answer(claimed[0])
	answer(claimed[1])
	commit(t, db, message.Ledger{Receipts: []message.Receipt{{Link: "a", Keys: []string{"7"}, Destination: "+77010000001", State: message.Delivered, At: time.Now()}}})
	answer(claimed[2])
	status, err := db.SegmentsTo(t.Context(), "+77010000001", 100)
	require.NoError(t, err)
	require.Len(t, status, 3)
	for _, s := range status {
		require.Equal(t, message.Delivered, s.State)
	}
}

func TestPasswordIsErasedOnceItNeedNotBeSentAgain(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	conn, err := pgx.Connect(ctx, url)
	require.NoError(t, err)
	defer conn.Close(ctx)
	text := func() (s string) {
		_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now()}, joinPlain)
		require.NoError(t, err)
		require.NoError(t, conn.QueryRow(ctx, "SELECT text FROM mt_messages").Scan(&s))
		return s
	}
	enqueue(t, db, message.OTP, "+77010000001", 1)
	require.Equal(t, "123456", text())
	s := claim(t, db, 1)[0]
	require.Equal(t, "123456", text())
	commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
		State: message.Accepted, MessageID: "1", MessageKey: "1", At: time.Now(), DueAt: time.Now()}}})
	require.Empty(t, text())
}

func TestUSSDRequestsAreForgotten(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	for number, age := range map[string]time.Duration{"+77010000001": 0, "+77010000002": 2 * time.Hour} {
		_, err := db.Dial(ctx, message.Dialled{Number: number, Bind: "b", Fingerprint: []byte(number), ReceivedAt: time.Now().Add(-age)},
			func(context.Context, conversation.Work, message.Dialled) (message.Page, error) {
				return message.Page{Text: "x"}, nil
			})
		require.NoError(t, err)
	}
	_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now()}, joinPlain)
	require.NoError(t, err)
	require.Equal(t, "+77010000001", pgtest.Value[string](t, url, `SELECT string_agg(number, ',') FROM ussd_requests`))
}
