package retention

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/job"
)

// Store deletes what is over.
type Store interface {
	// SweepOld deletes what is over at a moment by [Rules], gives how many rows of each table, and says whether it came to the
	// end within its budget.
	SweepOld(ctx context.Context, now time.Time, budget time.Duration) (deleted map[string]int, whole bool, err error)
}

// Period is how often the sweeper runs: the shortest rule is of an hour.
const Period = 10 * time.Minute

// budget leaves room in the minute that a job has.
const budget = 40 * time.Second

// Sweeper does the job [job.SweepOld].
type Sweeper struct {
	store Store
	log   zerolog.Logger
}

// NewSweeper takes its store.
func NewSweeper(store Store, log zerolog.Logger) *Sweeper { return &Sweeper{store, log} }

// Sweep makes a pass, or the part of one for which there is time.
func (s *Sweeper) Sweep(ctx context.Context, _ job.SweepOld) error {
	deleted, whole, err := s.store.SweepOld(ctx, time.Now(), budget)
	if len(deleted) > 0 {
		s.log.Info().Interface("rows", deleted).Bool("whole", whole).Msg("old rows deleted")
	}
	if err == nil && !whole {
		return job.Later(time.Second)
	}
	return err
}
