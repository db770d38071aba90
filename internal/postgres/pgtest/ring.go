package pgtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// The master keys of tests: the one of [Keys], and the one that comes after it.
var (
	OldKey  = seal.Key{ID: "test", Secret: []byte("a secret for tests")}
	NextKey = seal.Key{ID: "2027", Secret: []byte("the secret of the next year")}
)

// OpenBy is [Open] for a node with other master keys, the current one first.
func OpenBy(t testing.TB, url string, keys ...seal.Key) *store.Store {
	t.Helper()
	ring, err := seal.NewRing(keys...)
	require.NoError(t, err)
	node, err := store.Open(url, store.Options{Keys: ring, Numbering: cases.NewNumbering([]byte("test"))})
	require.NoError(t, err)
	t.Cleanup(node.Close)
	return node
}
