package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// Messages that wait in either direction while the master key is rotated are handled and sent by a node that has only the new key, and what
// the old one has indexed is the same citizen's, still.
func TestMessagesUnderWayOutliveARotation(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	before := pgtest.Open(t, url)
	const citizen = "+77010000001"
	now := time.Now()
	arrival := message.Arrival{Link: "a", Bind: "b", Source: citizen, Destination: "1414", Text: "вопрос", Raw: []byte{1, 2}, Fingerprint: []byte("f"), Identified: true, ReceivedAt: now}
	limit := message.Limit{Messages: 20, Within: time.Minute, Parts: 64}
	arrive := func(db *store.Store, a message.Arrival) {
		_, err := db.CommitSMS(t.Context(), message.Ledger{Arrivals: []message.Arrival{a}, Limit: limit}, pgtest.JoinPlain, nil)
		require.NoError(t, err)
	}
	part := func(n int, text string) message.Arrival {
		return message.Arrival{Link: "a", Bind: "b", Source: citizen, Destination: "1414", ReceivedAt: now,
			Part: message.Part{Reference: 7, Total: 2, Number: n, Payload: []byte(text)}}
	}
	arrive(before, arrival)
	arrive(before, part(1, "первая "))
	pgtest.Enqueue(t, before, message.Reply, citizen, 1)

	both := pgtest.OpenBy(t, url, pgtest.NextKey, pgtest.OldKey)
	arrive(both, arrival) // a redelivery
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM mo_messages`), "known by the fingerprint of the old key")
	arrive(both, part(2, "вторая"))
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM mo_parts WHERE mo_id IS NULL`), "the parts find each other")
	n, err := both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Positive(t, n)
	n, err = both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)

	after := pgtest.OpenBy(t, url, pgtest.NextKey)
	var heard []string
	hear := func(_ context.Context, _ conversation.Work, mo message.MO) (int64, error) {
		heard = append(heard, mo.Source+" "+mo.Text)
		return 0, nil
	}
	for found := 1; found > 0; {
		found, err = after.ProcessMOs(t.Context(), time.Now(), 10, hear)
		require.NoError(t, err)
	}
	require.Equal(t, []string{citizen + " вопрос", citizen + " первая вторая"}, heard)
	claimed, err := after.ClaimSegments(t.Context(), message.Claim{Link: "a", Slot: "s", Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{""},
		Limit: 10, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	require.Equal(t, citizen+" 123456", claimed[0].Destination+" "+claimed[0].Text)
}

// A node whose keys do not open what the database holds says so before it takes anything in hand: a message that it claimed it could not send.
func TestANodeWithOtherKeysIsRefused(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	first := pgtest.Open(t, url)
	require.NoError(t, first.CheckKeys(t.Context()))
	require.NoError(t, first.CheckKeys(t.Context()))
	require.ErrorIs(t, pgtest.OpenBy(t, url, pgtest.NextKey).CheckKeys(t.Context()), seal.ErrUnknownKey)
	require.ErrorIs(t, pgtest.OpenBy(t, url, seal.Key{ID: "test", Secret: []byte("another secret of tests")}).CheckKeys(t.Context()), seal.ErrBroken)
	both := pgtest.OpenBy(t, url, pgtest.NextKey, pgtest.OldKey)
	require.NoError(t, both.CheckKeys(t.Context()))
	_, err := both.RotateKeys(t.Context())
	require.NoError(t, err)
	require.NoError(t, pgtest.OpenBy(t, url, pgtest.NextKey).CheckKeys(t.Context()), "nothing needs the old one any more")
}
