package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/seal"
)

// opened is [pgtest.Opened] by the key that Okno derives from its secret.
func opened[T any](t testing.TB, url, query string, args ...any) T {
	t.Helper()
	ring, err := seal.NewRing(seal.Key{ID: "secret", Secret: seal.Derive([]byte(secret), "okno master key")})
	require.NoError(t, err)
	return pgtest.OpenedBy[T](t, url, ring, query, args...)
}
