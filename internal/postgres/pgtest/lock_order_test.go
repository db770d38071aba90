package pgtest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres"
)

// watched opens a database whose breaches are kept, rather than fail the test.
func watched(t *testing.T) (db *postgres.DB, breaches func() []string) {
	var mu sync.Mutex
	var found []string
	l := newLockOrder(t)
	l.fail = func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		found = append(found, fmt.Sprintf(format, args...))
	}
	db, err := postgres.Open(URL(t), postgres.Options{Tracer: l})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db, func() []string {
		mu.Lock()
		defer mu.Unlock()
		defer func() { found = nil }()
		return found
	}
}

const (
	touchInteraction = `UPDATE interactions SET active_at = now() WHERE id = 0`
	touchContact     = `SELECT FROM contacts c JOIN interactions i ON i.id = c.interaction_id WHERE c.id = 0 FOR UPDATE OF c`
	touchAgent       = `UPDATE agents SET idle_since = now() WHERE id = 0`
	tryInteraction   = `SELECT FROM interactions i WHERE i.id = 0 FOR NO KEY UPDATE OF i SKIP LOCKED`
	touchStream      = `INSERT INTO streams (name, seq) VALUES ('x', 1) ON CONFLICT (name) DO UPDATE SET seq = streams.seq + 1`
)

func TestABreachOfTheOrderOfLocksIsFound(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, breaches := watched(t)
	run := func(statements ...string) []string {
		require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
			for _, s := range statements {
				if _, err := tx.Exec(ctx, s); err != nil {
					return err
				}
			}
			return nil
		}))
		return breaches()
	}
	require.Empty(t, run(touchInteraction, touchContact, touchAgent, touchContact, touchInteraction, touchStream))
	require.Empty(t, run(touchAgent, `SELECT FROM interactions WHERE id = 0`, touchStream), "reading takes no lock")
	require.Empty(t, run(touchContact, tryInteraction), "it does not wait")
	require.Empty(t, run(touchContact), "a transaction begins anew")

	found := run(touchContact, touchInteraction)
	require.Len(t, found, 1)
	require.Contains(t, found[0], "interactions after contacts")
	require.Contains(t, found[0], touchContact)
	require.Contains(t, found[0], touchInteraction)
	require.Empty(t, run(touchContact, touchInteraction), "told once")
	require.Len(t, run(touchStream, touchAgent), 1)

	require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
		var batch pgx.Batch
		batch.Queue(touchAgent)
		batch.Queue(touchContact)
		return tx.SendBatch(ctx, &batch).Close()
	}))
	require.Len(t, breaches(), 1, "in a batch")

	require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
		err := tx.Savepoint(ctx, func(tx *postgres.Tx) error {
			if _, err := tx.Exec(ctx, touchAgent); err != nil {
				return err
			}
			return pgx.ErrNoRows
		})
		require.ErrorIs(t, err, pgx.ErrNoRows)
		_, err = tx.Exec(ctx, `DELETE FROM offers WHERE id = 0`)
		return err
	}))
	require.Empty(t, breaches(), "what was locked has been let go of")
	require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
		if err := tx.Savepoint(ctx, func(tx *postgres.Tx) error { _, err := tx.Exec(ctx, touchAgent); return err }); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM offers WHERE id = 0`)
		return err
	}))
	require.Len(t, breaches(), 1)
}

func TestWhatAStatementTouches(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string][]touch{
		`SELECT a FROM x`: nil,
		`INSERT INTO x (a) VALUES ('UPDATE y') ON CONFLICT (a) DO UPDATE SET a = 1 -- UPDATE z`: {{"x", true}},
		`WITH d AS (DELETE FROM x RETURNING id), u AS (UPDATE y SET a = 1) INSERT INTO z SELECT id FROM d`: {
			{"x", true}, {"y", true}, {"z", true}},
		`SELECT a FROM x WHERE b IN (SELECT b FROM y) FOR UPDATE SKIP LOCKED`:                        {{"x", false}},
		`UPDATE x SET a = 1 WHERE id IN (SELECT id FROM y AS b ORDER BY id LIMIT 1 FOR SHARE)`:       {{"x", true}, {"y", true}},
		`SELECT (SELECT a FROM w) FROM x b JOIN y c ON c.id = b.id, z FOR NO KEY UPDATE OF b, z`:     {{"x", true}, {"z", true}},
		`SELECT a FROM x b JOIN y c USING (id) FOR NO KEY UPDATE OF b SKIP LOCKED FOR UPDATE OF c`:   {{"x", false}, {"y", true}},
		`SELECT a FROM x LEFT JOIN y ON y.id = x.id FOR UPDATE OF y NOWAIT`:                          {{"y", false}},
		`SELECT * FROM (SELECT a FROM x FOR UPDATE) u UNION ALL (SELECT b FROM y q FOR UPDATE OF q)`: {{"x", true}, {"y", true}},
	} {
		require.ElementsMatch(t, want, parse(sql), sql)
	}
}
