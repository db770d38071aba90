package guesses

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/guess"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const knownMarks = `SELECT mark FROM known_ways WHERE way = $1 AND account = $2 AND mark = ANY ($3)`

const openCounts = `
INSERT INTO guesses (way, kind, subject) SELECT $1, kind, subject FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY k (kind, subject, nth)
ORDER BY nth ON CONFLICT DO NOTHING`

const lockCount = `SELECT failures, last_at, told FROM guesses WHERE way = $1 AND kind = $2 AND subject = $3 FOR UPDATE`

const keepCount = `UPDATE guesses SET failures = $4, last_at = $5, told = $6 WHERE way = $1 AND kind = $2 AND subject = $3`

// count is a tally with its key, locked.
type count struct {
	guess.Key
	guess.Tally
}

// BeginGuess counts an attempt before its password is looked at, so that attempts that are made at once, on any node, are not one.
// It gives what the attempt is counted as, for [Store.EndGuess]. *guess.SlowDown.
func (s *Store) BeginGuess(ctx context.Context, a guess.Attempt, now time.Time) (keys []guess.Key, err error) {
	var slow *guess.SlowDown
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		slow = nil
		rows, err := tx.Query(ctx, knownMarks, a.Way, a.AccountKey(), a.Marks())
		if err != nil {
			return err
		}
		known, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
		if err != nil {
			return err
		}
		keys = a.Keys(a.KnownMark(known))
		counts, err := lock(ctx, tx, a.Way, keys, now)
		if err != nil {
			return err
		}
		for _, c := range counts {
			if next := c.Next(c.Kind); next.After(now) && (slow == nil || next.After(slow.Until)) {
				slow = &guess.SlowDown{Until: next}
			}
		}
		if slow != nil {
			return nil
		}
		for _, c := range counts {
			c.Failures, c.LastAt = c.Failures+1, now
			if err := keep(ctx, tx, a.Way, c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("begin guess: %w", err)
	}
	if slow != nil {
		return nil, slow
	}
	return keys, nil
}

// lock gives the counts of keys, as they stand now, with their rows locked in the order of the keys.
func lock(ctx context.Context, tx *postgres.Tx, way guess.Way, keys []guess.Key, now time.Time) ([]count, error) {
	_, err := tx.Exec(ctx, openCounts, way, postgres.Column(keys, func(k guess.Key) string { return string(k.Kind) }),
		postgres.Column(keys, func(k guess.Key) []byte { return k.Subject }))
	if err != nil {
		return nil, err
	}
	counts := make([]count, len(keys))
	for i, k := range keys {
		var t guess.Tally
		if err := tx.QueryRow(ctx, lockCount, way, k.Kind, k.Subject).Scan(&t.Failures, &t.LastAt, &t.Told); err != nil {
			return nil, err
		}
		counts[i] = count{k, t.At(now)}
	}
	return counts, nil
}

func keep(ctx context.Context, tx *postgres.Tx, way guess.Way, c count) error {
	_, err := tx.Exec(ctx, keepCount, way, c.Kind, c.Subject, c.Failures, c.LastAt, c.Told)
	return err
}

const rememberMarks = `
INSERT INTO known_ways (way, account, mark, last_at) SELECT $1, $2, mark, $4 FROM unnest($3::bytea[]) mark ORDER BY mark
ON CONFLICT (way, account, mark) DO UPDATE SET last_at = excluded.last_at`

// EndGuess says what came of an attempt that was counted as keys. A right one makes its address and its browser known, and is no
// failure; nor is one that nobody looked at. A wrong one is journalled once an episode, by the subject that the account is in the
// journal, or "" where there is none.
func (s *Store) EndGuess(ctx context.Context, a guess.Attempt, keys []guess.Key, o guess.Outcome, subject string, now time.Time) error {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		counts, err := lock(ctx, tx, a.Way, keys, now)
		if err != nil {
			return err
		}
		for _, c := range counts {
			switch {
			case o == guess.Wrong && (c.Told || !c.Slowed(c.Kind)):
				continue
			case o == guess.Wrong:
				if err := journal(ctx, tx, a, c, subject); err != nil {
					return err
				}
				c.Told = true
			case o == guess.Right && c.Kind != guess.Address:
				c.Tally = guess.Tally{LastAt: now}
			default: // one right password makes up for no other account's wrong ones
				c.Failures = max(c.Failures-1, 0)
			}
			if err := keep(ctx, tx, a.Way, c); err != nil {
				return err
			}
		}
		if o == guess.Right {
			_, err = tx.Exec(ctx, rememberMarks, a.Way, a.AccountKey(), a.Marks(), now)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("end guess: %w", err)
	}
	return nil
}

// journal writes an episode down. The name that was given is not in it, unless it is an account's.
func journal(ctx context.Context, tx *postgres.Tx, a guess.Attempt, c count, subject string) error {
	if subject == "" {
		subject = "login:unknown"
	}
	if c.Kind == guess.Address {
		subject = "address:" + a.Address
	}
	return audit.Record(ctx, tx, "address:"+a.Address, "login.guessed", subject,
		map[string]any{"way": a.Way, "counted": c.Kind, "failures": c.Failures})
}
