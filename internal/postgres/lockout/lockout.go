// Package lockout keeps the failed attempts at each way in, and the episodes of refused ones.
package lockout

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lockout"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring hides numbers.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }

// The locks are on the subjects, not on rows: most have none. They come in one order, so that two transactions do not wait for each
// other.
const lockSubjects = `
SELECT pg_advisory_xact_lock(k) FROM (SELECT hashtextextended($1 || ' ' || s, 2) AS k FROM unnest({subjects}) s ORDER BY 1) l`

const readSubjects = `
SELECT s, coalesce(l.failures, 0), coalesce(l.since, 'epoch'), coalesce(l.blocked_until, 'epoch')
FROM unnest({subjects}) s LEFT JOIN lockouts l ON l.way = $1 AND l.subject = s`

// Locking gives the statements that lock the attempts at a way in and give them. subjects is an array of texts, in SQL; $1 is
// the way.
func Locking(subjects string) (lock, read string) {
	return strings.ReplaceAll(lockSubjects, "{subjects}", subjects), strings.ReplaceAll(readSubjects, "{subjects}", subjects)
}

var lockGiven, readGiven = Locking("$2::text[]")

// LockAttempts gives the attempts at a way in against some subjects, and keeps all other attempts against them waiting until the
// transaction ends.
func (w Steps) LockAttempts(ctx context.Context, way lockout.Way, subjects ...string) (book lockout.Book, err error) {
	var both pgx.Batch
	both.Queue(lockGiven, way, hidden(w.ring, subjects))
	both.Queue(readGiven, way, hidden(w.ring, subjects)).Query(func(rows pgx.Rows) error {
		book, err = Read(way, rows)
		book = named(w.ring, book, subjects)
		return err
	})
	if err := w.tx.SendBatch(ctx, &both).Close(); err != nil {
		return book, fmt.Errorf("lock attempts at %s: %w", way, err)
	}
	return book, nil
}

// QueueAttempts queues [Steps.Attempts]. got gets them.
func (w Steps) QueueAttempts(reads *pgx.Batch, way lockout.Way, subjects []string, got func(lockout.Book)) {
	reads.Queue(readGiven, way, hidden(w.ring, subjects)).Query(func(rows pgx.Rows) error {
		book, err := Read(way, rows)
		got(named(w.ring, book, subjects))
		return err
	})
}

// Read reads the rows of a statement of [Locking]. Subjects are as they are kept: [Hide].
func Read(way lockout.Way, rows pgx.Rows) (lockout.Book, error) {
	book := lockout.Book{Way: way, States: map[string]lockout.State{}}
	var subject string
	var s lockout.State
	_, err := pgx.ForEachRow(rows, []any{&subject, &s.Failures, &s.Since, &s.BlockedUntil}, func() error {
		if s.BlockedUntil.Unix() == 0 {
			s.BlockedUntil = time.Time{}
		}
		book.States[subject] = s
		return nil
	})
	return book, err
}

const keepLockouts = `
INSERT INTO lockouts (way, subject, failures, since, blocked_until)
SELECT $1, c.* FROM unnest($2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[]) c (subject, failures, since, blocked_until)
ON CONFLICT (way, subject) DO UPDATE SET failures = excluded.failures, since = excluded.since, blocked_until = excluded.blocked_until`

// Keep queues what has changed in a locked book, whose subjects are as they are kept: [Hide].
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
	w.QueueAttempts(&read, way, subjects, func(b lockout.Book) { book = b })
	if err := w.tx.SendBatch(ctx, &read).Close(); err != nil {
		return book, fmt.Errorf("read attempts at %s: %w", way, err)
	}
	return book, nil
}

// KeepAttempts keeps what has changed in a locked book.
func (w Steps) KeepAttempts(ctx context.Context, b lockout.Book) error {
	if len(b.Changed) == 0 {
		return nil
	}
	var writes pgx.Batch
	Keep(&writes, HideAll(w.ring, b))
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
