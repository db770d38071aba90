// Package lockout keeps the failed attempts at each way in, and the episodes of refused ones.
package lockout

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lockout"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

// Store has the methods that own their transaction.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// Steps are parts of one unit of work.
type Steps struct{ tx *postgres.Tx }

// In gives the steps of a unit of work.
func In(tx *postgres.Tx) Steps { return Steps{tx} }

// Who is first to come makes the row: attempts against one subject wait for each other even if there was none before.
const addLockouts = `
INSERT INTO lockouts (way, subject, since) SELECT $1, s, $3 FROM unnest($2::text[]) s ORDER BY s ON CONFLICT DO NOTHING`

const lockLockouts = `
SELECT subject, failures, since, coalesce(blocked_until, 'epoch') FROM lockouts WHERE way = $1 AND subject = ANY ($2)
ORDER BY subject FOR UPDATE`

// Lock gives the attempts at a way in against some subjects, and keeps all other attempts against them waiting until the
// transaction ends. Subjects are locked in their order, so that two transactions do not wait for each other.
func Lock(ctx context.Context, tx *postgres.Tx, way lockout.Way, now time.Time, subjects ...string) (lockout.Book, error) {
	slices.Sort(subjects)
	book := lockout.Book{Way: way}
	var both pgx.Batch
	both.Queue(addLockouts, way, subjects, now)
	both.Queue(lockLockouts, way, subjects).Query(func(rows pgx.Rows) (err error) {
		book.States, err = states(rows)
		return err
	})
	if err := tx.SendBatch(ctx, &both).Close(); err != nil {
		return book, fmt.Errorf("lock attempts at %s: %w", way, err)
	}
	return book, nil
}

const readLockouts = `
SELECT subject, failures, since, coalesce(blocked_until, 'epoch') FROM lockouts WHERE way = $1 AND subject = ANY ($2)`

// Queue queues [Steps.Attempts]. got gets them.
func Queue(reads *pgx.Batch, way lockout.Way, subjects []string, got func(lockout.Book)) {
	reads.Queue(readLockouts, way, subjects).Query(func(rows pgx.Rows) error {
		found, err := states(rows)
		got(lockout.Book{Way: way, States: found})
		return err
	})
}

func states(rows pgx.Rows) (map[string]lockout.State, error) {
	found := map[string]lockout.State{}
	var subject string
	var s lockout.State
	_, err := pgx.ForEachRow(rows, []any{&subject, &s.Failures, &s.Since, &s.BlockedUntil}, func() error {
		if s.BlockedUntil.Unix() == 0 {
			s.BlockedUntil = time.Time{}
		}
		found[subject] = s
		return nil
	})
	return found, err
}

const keepLockouts = `
UPDATE lockouts l SET failures = c.failures, since = c.since, blocked_until = c.blocked_until
FROM unnest($2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[]) c (subject, failures, since, blocked_until)
WHERE l.way = $1 AND l.subject = c.subject`

// Keep queues what has changed in a locked book.
func Keep(writes *pgx.Batch, b lockout.Book) {
	if len(b.Changed) == 0 {
		return
	}
	subjects := slices.Sorted(maps.Keys(b.Changed))
	writes.Queue(keepLockouts, b.Way, subjects, postgres.Column(subjects, func(s string) int { return b.States[s].Failures }),
		postgres.Column(subjects, func(s string) time.Time { return b.States[s].Since }),
		postgres.Column(subjects, func(s string) *time.Time { return postgres.OrNil(b.States[s].BlockedUntil) }))
}

// Attempts gives the attempts without a lock: for what only wants to know whether a way is blocked.
func (w Steps) Attempts(ctx context.Context, way lockout.Way, subjects ...string) (book lockout.Book, err error) {
	var read pgx.Batch
	Queue(&read, way, subjects, func(b lockout.Book) { book = b })
	if err := w.tx.SendBatch(ctx, &read).Close(); err != nil {
		return book, fmt.Errorf("read attempts at %s: %w", way, err)
	}
	return book, nil
}

// LockAttempts is [Lock].
func (w Steps) LockAttempts(ctx context.Context, way lockout.Way, now time.Time, subjects ...string) (lockout.Book, error) {
	return Lock(ctx, w.tx, way, now, subjects...)
}

// KeepAttempts keeps what has changed in a locked book.
func (w Steps) KeepAttempts(ctx context.Context, b lockout.Book) error {
	if len(b.Changed) == 0 {
		return nil
	}
	var writes pgx.Batch
	Keep(&writes, b)
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("keep attempts at %s: %w", b.Way, err)
	}
	return nil
}

const noteEpisode = `
INSERT INTO episodes (kind, subject, began_at, last_at, times) VALUES ($1, $2, $3, $3, $4)
ON CONFLICT (kind, subject) DO UPDATE SET
    times = CASE WHEN episodes.last_at < $3 - $5::interval THEN excluded.times ELSE episodes.times + excluded.times END,
    began_at = CASE WHEN episodes.last_at < $3 - $5::interval THEN excluded.began_at ELSE episodes.began_at END,
    last_at = greatest(episodes.last_at, excluded.last_at)
RETURNING times = $4`

// NoteRefused notes refused attempts, and gives the first of an episode a row in the journal: however many follow, on whatever
// node, have none. actor is who tried, as far as that is known.
func (s *Store) NoteRefused(ctx context.Context, actor, kind, subject string, times int, now time.Time, detail map[string]any) error {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		var first bool
		now := now.Truncate(time.Microsecond) // as Postgres keeps it
		if err := tx.QueryRow(ctx, noteEpisode, kind, subject, now, times, lockout.Quiet).Scan(&first); err != nil {
			return err
		}
		if !first {
			return nil
		}
		return audit.Record(ctx, tx, actor, kind, subject, detail)
	})
	if err != nil {
		return fmt.Errorf("note %s: %w", kind, err)
	}
	return nil
}
