package exchange_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
)

// What an agency's files leave behind: 20,000 messages that were acknowledged, each in a file of its own.
const years = `
WITH f AS (
    INSERT INTO exchange_files (agency, sequence, written_at) SELECT 'moj', n, now() FROM generate_series(1, 20000) n RETURNING sequence
)
INSERT INTO exchange_deliveries (agency, case_id, event, sealed, state, file) SELECT 'moj', sequence, 'case.opened', 'x', 'delivered', sequence FROM f`

const rowsRead = `
SELECT (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_user_tables WHERE relname LIKE 'exchange_%')::bigint +
       (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes WHERE relname LIKE 'exchange_%')::bigint`

// A round looks at what it is about, however many files there were, by whatever statistics its statements were planned.
func TestRoundsOfFilesStayFlat(t *testing.T) {
	t.Parallel()
	for name, analyze := range map[string]bool{"planned for empty tables": false, "planned for full ones": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url, others, open := office(t)
			newClerk(t, others, "moj")
			db := pgtest.Open(t, url+"&pool_max_conns=1") // each statement is planned on one connection
			later := time.Now().Add(time.Hour)
			exchanged := func(want int64) {
				open("moj")
				file, err := db.NextFile(t.Context(), "moj", time.Minute, later)
				require.NoError(t, err)
				require.Equal(t, want, file.Sequence)
				require.Len(t, file.Deliveries, 1)
				require.NoError(t, db.NoteWritten(t.Context(), "moj", file.Sequence, later))
				_, err = db.NextFile(t.Context(), "moj", time.Minute, later)
				require.ErrorIs(t, err, exchange.ErrNoFile)
				require.NoError(t, db.NoteUnreached(t.Context(), "moj", later))
				require.NoError(t, db.Acknowledge(t.Context(), "moj", []exchange.Acknowledged{{Delivery: file.Deliveries[0].ID}}, later))
			}
			exchanged(1)
			pgtest.Exec(t, url, `DELETE FROM exchange_deliveries`)
			pgtest.Exec(t, url, `DELETE FROM exchange_files`)
			pgtest.Exec(t, url, years)
			if analyze {
				pgtest.Exec(t, url, "ANALYZE")
			}
			pgtest.Exec(t, url, "SELECT pg_stat_force_next_flush()")
			before := pgtest.Value[int64](t, url, rowsRead)
			for round := range 5 {
				exchanged(int64(20001 + round))
			}
			db.Close()
			others.Close()
			require.Eventually(t, func() bool {
				return pgtest.Value[int](t, url, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`) == 0
			}, 20*time.Second, 10*time.Millisecond)
			require.Less(t, pgtest.Value[int64](t, url, rowsRead)-before, int64(1000))
		})
	}
}
