package postgres_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
)

func TestWritesThatFailAreSeen(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	require.NoError(t, db.Writable(t.Context(), "n1"))
	require.NoError(t, db.Writable(t.Context(), "n1"))
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM write_probes`))

	readOnly := pgtest.Open(t, url+"&default_transaction_read_only=on")
	require.NoError(t, readOnly.Ready(t.Context()), "it answers")
	require.ErrorContains(t, readOnly.Writable(t.Context(), "n1"), "read-only")

	// What Postgres says when a file cannot grow.
	pgtest.Exec(t, url, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON write_probes FOR EACH ROW EXECUTE FUNCTION refuse()`)
	require.ErrorContains(t, db.Writable(t.Context(), "n1"), "No space left")
	require.NoError(t, db.Ready(t.Context()))
}

// Whatever is asked of a database that is away, the answer is that it may succeed later.
func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	listener.Close()
	db, err := postgres.Open("postgres://okno:secret@"+address+"/okno", postgres.Options{})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var one int
	_, exec := db.Exec(ctx, `SELECT 1`)
	_, query := db.Query(ctx, `SELECT 1`)
	none := func(*postgres.Tx) error { return nil }
	for name, err := range map[string]error{
		"exec": exec, "query": query, "row": db.QueryRow(ctx, `SELECT 1`).Scan(&one), "do": db.Do(ctx, none), "read": db.Read(ctx, none), "snapshot": db.Snapshot(ctx, none),
	} {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", name, err)
		require.NotContains(t, err.Error(), "secret")
	}
}
