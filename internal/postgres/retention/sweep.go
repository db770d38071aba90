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
		pass := pass{sweep: sweep, before: now.Add(-rule.For)}
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
	before  time.Time
	last    int64 // id that was read
	deleted int
	done    bool
}

// step deletes one batch.
func (s *Store) step(ctx context.Context, p *pass) error {
	var gone, found int
	if !p.byID {
		err := s.db.QueryRow(ctx, p.sql, p.before, batch).Scan(&gone)
		p.deleted += gone
		p.done = gone < batch
		return err
	}
	var young bool
	err := s.db.QueryRow(ctx, p.sql, p.before, batch, p.last).Scan(&gone, &found, &p.last, &young)
	p.deleted += gone
	p.done = found < batch || young
	return err
}
