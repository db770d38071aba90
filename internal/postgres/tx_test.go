package postgres_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
)

// core opens a database with a table of its own, and gives the hints that it publishes.
func core(t *testing.T) (db *postgres.DB, url string, hints func() []string) {
	t.Helper()
	url = pgtest.URL(t)
	pgtest.Exec(t, url, `
CREATE TABLE things (id int PRIMARY KEY, name text NOT NULL, size int CHECK (size > 0), parent int REFERENCES things, nick text UNIQUE)`)
	pgtest.Exec(t, url, `INSERT INTO things VALUES (1, 'a', 1), (2, 'b', 1)`)
	var mu sync.Mutex
	var published []string
	db, err := postgres.Open(url, postgres.Options{Publish: func(topic string) {
		mu.Lock()
		defer mu.Unlock()
		published = append(published, topic)
	}})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	return db, url, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return published
	}
}

const grow = `UPDATE things SET size = size + 1 WHERE id = $1`

func TestADeadlockReachesNoCaller(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db, url, _ := core(t)
	var met sync.WaitGroup // both have their first row before either wants its second
	met.Add(2)
	var tries atomic.Int32
	var both sync.WaitGroup
	for _, order := range [][]int{{1, 2}, {2, 1}} {
		both.Go(func() {
			first := true
			err := db.Do(ctx, func(tx *postgres.Tx) error {
				tries.Add(1)
				if _, err := tx.Exec(ctx, grow, order[0]); err != nil {
					return err
				}
				if first {
					first = false
					met.Done()
					met.Wait()
				}
				_, err := tx.Exec(ctx, grow, order[1])
				return err
			})
			if err != nil {
				t.Errorf("grow %v: %v", order, err)
			}
		})
	}
	both.Wait()
	require.EqualValues(t, 3, tries.Load())
	require.Equal(t, 6, pgtest.Value[int](t, url, `SELECT sum(size) FROM things`))
}

func TestOnceIsNotRetried(t *testing.T) {
	t.Parallel()
	db, _, _ := core(t)
	ctx := t.Context()
	tries := 0
	fail := func(tx *postgres.Tx) error {
		tries++
		_, err := tx.Exec(ctx, `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$`)
		return err
	}
	err := db.Once(ctx, fail)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.Equal(t, 1, tries)
	require.Equal(t, fault.Unavailable, fault.KindOf(db.Do(ctx, fail)))
	require.Equal(t, 5, tries, "four by Do")
}

func TestHintsAndLastStatements(t *testing.T) {
	t.Parallel()
	db, url, hints := core(t)
	ctx := t.Context()
	pgtest.Exec(t, url, `CREATE TABLE told (n serial, name text NOT NULL UNIQUE)`)
	const tell = `INSERT INTO told (name) VALUES ($1)`
	last := func(tx *postgres.Tx, lock, name string) { tx.Last(lock, "tell "+name, tell, name) }
	undone := errors.New("undone")
	require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
		tx.Hint("news")
		last(tx, "b", "b1")
		last(tx, "a", "a")
		last(tx, "b", "b2")
		require.ErrorIs(t, tx.Savepoint(ctx, func(tx *postgres.Tx) error {
			last(tx, "a", "never")
			_, err := tx.Exec(ctx, grow, 1)
			require.NoError(t, err)
			return undone
		}), undone)
		require.NoError(t, tx.Savepoint(ctx, func(tx *postgres.Tx) error { last(tx, "c", "c"); return nil }))
		require.Empty(t, hints())
		_, err := tx.Exec(ctx, tell, "fn")
		return err
	}))
	require.Equal(t, "fn a b1 b2 c", pgtest.Value[string](t, url, `SELECT string_agg(name, ' ' ORDER BY n) FROM told`))
	require.Equal(t, []string{"news"}, hints())
	require.ErrorIs(t, db.Do(ctx, func(tx *postgres.Tx) error { tx.Hint("more"); return undone }), undone)
	require.Equal(t, []string{"news"}, hints())

	err := db.Do(ctx, func(tx *postgres.Tx) error {
		tx.Hint("more")
		last(tx, "a", "before")
		last(tx, "b", "fn")
		last(tx, "c", "after")
		return nil
	})
	require.ErrorContains(t, err, "tell fn", "the one that failed")
	require.Equal(t, []string{"news"}, hints())
	require.Equal(t, 5, pgtest.Value[int](t, url, `SELECT count(*) FROM told`), "nothing of it is done")
}

func TestCodesOfPostgresAreFaults(t *testing.T) {
	t.Parallel()
	db, _, _ := core(t)
	ctx := t.Context()
	for statement, want := range map[string]fault.Error{
		`INSERT INTO things VALUES (3, NULL)`:                            {Kind: fault.Invalid, Field: "name"},
		`INSERT INTO things VALUES (3, 'c', 0)`:                          {Kind: fault.Invalid, Field: "size"},
		`INSERT INTO things VALUES (3, 'c', 1, 9)`:                       {Kind: fault.Invalid, Field: "parent"},
		`INSERT INTO things VALUES (1, 'c')`:                             {Kind: fault.Conflict},
		`INSERT INTO things VALUES (3, 'c', 1, 1, 'n'), (4,'c',1,1,'n')`: {Kind: fault.Conflict, Field: "nick"},
		`SELECT 'x'::int`:         {Kind: fault.Invalid},
		`SELECT 'x' FROM nowhere`: {Kind: fault.Internal},
	} {
		_, alone := db.Exec(ctx, statement)
		together := db.Do(ctx, func(tx *postgres.Tx) error { _, err := tx.Exec(ctx, statement); return err })
		for _, err := range []error{alone, together} {
			require.Error(t, err)
			require.Equal(t, want.Kind, fault.KindOf(err), statement)
			var f *fault.Error
			if want.Field != "" {
				require.ErrorAs(t, err, &f)
				require.Equal(t, want.Field, f.Field, statement)
			}
		}
	}
}

func TestALostAnswerOfACommitIsUncertain(t *testing.T) {
	t.Parallel()
	db, url, hints := core(t)
	ctx := t.Context()
	tries := 0
	err := db.Do(ctx, func(tx *postgres.Tx) error {
		tries++
		tx.Hint("news")
		var pid int
		require.NoError(t, tx.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid))
		require.True(t, pgtest.Value[bool](t, url, `SELECT pg_terminate_backend($1, 5000)`, pid))
		return nil
	})
	require.ErrorIs(t, err, fault.ErrUncertain)
	require.Equal(t, 1, tries)
	require.Empty(t, hints())
}

func TestReportsArePlannedFreelyAndChangeNothing(t *testing.T) {
	t.Parallel()
	db, url, _ := core(t)
	ctx := t.Context()
	setting := func(tx *postgres.Tx, name string) (value string) {
		require.NoError(t, tx.QueryRow(ctx, `SELECT current_setting($1)`, name).Scan(&value))
		return value
	}
	require.NoError(t, db.Read(ctx, func(tx *postgres.Tx) error {
		require.Equal(t, "on", setting(tx, "enable_seqscan"))
		require.Equal(t, "15s", setting(tx, "statement_timeout"))
		return nil
	}))
	require.NoError(t, db.Do(ctx, func(tx *postgres.Tx) error {
		require.Equal(t, "off", setting(tx, "enable_seqscan"))
		return nil
	}))
	require.Error(t, db.Read(ctx, func(tx *postgres.Tx) error { _, err := tx.Exec(ctx, grow, 1); return err }))

	elsewhere := pgtest.URL(t)
	db, err := postgres.Open(url, postgres.Options{ReportURL: elsewhere})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, db.Read(ctx, func(tx *postgres.Tx) error {
		var there bool
		require.NoError(t, tx.QueryRow(ctx, `SELECT to_regclass('things') IS NOT NULL`).Scan(&there))
		require.False(t, there, "it is the replica that is asked")
		return nil
	}))
	_, err = postgres.Open(url, postgres.Options{ReportURL: "postgres://u:secret@[/x"})
	require.EqualError(t, err, "database_report_url is not a Postgres URL")
}
