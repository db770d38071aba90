package retention

import (
	"context"
	"fmt"
	"time"

	"okno/internal/postgres"
	"okno/internal/retention"
)

// batch is how many rows of a table are looked at, or deleted, in one transaction.
const batch = 500

// Store sweeps.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// SweepOld deletes what is over at a moment, and gives how many rows of each table that has a time of its own. It begins no
// batch once the budget is spent, and says whether it came to the end.
func (s *Store) SweepOld(ctx context.Context, now time.Time, budget time.Duration) (deleted map[string]int, whole bool, err error) {
	until := time.Now().Add(budget)
	deleted = map[string]int{}
	for _, sweep := range sweeps {
		rule, _ := retention.Of(sweep.table) // a test holds that there is one
		pass := pass{sweep: sweep, rule: rule, now: now, before: now.Add(-rule.For)}
		for !pass.done {
			if time.Now().After(until) {
				return deleted, false, nil
			}
			if err := s.step(ctx, &pass); err != nil {
				return deleted, false, fmt.Errorf("sweep %s: %w", sweep.table, err)
			}
		}
		if pass.deleted > 0 {
			deleted[sweep.table] = pass.deleted
		}
	}
	return deleted, true, nil
}

// pass is a way through one table.
type pass struct {
	sweep
	rule    retention.Rule
	now     time.Time
	before  time.Time
	last    int64 // id that was read
	deleted int
	done    bool
}

const countDeleted = `
INSERT INTO retention_days (day, kind, keeps, deleted) VALUES (date_trunc('day', $1::timestamptz, 'UTC'), $2, make_interval(secs => $3), $4)
ON CONFLICT (day, kind) DO UPDATE SET deleted = retention_days.deleted + excluded.deleted, keeps = excluded.keeps`

// step deletes one batch, and counts it with the day in the same transaction.
func (s *Store) step(ctx context.Context, p *pass) error {
	var gone, found int
	var last int64
	var young bool
	err := s.db.Do(ctx, func(tx *postgres.Tx) (err error) {
		if p.byID {
			err = tx.QueryRow(ctx, p.sql, p.before, batch, p.last).Scan(&gone, &found, &last, &young)
		} else {
			err = tx.QueryRow(ctx, p.sql, p.before, batch).Scan(&gone)
		}
		if err == nil && gone > 0 {
			_, err = tx.Exec(ctx, countDeleted, p.now, p.table, p.rule.For.Seconds(), gone)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.deleted += gone
	p.last = last
	if p.byID {
		p.done = found < batch || young
	} else {
		p.done = gone < batch
	}
	return nil
}
