package pgtest

import (
	"testing"
	"time"

	"okno/internal/postgres/store"
)

const reads = `
SELECT (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables)::bigint +
       (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)::bigint`

// Reads gives how many rows and index entries all statements so far have looked at, once Postgres has counted all that the connections of
// db did: a test of growth compares what the same work looks at in small tables and in large ones. Such a test does not run in parallel
// with others: an index leads to old versions of rows, which are counted too, until Postgres has seen that no transaction needs them, and
// it looks the less often the more transactions run, in whichever database.
func Reads(t testing.TB, url string, db *store.Store) int64 {
	t.Helper()
	var last int64
	for quiet := 0; quiet < 4; { // a connection tells what it counted when it is next asked, and not within a second otherwise
		Do(t, db, func(w *store.Work) error {
			_, err := w.Tx.Exec(t.Context(), "SELECT pg_stat_force_next_flush()")
			return err
		})
		_ = Value[string](t, url, "SELECT pg_stat_force_next_flush()::text") // what tests have looked at counts as well
		now := Value[int64](t, url, reads)
		if quiet++; now != last {
			quiet = 0
		}
		last = now
		<-time.After(300 * time.Millisecond)
	}
	return last
}
