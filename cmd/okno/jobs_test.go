package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/job"
)

type someJobs struct{ now time.Time }

func (s someJobs) JobCounts(context.Context) ([]job.Count, error) {
	return []job.Count{{Queue: "default", Kind: "retention.sweep", State: job.Completed, Jobs: 144, Oldest: s.now.Add(-24 * time.Hour)},
		{Queue: "default", Kind: "retention.sweep", State: job.Retryable, Jobs: 1, Oldest: s.now.Add(16 * time.Second)}}, nil
}

func (s someJobs) FailedJobs(context.Context, int) ([]job.Failure, error) {
	return []job.Failure{{ID: 7, Kind: "retention.sweep", State: job.Retryable, Attempt: 2, Attempts: 3, Due: s.now.Add(16 * time.Second), LastError: "broken"}}, nil
}

func TestJobsAreListed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	now := time.Now()
	require.NoError(t, printJobs(t.Context(), &out, someJobs{now}, 20, now))
	require.Equal(t, `QUEUE    KIND             STATE      JOBS  OLDEST DUE
default  retention.sweep  completed  144   24h0m0s ago
default  retention.sweep  retryable  1     in 16s

FAILED  KIND             STATE      ATTEMPT  DUE     LAST ERROR
7       retention.sweep  retryable  2/3      in 16s  broken
`, out.String())
}
