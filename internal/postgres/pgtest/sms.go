package pgtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/store"
)

// Do runs a unit of work that must succeed.
func Do(t testing.TB, db *store.Store, fn func(*store.Work) error) {
	t.Helper()
	require.NoError(t, db.Do(context.Background(), fn))
}

// JoinPlain joins parts as they stand.
func JoinPlain(parts []message.Part) (s string) {
	for _, p := range parts {
		s += string(p.Payload)
	}
	return s
}

// Commit commits a ledger, of which nothing is heard.
func Commit(t testing.TB, db *store.Store, l message.Ledger) {
	t.Helper()
	_, err := db.CommitSMS(context.Background(), l, JoinPlain, nil)
	require.NoError(t, err)
}

// Enqueue enqueues a message of some segments.
func Enqueue(t testing.TB, db *store.Store, lane message.Lane, to string, segments int) {
	t.Helper()
	Do(t, db, func(w *store.Work) error {
		return w.EnqueueMT(context.Background(), message.MT{Lane: lane, Destination: to, Text: "123456",
			Segments: segments, ExpiresAt: time.Now().Add(time.Hour)})
	})
}
