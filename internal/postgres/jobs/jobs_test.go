package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/job"
	"okno/internal/postgres"
	"okno/internal/postgres/jobs"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

type note struct{ Text string }

func (note) Kind() string { return "test.note" }

// work runs a worker until the test ends, or until stop.
func work(t *testing.T, db *store.Store, o jobs.Options) (stop func()) {
	t.Helper()
	o.Node, o.Log = t.Name(), zerolog.New(zerolog.NewTestWriter(t)).Level(zerolog.WarnLevel)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- db.NewWorker(o).Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("worker: %v", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

func enqueue(t *testing.T, db *store.Store, n note, o job.Options) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) error { return w.EnqueueJob(t.Context(), n, o) })
}

// notes is a kind that tells of each attempt.
func notes(do func(n note) error) (k job.Kind, done chan string) {
	done = make(chan string, 100)
	return job.On(func(_ context.Context, n note) error {
		err := do(n)
		done <- n.Text
		return err
	}), done
}

func next(t *testing.T, done chan string) string {
	t.Helper()
	select {
	case text := <-done:
		return text
	case <-time.After(30 * time.Second):
		t.Fatal("no job was done")
		return ""
	}
}

func TestAJobOfATransactionThatIsRolledBackNeverRuns(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	kind, done := notes(func(note) error { return nil })
	undone := errors.New("undone")
	err := db.Do(t.Context(), func(w *store.Work) error {
		require.NoError(t, w.EnqueueJob(t.Context(), note{"never"}, job.Options{}))
		return undone
	})
	require.ErrorIs(t, err, undone)
	enqueue(t, db, note{"committed"}, job.Options{})
	stop := work(t, db, jobs.Options{Kinds: []job.Kind{kind}})
	require.Equal(t, "committed", next(t, done))
	stop()
	require.Empty(t, done)
	require.Equal(t, []job.Count{{Queue: "default", Kind: "test.note", State: job.Completed, Jobs: 1}}, counts(t, db))
}

func counts(t *testing.T, db *store.Store) []job.Count {
	t.Helper()
	found, err := db.JobCounts(t.Context())
	require.NoError(t, err)
	for i := range found {
		require.NotZero(t, found[i].Oldest)
		found[i].Oldest = time.Time{}
	}
	return found
}

// statements keeps what is said to the database.
type statements struct {
	mu  sync.Mutex
	all []string
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, data.SQL)
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestNoTransactionNotifies(t *testing.T) {
	t.Parallel()
	said := &statements{}
	db, err := store.Open(pgtest.URL(t), store.Options{Options: postgres.Options{Tracer: said}, Keys: pgtest.Keys})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	kind, done := notes(func(note) error { return nil })
	stop := work(t, db, jobs.Options{Kinds: []job.Kind{kind}})
	enqueue(t, db, note{"a"}, job.Options{})
	next(t, done)
	said.mu.Lock()
	defer said.mu.Unlock()
	require.NotEmpty(t, said.all)
	for _, sql := range said.all { // before the stop: a leader that resigns may notify
		require.NotContains(t, strings.ToLower(sql), "pg_notify(")
		require.False(t, strings.HasPrefix(strings.ToLower(sql), "listen"), sql)
	}
	go stop() // it needs the tracer
}

// Jobs that take long are done one at a time, and take no place of others.
func TestSlowJobsTakeNoPlaceOfOthers(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	goOn := make(chan struct{})
	kind, done := notes(func(n note) error {
		if n.Text != "quick" {
			<-goOn
		}
		return nil
	})
	for n := range 6 {
		enqueue(t, db, note{fmt.Sprint(n)}, job.Options{Slow: true})
	}
	work(t, db, jobs.Options{Kinds: []job.Kind{kind}})
	isRunning := func() bool {
		return slices.Contains(counts(t, db), job.Count{Queue: "slow", Kind: "test.note", State: job.Running, Jobs: 1})
	}
	require.Eventually(t, isRunning, 30*time.Second, 50*time.Millisecond)
	enqueue(t, db, note{"quick"}, job.Options{})
	require.Equal(t, "quick", next(t, done))
	require.True(t, isRunning(), "one of six")
	close(goOn)
	for range 6 {
		next(t, done)
	}
}

func TestEqualUniqueJobsAreOne(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	for _, text := range []string{"a", "a", "b"} {
		enqueue(t, db, note{text}, job.Options{Unique: true, Due: time.Now().Add(time.Second)})
	}
	require.Equal(t, []job.Count{{Queue: "default", Kind: "test.note", State: job.Scheduled, Jobs: 2}}, counts(t, db))
	kind, done := notes(func(note) error { return nil })
	stop := work(t, db, jobs.Options{Kinds: []job.Kind{kind}})
	require.ElementsMatch(t, []string{"a", "b"}, []string{next(t, done), next(t, done)})
	stop()
	enqueue(t, db, note{"a"}, job.Options{Unique: true}) // the first is done
	require.Len(t, counts(t, db), 2)
}

func TestWhatBecomesOfAnError(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	db := pgtest.New(t)
	var tries atomic.Int32
	kind, done := notes(func(n note) error {
		switch {
		case n.Text == "final":
			return job.Final(errors.New("never will"))
		case n.Text == "broken":
			return errors.New("broken today")
		case tries.Add(1) == 1:
			return job.Later(time.Millisecond)
		}
		return nil
	})
	stop := work(t, db, jobs.Options{Kinds: []job.Kind{kind}})
	enqueue(t, db, note{"final"}, job.Options{})
	enqueue(t, db, note{"broken"}, job.Options{Attempts: 1})
	enqueue(t, db, note{"later"}, job.Options{Attempts: 1})
	for range 4 {
		next(t, done)
	}
	stop()
	failed, err := db.FailedJobs(ctx, 10)
	require.NoError(t, err)
	require.Len(t, failed, 2)
	for i, want := range []job.Failure{
		{Kind: "test.note", State: job.Discarded, Attempt: 1, Attempts: 1, LastError: "broken today"},
		{Kind: "test.note", State: job.Cancelled, Attempt: 1, Attempts: 10, LastError: "JobCancelError: never will"},
	} {
		want.ID, want.Due = failed[i].ID, failed[i].Due
		require.Equal(t, want, failed[i])
	}
	require.EqualValues(t, 2, tries.Load())

	require.NoError(t, db.RetryJob(ctx, failed[0].ID, "cli:x"))
	require.Contains(t, counts(t, db), job.Count{Queue: "default", Kind: "test.note", State: job.Available, Jobs: 1})
	require.NoError(t, db.DiscardJob(ctx, failed[0].ID, "cli:x"))
	require.Contains(t, counts(t, db), job.Count{Queue: "default", Kind: "test.note", State: job.Cancelled, Jobs: 2})
	err = db.RetryJob(ctx, 4711, "cli:x")
	require.ErrorIs(t, err, job.ErrUnknown)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestAPeriodicJobRunsOnceAPeriodWithTwoNodes(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	kind, done := notes(func(note) error { return nil })
	o := jobs.Options{Kinds: []job.Kind{kind.Periodic(2 * time.Second)}}
	a, b := pgtest.Open(t, url), pgtest.Open(t, url)
	stops := []func(){work(t, a, o), work(t, b, o)}
	for range 4 {
		next(t, done)
	}
	for _, stop := range stops {
		stop()
	}
	ran := 4 + len(done)
	require.Equal(t, []job.Count{{Queue: "default", Kind: "test.note", State: job.Completed, Jobs: ran}}, counts(t, a))
	require.Equal(t, ran, pgtest.Value[int](t, url, `SELECT count(DISTINCT floor(extract(epoch FROM scheduled_at) / 2)) FROM river_job`), "one a period")
}

// child is the URL of the database of a process that is to be killed.
const child = "OKNO_JOBS_CHILD"

func TestChild(t *testing.T) {
	url := os.Getenv(child)
	if url == "" {
		t.Skip("run by TestAKilledNodesJobIsDoneByAnother")
	}
	db, err := store.Open(url, store.Options{Keys: pgtest.Keys})
	require.NoError(t, err)
	kind := job.On(func(ctx context.Context, _ note) error {
		fmt.Println("begun")
		select {}
	})
	require.NoError(t, db.NewWorker(jobs.Options{Node: "child", Kinds: []job.Kind{kind}, Log: zerolog.Nop()}).Run(t.Context()))
}

// The killed worker leads, so that another has to find out, and to lead after it.
func TestAKilledNodesJobIsDoneByAnother(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	enqueue(t, db, note{"a"}, job.Options{})
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
	process.Env = append(os.Environ(), child+"="+url)
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	said := make([]byte, 5)
	_, err = out.Read(said)
	require.NoError(t, err)
	require.Equal(t, "begun", string(said))
	require.NoError(t, process.Process.Kill())
	_ = process.Wait()

	kind, done := notes(func(note) error { return nil })
	kind.Timeout = time.Second
	work(t, db, jobs.Options{Kinds: []job.Kind{kind}, RescueAfter: time.Minute})
	pgtest.Exec(t, url, `UPDATE river_job SET attempted_at = attempted_at - interval '1 minute'`) // rather than wait for it
	select {
	case text := <-done:
		require.Equal(t, "a", text)
	case <-time.After(time.Minute):
		t.Fatal("nobody did it")
	}
}
