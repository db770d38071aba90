package postgres_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/migrations"
)

func TestMigrateTwiceRunsNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ran, err := db.Migrate(context.Background())
	require.NoError(t, err)
	require.Empty(t, ran)
}

func TestMigrationsCanBeUndone(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 0)
	ran, err := pgtest.Open(t, url).Migrate(context.Background())
	require.NoError(t, err)
	require.NotEmpty(t, ran)
}

// A new version finds what the old one had queued, and what it had claimed when it was stopped; and so does the old one again.
func TestWhatIsUnderWayOutlivesTheQueuesMigration(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 15)
	pgtest.Exec(t, url, `
WITH m AS (
    INSERT INTO mt_messages (lane, destination, text, expires_at)
    SELECT 'reply', '+7701000000' || n, 'x', now() + interval '1 day' FROM generate_series(1, 4) n RETURNING id
)
INSERT INTO mt_segments (id, mt_id, lane, part, expires_at, state, link, slot, attempts, submitted_at, leased_until)
SELECT id * 256 + 1, id, 'reply', 1, now() + interval '1 day', s.state, s.link, s.link || '/0@n', s.attempts, now(), now() + interval '1 hour'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM m) m
JOIN (VALUES (1, 'queued', NULL, 0), (2, 'queued', 'a', 1), (3, 'submitted', 'a', 1), (4, 'submitted', 'b', 2)) s (nth, state, link, attempts) USING (nth)`)

	db := pgtest.Open(t, url)
	_, err := db.Migrate(context.Background())
	require.NoError(t, err)
	states := func() (found []string) {
		for _, destination := range []string{"+77010000001", "+77010000002", "+77010000003", "+77010000004"} {
			status, err := db.SegmentsTo(context.Background(), destination, 100)
			require.NoError(t, err)
			found = append(found, string(status[0].State))
		}
		return found
	}
	require.Equal(t, []string{"queued", "queued", "submitted", "submitted"}, states())
	claimed, err := db.ClaimSegments(context.Background(), message.Claim{Link: "a", Slot: "a/0@n", Routes: []message.Route{{To: message.Shares}},
		Prefixes: []string{""}, Limit: 10, Now: time.Now(), LeaseEnd: time.Now().Add(time.Minute)})
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	require.Equal(t, []int{1, 2}, []int{claimed[0].Attempt, claimed[1].Attempt})
	swept, err := db.SweepSMS(context.Background(), message.Sweep{Now: time.Now().Add(30 * time.Minute), IncompleteSince: time.Now()}, pgtest.JoinPlain)
	require.NoError(t, err)
	require.Equal(t, 2, swept.Lapsed, "what was claimed just now; what was claimed before has its lease")
	require.Equal(t, []string{"queued", "queued", "submitted", "submitted"}, states())

	migrateTo(t, url, 15)
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*)::int FROM mt_segments WHERE state = 'queued' AND queued_for IS NOT NULL AND attempts > 0`))
	require.Equal(t, "a 1, b 2", pgtest.Value[string](t, url, `
		SELECT string_agg(link || ' ' || attempts, ', ' ORDER BY id) FROM mt_segments WHERE state = 'submitted' AND lapses_at > now()`))
}

func migrateTo(t *testing.T, url string, version int64) {
	t.Helper()
	conn, err := sql.Open("pgx", url) // registered by pgx/stdlib
	require.NoError(t, err)
	defer conn.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, conn, migrations.Files)
	require.NoError(t, err)
	_, err = provider.DownTo(context.Background(), version)
	require.NoError(t, err)
}
