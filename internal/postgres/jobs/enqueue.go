package jobs

import (
	"cmp"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"
	"github.com/rs/zerolog"

	"okno/internal/job"
	"okno/internal/postgres"
)

// defaultAttempts take four hours: River's pauses are the fourth power of the attempt, in seconds.
const defaultAttempts = 10

// quiet is River's driver without NOTIFY.
type quiet struct{ *riverpgxv5.Driver }

// SupportsListenNotify keeps River from notifying when a job is enqueued.
func (quiet) SupportsListenNotify() bool { return false }

// Store has the methods that own their transaction.
type Store struct {
	db    *postgres.DB
	river *river.Client[pgx.Tx] // of no pool: it works within the transactions that it is given
}

// NewStore is over a database.
func NewStore(db *postgres.DB) (*Store, error) {
	client, err := river.NewClient(quiet{riverpgxv5.New(nil)}, &river.Config{Logger: logger(zerolog.Nop())})
	if err != nil {
		return nil, fmt.Errorf("prepare jobs: %w", err)
	}
	return &Store{db, client}, nil
}

// Steps are parts of one unit of work.
type Steps struct {
	tx    *postgres.Tx
	river *river.Client[pgx.Tx]
}

// In gives the steps of a unit of work.
func (s *Store) In(tx *postgres.Tx) Steps { return Steps{tx, s.river} }

// waiting are the states of a job that still stands for an equal one.
var waiting = []rivertype.JobState{rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable,
	rivertype.JobStateRunning, rivertype.JobStateScheduled}

// EnqueueJob enqueues a job, which is there once the work is committed.
func (w Steps) EnqueueJob(ctx context.Context, args job.Args, o job.Options) error {
	return w.EnqueueJobs(ctx, []job.Args{args}, o)
}

// EnqueueJobs is EnqueueJob for many, by one statement.
func (w Steps) EnqueueJobs(ctx context.Context, all []job.Args, o job.Options) error {
	if len(all) == 0 {
		return nil
	}
	opts := &river.InsertOpts{MaxAttempts: cmp.Or(o.Attempts, defaultAttempts), ScheduledAt: o.Due}
	if o.Slow {
		opts.Queue = slowQueue
	}
	if o.Unique {
		opts.UniqueOpts = river.UniqueOpts{ByArgs: true, ByState: waiting}
	}
	params := make([]river.InsertManyParams, len(all))
	for i, args := range all {
		params[i] = river.InsertManyParams{Args: args, InsertOpts: opts}
	}
	if _, err := w.river.InsertManyTx(ctx, w.tx.Tx, params); err != nil {
		return fmt.Errorf("enqueue %s: %w", all[0].Kind(), err)
	}
	return nil
}
