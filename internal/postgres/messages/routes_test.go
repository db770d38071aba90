package messages_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
)

func TestClaimsFollowTheRoutes(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for i := range 100 {
		pgtest.Enqueue(t, db, message.Notice, fmt.Sprintf("+7701%07d", i), 2)
	}
	pgtest.Enqueue(t, db, message.Notice, "+77020000001", 1)
	pgtest.Enqueue(t, db, message.Reply, "+77030000001", 1)
	prefixes := []string{"", "+7701", "+7702"}
	claim := func(limit int, routes ...message.Route) (byDestination map[string]int) {
		byDestination = map[string]int{}
		claimed, err := db.ClaimSegments(context.Background(), message.Claim{Link: "a", Routes: routes, Prefixes: prefixes,
			Limit: limit, Notices: limit, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
		require.NoError(t, err)
		for _, s := range claimed {
			byDestination[s.Destination]++
		}
		return byDestination
	}
	require.Empty(t, claim(1000))
	require.Equal(t, map[string]int{"+77030000001": 1}, claim(1000, message.Route{To: message.Shares}), "the rest, not what has a longer prefix")
	quarter := claim(1000, message.Route{Prefix: "+7701", From: 0, To: 256})
	require.Greater(t, len(quarter), 5)
	require.Less(t, len(quarter), 50)
	for destination, segments := range quarter {
		require.Equal(t, 2, segments, "%s goes two ways", destination)
	}
	others := claim(1000, message.Route{Prefix: "+7701", From: 256, To: message.Shares}, message.Route{Prefix: "+7702", To: message.Shares})
	require.Len(t, others, 101-len(quarter))
}

// A segment that one operator would not take may go by another.
func TestARetryFallsAnew(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for range 40 {
		pgtest.Enqueue(t, db, message.Reply, "+77010000001", 1)
	}
	claim := func(from, to int) []message.Segment {
		claimed, err := db.ClaimSegments(context.Background(), message.Claim{Link: "a", Routes: []message.Route{{From: from, To: to}},
			Prefixes: []string{""}, Limit: 100, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
		require.NoError(t, err)
		return claimed
	}
	first := claim(0, 512)
	var outcomes []message.Outcome
	for _, s := range first {
		outcomes = append(outcomes, message.Outcome{Segment: s.ID, Claim: s.Claim, Attempt: s.Attempt, State: message.Queued, Failure: "temporary",
			DueAt: time.Now().Add(-time.Second), At: time.Now()})
	}
	_, err := db.CommitSMS(context.Background(), message.Ledger{Outcomes: outcomes}, pgtest.JoinPlain, nil)
	require.NoError(t, err)
	second := claim(512, message.Shares)
	require.Greater(t, len(second), 40-len(first), "some of the first half as well")
	require.Less(t, len(second), 40)
}

func TestUnroutableSegmentsAreFoundPageByPage(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for i := range 25 {
		pgtest.Enqueue(t, db, message.Notice, fmt.Sprintf("+7701%07d", i), 1)
	}
	pgtest.Enqueue(t, db, message.Notice, "+998901234567", 1)
	pgtest.Enqueue(t, db, message.OTP, "+998901234567", 1)
	u := &message.Unroutable{Prefixes: []string{"+7701"}, Failure: "no_route", Page: 10, Seen: map[message.Lane]message.Place{}}
	var found []int
	for range 6 {
		n, err := db.FailUnroutable(context.Background(), u, time.Now())
		require.NoError(t, err)
		found = append(found, n)
	}
	require.Equal(t, []int{1, 0, 1, 0, 0, 0}, found)
	lost, err := db.SegmentsTo(context.Background(), "+998901234567", 100)
	require.NoError(t, err)
	require.Len(t, lost, 2)
	for _, s := range lost {
		require.Equal(t, message.Failed, s.State)
		require.Equal(t, "no_route", s.Failure)
	}
	pgtest.Enqueue(t, db, message.Notice, "+998901234567", 1) // behind what was seen
	n := 0
	for range 3 {
		more, err := db.FailUnroutable(context.Background(), u, time.Now())
		require.NoError(t, err)
		n += more
	}
	require.Equal(t, 1, n)
}
