package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/appointment"
	"okno/internal/casework"
	"okno/internal/conversation"
	"okno/internal/exchange"
	"okno/internal/floor"
	"okno/internal/job"
	"okno/internal/notification"
	"okno/internal/otp"
	"okno/internal/postgres/jobs"
	"okno/internal/postgres/store"
	"okno/internal/report"
	"okno/internal/retention"
	"okno/internal/speech"
	"okno/internal/transcript"
)

// startJobs lets this node do background jobs.
func (n *node) startJobs() {
	n.registry.MustRegister(jobMetrics{n.db.JobCounts}, catalogueMetrics{n.look}, caseMetrics{n.db.Overdue}, exchangeMetrics{n.db.Health}, webhookMetrics{n.db.WebhookHealth})
	clients := exchange.NewDeliverer(n.db.WebhookDeliveries(), nil, time.Now, n.log)
	clients.Tried = countAttempts(n.registry)
	kinds := []job.Kind{
		job.On(retention.NewSweeper(n.db, n.log).Sweep).Periodic(retention.Period),
		job.On(n.eraseTexts).Periodic(24 * time.Hour),
		job.On(retention.NewProver(n.db, time.Now, n.log).Prove).Periodic(retention.ProofPeriod),
		job.On(n.reclockCases),
		job.On(n.sweepDeliveries).Periodic(10 * time.Minute),
		job.On(exchange.NewDeliverer(n.db, nil, time.Now, n.log).Deliver),
		job.On(clients.DeliverToClient),
		job.On(n.countQuestions).Periodic(time.Hour),
		report.NewCounter(n.db, time.Now, n.log).Kind(),
		otp.NewWatcher(n.db, time.Now, n.log).Kind(),
	}
	visits := appointment.NewKeeper(func(ctx context.Context, fn func(appointment.KeeperWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.offices, conversation.NewNotices(n.library, n.config.SMS.Writing()), n.teller(), time.Now, n.log)
	kinds = append(kinds, visits.Kinds()...)
	follower := exchange.NewFollower(n.db, func(ctx context.Context, fn func(exchange.FeeWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, conversation.NewNotices(n.library, n.config.SMS.Writing()), n.teller(), nil, time.Now, n.log)
	kinds = append(kinds, job.On(follower.Follow))
	kinds = append(kinds, job.On(notification.NewSender(func(ctx context.Context, fn func(notification.SenderWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, time.Now, n.log).Send))
	kinds = append(kinds, job.On(notification.NewFollower(func(ctx context.Context, fn func(notification.FollowWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, time.Now).Follow).Periodic(notification.Following))
	kinds = append(kinds, job.On(casework.NewMover(func(ctx context.Context, fn func(casework.BatchWork) error) error {
		return n.db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, n.teller(), floor.By).Move))
	kinds = append(kinds, job.On(n.transcriber().Transcribe))
	n.startAsker()
	n.startFiles()
	if after := n.config.Citizens.SilentAfter; after > 0 {
		kinds = append(kinds, silence{n.db, after}.job())
	}
	n.parts.start("jobs", n.db.NewWorker(jobs.Options{Node: nodeName(n.config), Log: n.log, Kinds: kinds}).Run)
}

// transcriber writes talks down that were recorded. Where nothing recognises speech, it says so of each.
func (n *node) transcriber() *transcript.Transcriber {
	var files transcript.Files
	if n.files != nil {
		files = n.files
	}
	var engine speech.Engine
	if e := n.config.Speech.engine(); e != nil {
		engine = e
	}
	return transcript.NewTranscriber(n.db, files, engine, time.Now, n.log)
}

// eraseTexts erases the texts of messages that nobody has to submit and that were not erased at once.
func (n *node) eraseTexts(ctx context.Context, _ job.EraseTexts) error {
	_, err := n.db.EraseTexts(ctx, time.Now().Add(-time.Hour))
	return err
}

type jobsCommand struct {
	List    jobsList    `cmd:"" default:"withargs" help:"Show how many jobs of each kind stand in which state, and the last that failed."`
	Retry   jobsRetry   `cmd:"" help:"Try a job again at once, whatever it came to."`
	Discard jobsDiscard `cmd:"" help:"Never try a job again."`
}

type jobsList struct {
	overrides
	Failed int `default:"20" help:"How many failed jobs to show."`
}

func (c jobsList) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error { return printJobs(ctx, os.Stdout, db, c.Failed, time.Now()) })
}

// jobLister is the store of jobs.
type jobLister interface {
	JobCounts(ctx context.Context) ([]job.Count, error)
	FailedJobs(ctx context.Context, limit int) ([]job.Failure, error)
}

func printJobs(ctx context.Context, w io.Writer, db jobLister, limit int, now time.Time) error {
	counts, err := db.JobCounts(ctx)
	if err != nil {
		return err
	}
	failed, err := db.FailedJobs(ctx, limit)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "QUEUE\tKIND\tSTATE\tJOBS\tOLDEST DUE")
	for _, c := range counts {
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", c.Queue, c.Kind, c.State, c.Jobs, until(c.Oldest, now))
	}
	if len(failed) > 0 {
		fmt.Fprintln(out, "\nFAILED\tKIND\tSTATE\tATTEMPT\tDUE\tLAST ERROR")
	}
	for _, f := range failed {
		due := ""
		if f.State == job.Retryable {
			due = until(f.Due, now)
		}
		fmt.Fprintf(out, "%d\t%s\t%s\t%d/%d\t%s\t%s\n", f.ID, f.Kind, f.State, f.Attempt, f.Attempts, due, cmp.Or(f.LastError, "discarded by hand"))
	}
	return out.Flush()
}

// until says how far a moment is from now.
func until(at, now time.Time) string {
	d := at.Sub(now).Round(time.Second)
	if d < 0 {
		return (-d).String() + " ago"
	}
	return "in " + d.String()
}

// jobOrder is what the commands have that order something of a job.
type jobOrder struct {
	overrides
	ID int64 `arg:"" help:"The job's number, of okno jobs."`
}

type jobsRetry struct{ jobOrder }

func (c jobsRetry) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error { return db.RetryJob(ctx, c.ID, operator()) })
}

type jobsDiscard struct{ jobOrder }

func (c jobsDiscard) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error { return db.DiscardJob(ctx, c.ID, operator()) })
}

// jobMetrics counts jobs when it is asked: the database knows, whichever node they are on.
type jobMetrics struct {
	counts func(ctx context.Context) ([]job.Count, error)
}

var jobsDesc = prometheus.NewDesc("okno_jobs", "Background jobs, by queue, kind and state.", []string{"queue", "kind", "state"}, nil)

// Describe names the metric.
func (j jobMetrics) Describe(ch chan<- *prometheus.Desc) { ch <- jobsDesc }

// Collect reads it. While the database is away there is no value, rather than an old one.
func (j jobMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	counts, err := j.counts(ctx)
	if err != nil {
		return
	}
	for _, c := range counts {
		ch <- prometheus.MustNewConstMetric(jobsDesc, prometheus.GaugeValue, float64(c.Jobs), c.Queue, c.Kind, string(c.State))
	}
}
