package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/fault"
)

// Tx is one unit of work: a transaction, with the hints and the last statements that go with it. Steps of the aggregates
// take it; only [DB.Do] and its like begin and commit.
type Tx struct {
	pgx.Tx
	hints map[string]bool
	last  []lastStatement
	turns map[int64]bool // interactions whose turn this transaction has
	kept  map[any]any
}

type lastStatement struct {
	lock, what string
	sql        string
	args       []any
}

// Hint tells others, after the commit, that a topic of package news has changed.
func (tx *Tx) Hint(topic string) { tx.hints[topic] = true }

// Keep keeps what was read for the rest of the transaction, so that it is read once. The key is of a type of the caller's own.
func (tx *Tx) Keep(key, value any) { tx.kept[key] = value }

// Kept gives what [Tx.Keep] has kept; nil if it has nothing.
func (tx *Tx) Kept(key any) any { return tx.kept[key] }

// Last queues a statement for the very end, before the commit. Those statements come in the order of their locks, and then as they were
// queued: so their locks come after all others, and two transactions never take them in different order. All go to Postgres in one
// round trip; each sees what those before it have done. what says in an error what could not be done: "number an event".
func (tx *Tx) Last(lock, what, sql string, args ...any) {
	tx.last = append(tx.last, lastStatement{lock, what, sql, args})
}

// Savepoint runs fn so that its error undoes what fn did, and nothing else.
func (tx *Tx) Savepoint(ctx context.Context, fn func(*Tx) error) error {
	inner := &Tx{hints: tx.hints, kept: tx.kept}
	err := pgx.BeginFunc(ctx, tx.Tx, func(savepoint pgx.Tx) error {
		inner.Tx = savepoint
		return fn(inner)
	})
	if err == nil {
		tx.last = append(tx.last, inner.last...)
	}
	return err
}

func (tx *Tx) finish(ctx context.Context) error {
	if len(tx.last) == 0 {
		return nil
	}
	slices.SortStableFunc(tx.last, func(a, b lastStatement) int { return strings.Compare(a.lock, b.lock) })
	var batch pgx.Batch
	for _, s := range tx.last {
		batch.Queue(s.sql, s.args...)
	}
	results := tx.SendBatch(ctx, &batch)
	for _, s := range tx.last {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // says the same
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return results.Close()
}

// attempts is how often a transaction is tried.
const attempts = 4

// Do runs fn in one transaction on the hot pool, commits it if fn gives no error, and then publishes its hints. A
// serialization failure or a deadlock is retried up to three times, so fn may run again after what it did was undone:
// it begins anew, and does nothing outside the transaction that must not be done twice. A commit whose answer was lost is
// [fault.ErrUncertain], and is not retried.
func (db *DB) Do(ctx context.Context, fn func(*Tx) error) error {
	for n := 1; ; n++ {
		err := db.Once(ctx, fn)
		if n == attempts || !mayRetry(err) || errors.Is(err, fault.ErrUncertain) {
			return err
		}
		// Whoever met in a deadlock should not meet again.
		pause := time.NewTimer(time.Duration(n)*10*time.Millisecond + rand.N(time.Duration(n)*20*time.Millisecond))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}

// Once is [DB.Do] for an fn that may not run twice: nothing is retried.
func (db *DB) Once(ctx context.Context, fn func(*Tx) error) error {
	tx := &Tx{hints: map[string]bool{}, kept: map[any]any{}}
	var done bool
	err := pgx.BeginFunc(ctx, db.hot, func(begun pgx.Tx) error {
		tx.Tx = begun
		err := fn(tx)
		if err == nil {
			err = tx.finish(ctx)
		}
		done = err == nil
		return err
	})
	switch {
	case err != nil && done && !rolledBack(err):
		return fmt.Errorf("%w: %w", fault.ErrUncertain, err)
	case err != nil:
		return explain(err)
	}
	for topic := range tx.hints {
		db.publish(topic)
	}
	return nil
}

// Snapshot runs fn over one moment of the database, on the hot pool. It changes nothing.
func (db *DB) Snapshot(ctx context.Context, fn func(*Tx) error) error {
	return explain(pgx.BeginTxFunc(ctx, db.hot, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, reading(fn)))
}

// Read runs fn in a read-only transaction on the report pool: the planner is free, a statement has 15 s, and what was
// committed a moment ago may be missing, for it may be a replica.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return explain(pgx.BeginTxFunc(ctx, db.report, pgx.TxOptions{AccessMode: pgx.ReadOnly}, reading(fn)))
}

func reading(fn func(*Tx) error) func(pgx.Tx) error {
	return func(begun pgx.Tx) error { return fn(&Tx{Tx: begun, hints: map[string]bool{}, kept: map[any]any{}}) }
}
