package messages_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func claim(t *testing.T, db *store.Store, limit int) []message.Segment {
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
		pgtest.Enqueue(t, db, message.Notice, "+77010000001", 4)
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
	pgtest.Enqueue(t, db, message.Reply, "+77010000001", 1)
	first := claim(t, db, 1)[0]
	_, err := db.SweepSMS(ctx, message.Sweep{Now: time.Now().Add(2 * time.Minute)}, pgtest.JoinPlain)
	require.NoError(t, err)
	pgtest.Commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: first.ID, Claim: first.Claim, Attempt: first.Attempt,
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
		pgtest.Enqueue(t, db, message.Reply, to, 1)
		s := claim(t, db, 1)[0]
		pgtest.Commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
			State: message.Accepted, MessageID: key, MessageKey: key, At: time.Now(), DueAt: time.Now()}}})
	}
	pgtest.Commit(t, db, message.Ledger{Receipts: []message.Receipt{
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
		pgtest.Commit(t, db, message.Ledger{Receipts: []message.Receipt{{Link: "a", Keys: keys, Destination: "", State: message.Delivered, At: time.Now()}}})
		status, err := db.SegmentsTo(ctx, "+77010000001", 100)
		require.NoError(t, err)
		require.Equal(t, keys[0] != "", status[0].State == message.Delivered, keys)
	}
}

// One id of all parts of a message: those that are answered after the receipt get what it says as well.
func TestReceiptOfOneIDForAllParts(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	pgtest.Enqueue(t, db, message.Reply, "+77010000001", 3)
	claimed := claim(t, db, 3)
	answer := func(s message.Segment) {
		pgtest.Commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
			State: message.Accepted, MessageID: "7", MessageKey: "7", At: time.Now(), DueAt: time.Now()}}})
	}
	answer(claimed[0])
	answer(claimed[1])
	pgtest.Commit(t, db, message.Ledger{Receipts: []message.Receipt{{Link: "a", Keys: []string{"7"}, Destination: "+77010000001", State: message.Delivered, At: time.Now()}}})
	answer(claimed[2])
	status, err := db.SegmentsTo(t.Context(), "+77010000001", 100)
	require.NoError(t, err)
	require.Len(t, status, 3)
	for _, s := range status {
		require.Equal(t, message.Delivered, s.State)
	}
}

// A message, of whatever lane, is erased with the outcome of its last segment, or when it expires; while one of its segments may be tried
// again it stays.
func TestAMessageIsErasedOnceNobodySubmitsIt(t *testing.T) {
	t.Parallel()
	for _, lane := range message.Lanes {
		for _, state := range []message.SegmentState{message.Accepted, message.Failed, message.Unknown, message.Expired} {
			t.Run(string(lane)+" "+string(state), func(t *testing.T) {
				t.Parallel()
				url := pgtest.URL(t)
				db := pgtest.Open(t, url)
				kept := func() string {
					number := pgtest.Value[string](t, url, `SELECT destination FROM mt_messages`)
					return number + " " + pgtest.Texts(t, url, "true")[0]
				}
				outcome := func(s message.Segment, state message.SegmentState) {
					pgtest.Commit(t, db, message.Ledger{Outcomes: []message.Outcome{{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt,
						State: state, MessageID: "1", MessageKey: "1", At: time.Now(), DueAt: time.Now()}}})
				}
				pgtest.Enqueue(t, db, lane, "+77010000001", 2)
				claimed := claim(t, db, 2)
				outcome(claimed[0], state)
				outcome(claimed[1], message.Queued)
				require.Equal(t, "+77010000001 123456", kept(), "the second is tried again")
				outcome(claim(t, db, 1)[0], state)
				require.Equal(t, " ", kept())
			})
		}
		t.Run(string(lane)+" too late", func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			pgtest.Enqueue(t, db, lane, "+77010000001", 2)
			_, err := db.SweepSMS(t.Context(), message.Sweep{Now: time.Now().Add(48 * time.Hour)}, pgtest.JoinPlain)
			require.NoError(t, err)
			require.Equal(t, []string{""}, pgtest.Texts(t, url, "destination = ''"))
		})
	}
}

// What two nodes have left to each other, or a STOP, is erased by the look of each day.
func TestTextsThatWereLeftAreErased(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Enqueue(t, db, message.Notice, "+77010000001", 1)
	pgtest.Enqueue(t, db, message.Notice, "+77010000002", 1)
	pgtest.Do(t, db, func(w *store.Work) error { return w.SetNotices(t.Context(), "+77010000001", true) })
	n, err := db.EraseTexts(t.Context(), time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{"", "123456"}, pgtest.Texts(t, url, "true"))
}
