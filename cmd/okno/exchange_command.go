package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"text/tabwriter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/exchange"
	"okno/internal/job"
	"okno/internal/postgres/store"
)

type exchangeCommand struct {
	Endpoint exchangeEndpoint `cmd:"" help:"Say where an agency takes what Okno tells it, by webhooks or by files, and print the signing secret once; for an endpoint that is there, change it."`
	Rotate   exchangeRotate   `cmd:"" help:"Print a new signing secret once. The one before signs as well until the next rotation."`
	Health   exchangeHealth   `cmd:"" default:"withargs" help:"Show what waits for each agency, and what was given up."`
	Replay   exchangeReplay   `cmd:"" help:"Try what was given up for an agency again."`
	Try      exchangeTry      `cmd:"" help:"Run an agency's endpoint through what it has to do, and report."`
}

type exchangeRotate struct {
	overrides
	Agency string `arg:"" help:"The agency's code."`
}

func (c exchangeRotate) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var secret string
		err := db.Do(ctx, func(w *store.Work) (err error) {
			secret, err = w.RotateSecret(ctx, c.Agency, operator(), "")
			return err
		})
		if err == nil {
			fmt.Println(secret)
		}
		return err
	})
}

type exchangeHealth struct{ overrides }

func (c exchangeHealth) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		all, err := db.Health(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Println("no agency has an endpoint, and none has reported anything")
			return nil
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "AGENCY\tWAITING\tOLDEST\tGIVEN UP\tTAKES IT IN\tREPORTED\tLAST PROBLEM")
		for _, h := range all {
			reported := "never"
			if !h.Reported.IsZero() {
				reported = time.Since(h.Reported).Round(time.Second).String() + " ago"
			}
			fmt.Fprintf(out, "%s\t%d\t%s\t%d\t%s\t%s\t%s\n", h.Agency, h.Waiting, h.Oldest.Round(time.Second), h.Dead, h.Took.Round(time.Millisecond), reported, h.Problem)
		}
		return out.Flush()
	})
}

type exchangeReplay struct {
	overrides
	Agency string `arg:"" help:"The agency's code."`
	Most   int    `default:"1000" help:"How many at most."`
}

func (c exchangeReplay) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var ids []int64
		err := db.Do(ctx, func(w *store.Work) (err error) {
			ids, err = w.Revive(ctx, c.Agency, c.Most, operator())
			return err
		})
		if err == nil {
			fmt.Printf("%d deliveries are tried again\n", len(ids))
		}
		return err
	})
}

// forgottenAfter is longer than the longest pause between two attempts.
const forgottenAfter = 7 * time.Hour

// sweepDeliveries enqueues what waits for agencies and for clients, and was not tried for longer than any pause.
func (n *node) sweepDeliveries(ctx context.Context, _ job.SweepDeliveries) error {
	since := time.Now().Add(-forgottenAfter)
	agencies, err := n.db.Forgotten(ctx, since, 1000)
	if err != nil {
		return err
	}
	clients, err := n.db.ForgottenWebhooks(ctx, since, 1000)
	if err != nil || len(agencies)+len(clients) == 0 {
		return err
	}
	return n.db.Do(ctx, func(w *store.Work) error {
		if err := w.EnqueueDeliveries(ctx, agencies...); err != nil {
			return err
		}
		return w.EnqueueWebhooks(ctx, clients...)
	})
}

type exchangeTry struct {
	Answers bool   `help:"The endpoint answers questions as well."`
	URL     string `arg:"" name:"url" help:"The endpoint."`
	Secret  string `required:"" env:"OKNO_WEBHOOK_SECRET" help:"Its signing secret (whsec_…)."`
}

func (c exchangeTry) Run(ctx context.Context) error {
	if err := exchange.CheckURL(c.URL); err != nil {
		return err
	}
	client := &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	failed := 0
	for _, check := range exchange.Try(ctx, client, exchange.Endpoint{URL: c.URL, Secrets: []string{c.Secret}, Answers: c.Answers}, time.Now()) {
		verdict := "ok    "
		if !check.OK {
			verdict, failed = "WRONG ", failed+1
		}
		fmt.Printf("%s %s: %s\n", verdict, check.Name, check.Said)
	}
	if failed > 0 {
		return fmt.Errorf("%d checks failed", failed)
	}
	return nil
}

// exchangeMetrics counts deliveries when it is asked.
type exchangeMetrics struct {
	health func(ctx context.Context) ([]exchange.Health, error)
}

var (
	deliveriesDesc = prometheus.NewDesc("okno_exchange_deliveries", "What is to be told to agencies, by state: waiting, or dead when it was given up.", []string{"agency", "state"}, nil)
	oldestDesc     = prometheus.NewDesc("okno_exchange_oldest_seconds", "How long the oldest delivery to an agency has waited.", []string{"agency"}, nil)
)

// Describe names the metrics.
func (e exchangeMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- deliveriesDesc
	ch <- oldestDesc
}

// Collect reads them. While the database is away there is no value, rather than an old one.
func (e exchangeMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := e.health(ctx)
	if err != nil {
		return
	}
	for _, h := range all {
		ch <- prometheus.MustNewConstMetric(deliveriesDesc, prometheus.GaugeValue, float64(h.Waiting), h.Agency, "waiting")
		ch <- prometheus.MustNewConstMetric(deliveriesDesc, prometheus.GaugeValue, float64(h.Dead), h.Agency, "dead")
		ch <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, h.Oldest.Seconds(), h.Agency)
	}
}
