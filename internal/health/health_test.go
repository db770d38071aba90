package health_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/health"
)

func TestStrangersHearWhichPartAndNotWhy(t *testing.T) {
	t.Parallel()
	var c health.Checks
	c.Add("database", func(context.Context) error { return errors.New("user=okno host=db.internal refused") })
	said := httptest.NewRecorder()
	c.Ready(said, httptest.NewRequest("GET", "/readyz", nil))
	require.Equal(t, 503, said.Code)
	require.JSONEq(t, `{"ready": false, "parts": {"database": "not ready"}}`, said.Body.String())
	inside := httptest.NewRecorder()
	c.Reasons(inside, httptest.NewRequest("GET", "/readyz", nil))
	var body struct{ Parts map[string]string }
	require.NoError(t, json.Unmarshal(inside.Body.Bytes(), &body))
	require.Contains(t, body.Parts["database"], "db.internal")
}

// A part that the node can do without is told of, and the node is ready.
func TestAPartIsOnlyToldOf(t *testing.T) {
	t.Parallel()
	var c health.Checks
	c.Add("database", func(ctx context.Context) error { return ctx.Err() })
	c.Tell("attachments", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	said := httptest.NewRecorder()
	c.Reasons(said, httptest.NewRequest("GET", "/readyz", nil))
	require.Equal(t, 200, said.Code)
	require.JSONEq(t, `{"ready": true, "parts": {"database": "ready", "attachments": "context deadline exceeded"}}`, said.Body.String())
}

// A node that starts while it is asked is not ready by the parts that it had before.
func TestAPartThatIsAddedMeanwhileCounts(t *testing.T) {
	t.Parallel()
	var c health.Checks
	c.Add("database", func(context.Context) error {
		c.Add("asterisk", func(context.Context) error { return errors.New("not connected yet") })
		return nil
	})
	for range 2 {
		said := httptest.NewRecorder()
		c.Ready(said, httptest.NewRequest("GET", "/readyz", nil))
		require.Equal(t, 503, said.Code, said.Body)
	}
}

func TestAFloodOfQuestionsIsOneCheck(t *testing.T) {
	t.Parallel()
	var ran, running atomic.Int64
	failure := errors.New("away")
	check := health.Sparing(func(context.Context) error {
		require.EqualValues(t, 1, running.Add(1), "one at a time")
		defer running.Add(-1)
		ran.Add(1)
		return failure
	})
	var work sync.WaitGroup
	for range 200 {
		work.Go(func() { require.ErrorIs(t, check(t.Context()), failure) })
	}
	work.Wait()
	require.LessOrEqual(t, ran.Load(), int64(2))
	failure = nil
	require.Eventually(t, func() bool { return check(t.Context()) == nil }, 10*time.Second, 10*time.Millisecond, "what is old is asked again")
}

func TestWhoeverWaitsForACheckGoesWhenTheRequestEnds(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	begun := make(chan struct{})
	check := health.Sparing(func(context.Context) error { close(begun); <-held; return nil })
	ended := make(chan error, 1)
	go func() { ended <- check(t.Context()) }()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, check(ctx), context.DeadlineExceeded)
	close(held)
	require.NoError(t, <-ended)
}
