package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/rs/zerolog"

	"okno/internal/job"
)

// Options are what a worker needs.
type Options struct {
	Node  string // tells nodes apart in the rows of jobs
	Kinds []job.Kind
	Log   zerolog.Logger

	// RescueAfter is how long a job may run before its worker counts as dead: more than the longest timeout of a kind.
	// Default: twice as long.
	RescueAfter time.Duration
}

const (
	connections    = 4
	jobsAtOnce     = 4
	slowQueue      = "slow" // of jobs that take long: they take no place of others
	defaultTimeout = time.Minute
	stopSoftly     = 6 * time.Second // for jobs that run when the worker stops
	stopHard       = 2 * time.Second // for those that heed only the end of their context

	keepCompleted = 24 * time.Hour // at least the longest period of a periodic job
	keepFailed    = 7 * 24 * time.Hour
)

// Worker does jobs.
type Worker struct {
	store   *Store
	options Options
}

// NewWorker makes a worker; [Worker.Run] starts it.
func (s *Store) NewWorker(o Options) *Worker { return &Worker{s, o} }

// Run does jobs until ctx ends. Those that run then have a few seconds to end; what is left is done by another worker.
func (w *Worker) Run(ctx context.Context) error {
	pool, err := w.store.db.Background(connections)
	if err != nil {
		return err
	}
	defer pool.Close()
	client, err := w.client(pool)
	if err != nil {
		return err
	}
	if !w.start(ctx, client) {
		return nil
	}
	<-ctx.Done()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopSoftly)
	defer cancel()
	if client.Stop(bounded) == nil {
		return nil
	}
	bounded, cancel = context.WithTimeout(context.WithoutCancel(ctx), stopHard)
	defer cancel()
	return client.StopAndCancel(bounded)
}

// start starts the client, as soon as the database lets it. It says false when ctx ends before.
func (w *Worker) start(ctx context.Context, client *river.Client[pgx.Tx]) bool {
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 10*time.Second) {
		err := client.Start(context.WithoutCancel(ctx))
		if err == nil {
			return true
		}
		w.options.Log.Warn().Err(err).Dur("again_in", pause).Msg("jobs do not start")
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-timer.C:
		}
	}
}

func (w *Worker) client(pool *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	o := w.options
	workers := river.NewWorkers()
	var periodic []*river.PeriodicJob
	longest := defaultTimeout
	for _, kind := range o.Kinds {
		longest = max(longest, kind.Timeout)
		river.AddWorkerArgs(workers, raw{kind: kind.Name}, river.Worker[raw](&handler{kind: kind}))
		if kind.Every > 0 {
			periodic = append(periodic, everyPeriod(kind))
		}
	}
	return river.NewClient(quiet{riverpgxv5.New(pool)}, &river.Config{
		ID:                          o.Node[:min(len(o.Node), 70)] + "#" + strconv.Itoa(os.Getpid()) + "#" + strconv.FormatInt(time.Now().UnixMilli(), 36),
		PollOnly:                    true,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: jobsAtOnce}, slowQueue: {MaxWorkers: 1}},
		Workers:                     workers,
		PeriodicJobs:                periodic,
		JobTimeout:                  defaultTimeout,
		RescueStuckJobsAfter:        cmp.Or(o.RescueAfter, 2*longest),
		CompletedJobRetentionPeriod: keepCompleted,
		CancelledJobRetentionPeriod: keepFailed,
		DiscardedJobRetentionPeriod: keepFailed,
		Logger:                      logger(o.Log),
	})
}

// everyPeriod has one job a period, even if another worker begins to lead within it.
func everyPeriod(kind job.Kind) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(kind.Every), func() (river.JobArgs, *river.InsertOpts) {
		return raw{kind.Name, json.RawMessage("{}")}, &river.InsertOpts{
			MaxAttempts: 3, // the next period comes
			UniqueOpts:  river.UniqueOpts{ByPeriod: kind.Every},
		}
	}, &river.PeriodicJobOpts{RunOnStart: true})
}

// raw are the arguments of any kind.
type raw struct {
	kind string
	json json.RawMessage
}

// Kind names it.
func (r raw) Kind() string { return r.kind }

// MarshalJSON gives the arguments as they are.
func (r raw) MarshalJSON() ([]byte, error) { return r.json.MarshalJSON() }

// UnmarshalJSON takes the arguments as they are.
func (r *raw) UnmarshalJSON(b []byte) error { return r.json.UnmarshalJSON(b) }

type handler struct {
	river.WorkerDefaults[raw]
	kind job.Kind
}

// Timeout is how long it may run.
func (h *handler) Timeout(*river.Job[raw]) time.Duration {
	return cmp.Or(h.kind.Timeout, defaultTimeout)
}

// Work runs the kind's handler.
func (h *handler) Work(ctx context.Context, j *river.Job[raw]) error {
	err := h.kind.Do(ctx, j.Args.json)
	var later job.Later
	switch {
	case errors.As(err, &later):
		return river.JobSnooze(time.Duration(later))
	case job.IsFinal(err):
		return river.JobCancel(err)
	}
	return err
}

// logger gives River's warnings and errors to our log. What it does from second to second is of no use there.
func logger(log zerolog.Logger) *slog.Logger {
	return slog.New(zerolog.NewSlogHandler(log.Level(max(log.GetLevel(), zerolog.WarnLevel)).With().Str("part", "jobs").Logger()))
}
