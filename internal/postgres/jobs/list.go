package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river/rivertype"

	"okno/internal/job"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const jobCounts = `SELECT queue, kind, state, count(*), min(scheduled_at) FROM river_job GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`

// JobCounts counts jobs by queue, kind and state.
func (s *Store) JobCounts(ctx context.Context) (counts []job.Count, err error) {
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, jobCounts)
		if err != nil {
			return err
		}
		counts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[job.Count])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count jobs: %w", err)
	}
	return counts, nil
}

const failedJobs = `
SELECT id, kind, state, attempt, max_attempts, scheduled_at, coalesce(errors[array_upper(errors, 1)]->>'error', '')
FROM river_job WHERE state::text = ANY ($1) ORDER BY id DESC LIMIT $2`

// FailedJobs gives the jobs whose last attempt failed, the newest first.
func (s *Store) FailedJobs(ctx context.Context, limit int) (failed []job.Failure, err error) {
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, failedJobs, job.Failed, limit)
		if err != nil {
			return err
		}
		failed, err = pgx.CollectRows(rows, pgx.RowToStructByPos[job.Failure])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list failed jobs: %w", err)
	}
	return failed, nil
}

// RetryJob has a job tried again at once, whatever it came to; one that runs goes on. by is as in the audit. [job.ErrUnknown].
func (s *Store) RetryJob(ctx context.Context, id int64, by string) error {
	return s.order(ctx, id, by, "job.retry", s.river.JobRetryTx)
}

// DiscardJob keeps a job from being tried again; one that runs ends its attempt. [job.ErrUnknown].
func (s *Store) DiscardJob(ctx context.Context, id int64, by string) error {
	return s.order(ctx, id, by, "job.discard", s.river.JobCancelTx)
}

func (s *Store) order(ctx context.Context, id int64, by, action string, do func(context.Context, pgx.Tx, int64) (*rivertype.JobRow, error)) error {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		row, err := do(ctx, tx.Tx, id)
		if errors.Is(err, rivertype.ErrNotFound) {
			return job.ErrUnknown
		}
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, action, "job:"+strconv.FormatInt(id, 10), map[string]any{"kind": row.Kind})
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", action, id, err)
	}
	return nil
}
