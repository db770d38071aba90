package store_test

import (
	"context"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// nodeBy is a node with master keys, and its ring.
func nodeBy(t *testing.T, url string, keys ...seal.Key) (*seal.Ring, *store.Store) {
	t.Helper()
	ring, err := seal.NewRing(keys...)
	require.NoError(t, err)
	node, err := store.Open(url, store.Options{Keys: ring, Numbering: cases.NewNumbering([]byte("test"))})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	return ring, node
}

// Whoever names keys from the beginning has one to look for values by, although the one that comes of the secret is on the ring.
func TestAKeyThatSealedNothingIsNotLookedFor(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	fallback := seal.Key{ID: "secret", Secret: []byte("what comes of the secret"), Fallback: true}
	ring, node := nodeBy(t, url, pgtest.NextKey, fallback)
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 2, "it is not known yet what the database holds")
	require.NoError(t, node.CheckKeys(t.Context()))
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 1)
	_, alone := nodeBy(t, url, fallback)
	require.ErrorIs(t, alone.CheckKeys(t.Context()), seal.ErrUnknownKey, "it cannot come into use any more")
}

// Of two nodes that start at once on an empty database, one with a key and one with the fallback alone, either the second does not start or the
// first goes on to look for what the second seals.
func TestTwoNodesStartWithDifferentKeys(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	fallback := seal.Key{ID: "secret", Secret: []byte("what comes of the secret"), Fallback: true}
	ring, node := nodeBy(t, url, pgtest.NextKey, fallback)
	_, alone := nodeBy(t, url, fallback)
	other := make(chan error, 1)
	go func() { other <- alone.CheckKeys(context.WithoutCancel(t.Context())) }()
	require.NoError(t, node.CheckKeys(t.Context()))
	looks := len(ring.Indexes(seal.TelephoneNumber, "+77010000001"))
	if err := <-other; err != nil {
		require.ErrorIs(t, err, seal.ErrUnknownKey)
		require.Equal(t, 1, looks)
	} else {
		require.Equal(t, 2, looks)
	}
}

// What stood in the database before uses were noted may be under any key of the ring.
func TestKeysOfBeforeAreLookedFor(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pgtest.Exec(t, url, `INSERT INTO key_uses (key_id) VALUES ('')`)
	fallback := seal.Key{ID: "secret", Secret: []byte("what comes of the secret"), Fallback: true}
	ring, node := nodeBy(t, url, pgtest.NextKey, fallback)
	require.NoError(t, node.CheckKeys(t.Context()))
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 2)
	_, err := node.RotateKeys(t.Context())
	require.NoError(t, err)
	inUse, err := node.RetireKeys(t.Context())
	require.NoError(t, err)
	require.Empty(t, inUse)
	pgtest.Exec(t, url, `UPDATE key_uses SET used_at = now() - interval '8 days', retired_at = now() - interval '8 days' WHERE key_id = ''`)
	require.NoError(t, node.CheckKeys(t.Context()))
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 1)
}

// A key is retired once no node seals by it, is looked for as long as what no rotation indexes anew may be asked for, and never comes again.
// A node that has gone on with it stops.
func TestAKeyIsRetired(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	_, old := nodeBy(t, url, pgtest.OldKey, pgtest.NextKey)
	require.NoError(t, old.CheckKeys(t.Context()))
	ring, node := nodeBy(t, url, pgtest.NextKey, pgtest.OldKey)
	require.NoError(t, node.CheckKeys(t.Context()))
	retire := func() []string {
		t.Helper()
		_, err := node.RotateKeys(t.Context())
		require.NoError(t, err)
		inUse, err := node.RetireKeys(t.Context())
		require.NoError(t, err)
		return inUse
	}
	require.Equal(t, []string{"test"}, retire(), "the first node seals by it still")
	pgtest.Exec(t, url, `UPDATE key_uses SET used_at = now() - interval '3 minutes' WHERE key_id = 'test'`)
	require.Empty(t, retire())
	require.NoError(t, node.CheckKeys(t.Context()))
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 2, "receipts come for days")
	pgtest.Exec(t, url, `UPDATE key_uses SET used_at = now() - interval '8 days', retired_at = now() - interval '8 days' WHERE key_id = 'test'`)
	require.NoError(t, node.CheckKeys(t.Context()))
	require.Len(t, ring.Indexes(seal.TelephoneNumber, "+77010000001"), 1)
	require.ErrorIs(t, old.CheckKeys(t.Context()), store.ErrRetiredKey)
	require.ErrorIs(t, old.KeepKeys(t.Context(), zerolog.Nop()), store.ErrRetiredKey)
}
