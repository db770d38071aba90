package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"okno/internal/cases"
	"okno/internal/job"
	"okno/internal/postgres/store"
	"okno/internal/yamlfile"
)

type caseRulesCommand struct {
	Check  caseRulesCheck  `cmd:"" help:"Find what keeps a file from being imported."`
	Import caseRulesImport `cmd:"" help:"Import a file (YAML): its rules take the place of all others, and the terms of open cases are counted anew."`
	Export caseRulesExport `cmd:"" help:"Write the rules to standard output, in the form that import reads."`
}

type caseRulesCheck struct {
	File string `arg:"" type:"existingfile" help:"Rules in YAML."`
}

func (c caseRulesCheck) Run() error {
	f, err := readRules(c.File)
	if err == nil {
		fmt.Printf("%d rules, no problems\n", len(f.Rules))
	}
	return err
}

// readRules gives a file that may be imported, or tells every problem of it.
func readRules(name string) (cases.RuleFile, error) {
	in, err := os.Open(name)
	if err != nil {
		return cases.RuleFile{}, err
	}
	defer in.Close()
	f, err := cases.ReadRules(in)
	if err != nil {
		return f, fmt.Errorf("%s: %w", name, err)
	}
	if _, err := f.Compile(); err != nil {
		for line := range strings.Lines(err.Error()) {
			fmt.Fprintf(os.Stderr, "%s: %s\n", name, strings.TrimSpace(line))
		}
		return f, silentError{}
	}
	return f, nil
}

type caseRulesImport struct {
	overrides
	File string `arg:"" type:"existingfile" help:"Rules in YAML."`
	Why  string `help:"Why they are changed, for whoever reads the history."`
}

func (c caseRulesImport) Run(ctx context.Context) error {
	f, err := readRules(c.File)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var changed bool
		err := db.Do(ctx, func(w *store.Work) (err error) {
			if changed, err = w.KeepRules(ctx, f, operator(), c.Why); err == nil && changed {
				err = w.EnqueueJob(ctx, job.ReclockCases{}, job.Options{Unique: true})
			}
			return err
		})
		switch {
		case err != nil:
			return err
		case !changed:
			fmt.Println("the rules are as they were")
		default:
			fmt.Printf("%d rules imported; a worker counts the terms of open cases anew\n", len(f.Rules))
		}
		return nil
	})
}

type caseRulesExport struct{ overrides }

func (c caseRulesExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		f, err := db.RuleFile(ctx)
		if err != nil {
			return err
		}
		return yamlfile.Write(os.Stdout, f)
	})
}

// reclockCases has the terms of open cases counted anew.
func (n *node) reclockCases(ctx context.Context, _ job.ReclockCases) error {
	_, err := n.db.Reclock(ctx)
	return err
}

// caseMetrics counts cases past their term when it is asked.
type caseMetrics struct {
	overdue func(ctx context.Context, now time.Time) (map[string]int, int, error)
}

var (
	overdueDesc   = prometheus.NewDesc("okno_cases_overdue", "Open cases past their term, by agency.", []string{"agency"}, nil)
	untimableDesc = prometheus.NewDesc("okno_cases_without_term", "Open cases whose term nobody can tell: a calendar lacks a year.", nil, nil)
)

// Describe names the metrics.
func (c caseMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- overdueDesc
	ch <- untimableDesc
}

// Collect reads them. While the database is away there is no value, rather than an old one.
func (c caseMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	byAgency, unknown, err := c.overdue(ctx, time.Now())
	if err != nil {
		return
	}
	for agency, n := range byAgency {
		ch <- prometheus.MustNewConstMetric(overdueDesc, prometheus.GaugeValue, float64(n), agency)
	}
	ch <- prometheus.MustNewConstMetric(untimableDesc, prometheus.GaugeValue, float64(unknown))
}
