package e2e

import (
	"testing"

	"okno/internal/postgres/pgtest"
)

// opened is [pgtest.Opened]: the programs of these tests have the keys of tests.
func opened[T any](t testing.TB, url, query string, args ...any) T {
	t.Helper()
	return pgtest.Opened[T](t, url, query, args...)
}
