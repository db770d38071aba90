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

// SweepOld deletes what is over at a moment, and gives how many rows of each table that has a time of its own. What it has
// not come to when ctx ends is the next pass's.
func (s *Store) SweepOld(ctx context.Context, now time.Time) (map[string]int, error) {
	deleted := map[string]int{}
	for _, sweep := range sweeps {
		rule, _ := retention.Of(sweep.table) // a test holds that there is one
		n, err := s.sweep(ctx, sweep, now.Add(-rule.For))
		if n > 0 {
			deleted[sweep.table] = n
		}
		if err != nil {
			return deleted, fmt.Errorf("sweep %s: %w", sweep.table, err)
		}
	}
	return deleted, nil
}

func (s *Store) sweep(ctx context.Context, sweep sweep, before time.Time) (deleted int, err error) {
	args := []any{before, batch}
	if sweep.byID {
		args = append(args, int64(0))
	}
	for {
		var gone, found int
		var last int64
		var done bool
		row := s.db.QueryRow(ctx, sweep.sql, args...)
		if sweep.byID {
			err = row.Scan(&gone, &found, &last, &done)
			args[2] = last
			done = done || found < batch
		} else {
			err = row.Scan(&gone)
			done = gone < batch
		}
		if deleted += gone; err != nil || done {
			return deleted, err
		}
	}
}
