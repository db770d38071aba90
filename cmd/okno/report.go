package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"okno/internal/dialogue"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

// reportsConfig says how days are counted.
type reportsConfig struct {
	Zone string `yaml:"zone"` // the centre's; default UTC
}

func (c reportsConfig) check() error {
	if _, err := report.Zone(c.Zone); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	return nil
}

// zone is the centre's.
func (c reportsConfig) zone() *time.Location {
	zone, err := report.Zone(c.Zone)
	if err != nil { // checked when it was read
		return time.UTC
	}
	return zone
}

type reportCommand struct {
	Show    reportShow    `cmd:"" help:"Show the figures of a report for some days."`
	Define  reportDefine  `cmd:"" help:"Say what the figures of a report are; without one, which reports there are."`
	Vain    reportVain    `cmd:"" help:"Show what several citizens asked the catalogue and nothing answered."`
	Rebuild reportRebuild `cmd:"" help:"Count days anew from the ledger. What the ledger no longer has stays as it was counted."`
}

type reportShow struct {
	overrides
	Report string            `arg:"" help:"The report, of okno report define."`
	From   string            `help:"The first day, like 2026-11-28; default: a week up to the last." placeholder:"DAY"`
	To     string            `help:"The last day; default: today." placeholder:"DAY"`
	By     string            `help:"What to break the figures down by, of okno report define." placeholder:"WHAT"`
	Only   map[string]string `help:"What to limit the figures to, like queue=general or channel=voice; again for more." placeholder:"WHAT=VALUE"`
	CSV    bool              `name:"csv" help:"As CSV: times in seconds, shares as fractions."`
}

func (c reportShow) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		q, err := report.Ask(report.Asked{Report: c.Report, From: c.From, To: c.To, By: c.By, Only: c.Only}, cfg.Reports.zone(), time.Now())
		if err != nil {
			return err
		}
		t, err := report.Read(ctx, db, q)
		if err != nil {
			return err
		}
		if c.CSV {
			return t.WriteCSV(os.Stdout)
		}
		return printReport(os.Stdout, t)
	})
}

func printReport(w io.Writer, t report.Table) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var header []string
	for _, key := range t.Keys {
		header = append(header, strings.ToUpper(string(key)))
	}
	for _, f := range t.Query.Report.Figures {
		header = append(header, strings.ToUpper(f.Name))
	}
	fmt.Fprintln(out, strings.Join(header, "\t"))
	row := func(key []string, c report.Counts) {
		cells := append([]string{}, key...)
		for _, f := range t.Query.Report.Figures {
			cells = append(cells, cell(f, c))
		}
		fmt.Fprintln(out, strings.Join(cells, "\t"))
	}
	for _, l := range t.Lines {
		row(l.Key, l.Counts)
	}
	all := make([]string, len(t.Keys))
	all[0] = "all"
	row(all, t.Total)
	if err := out.Flush(); err != nil {
		return err
	}
	for _, v := range t.Versions {
		fmt.Fprintf(w, "dialogue %s, version %s: first used %s\n", v.Name, v.Version, v.At.In(t.Query.Zone).Format("2006-01-02 15:04"))
	}
	if t.Through.IsZero() {
		_, err := fmt.Fprintln(w, "not everything is counted yet: a worker counts every ten minutes")
		return err
	}
	_, err := fmt.Fprintf(w, "counted through %s, by days of %s\n", t.Through.In(t.Query.Zone).Format("2006-01-02 15:04"), t.Query.Zone)
	return err
}

// cell writes a figure for a person.
func cell(f report.Figure, c report.Counts) string {
	value, ok := f.Value(c)
	switch {
	case !ok:
		return "-"
	case f.Unit == report.Share:
		return fmt.Sprintf("%.1f%%", 100*value)
	case f.Unit == report.Seconds:
		return fmt.Sprintf("%.1fs", value)
	}
	return f.Cell(c)
}

type reportDefine struct {
	Report   string `arg:"" optional:"" help:"The report."`
	Language string `enum:"kk,ru,en" default:"en" help:"kk, ru or en."`
}

func (c reportDefine) Run() error {
	l := dialogue.Language(c.Language)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	if c.Report == "" {
		fmt.Fprintln(out, "REPORT\tWHAT\tBY")
		for _, r := range report.Reports {
			fmt.Fprintf(out, "%s\t%s\t%s\n", r.Name, r.Title[l], strings.Trim(fmt.Sprint(r.By), "[]"))
		}
		return out.Flush()
	}
	r, err := report.Named(c.Report)
	if err != nil {
		return err
	}
	for _, f := range r.Figures {
		fmt.Fprintf(out, "%s\t%s (%s): %s\t%s\n", f.Name, f.Title[l], f.Unit, f.Definition[l], f.Formula())
	}
	return out.Flush()
}

type reportVain struct {
	overrides
	Days int `default:"30" help:"Of how many days; the questions are kept for 90."`
	Most int `default:"50" help:"How many to show."`
}

func (c reportVain) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		found, err := db.VainQuestions(ctx, time.Now().AddDate(0, 0, -c.Days), c.Most)
		if err != nil {
			return err
		}
		out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(out, "TIMES\tCITIZENS\tLANGUAGE\tQUESTION")
		for _, q := range found {
			fmt.Fprintf(out, "%d\t%d\t%s\t%s\n", q.Times, q.Citizens, q.Language, q.Query)
		}
		return out.Flush()
	})
}

type reportRebuild struct {
	overrides
	From string `required:"" help:"The first day, like 2026-11-28." placeholder:"DAY"`
	To   string `required:"" help:"The last day." placeholder:"DAY"`
}

func (c reportRebuild) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		zone := cfg.Reports.zone()
		span, err := report.Days(c.From, c.To, zone)
		if err != nil {
			return err
		}
		return report.Rebuild(ctx, db, span, time.Now(), func(s report.Source, counted report.Span) {
			if !counted.From.Before(counted.To) {
				fmt.Printf("%s: nothing of it is in the ledger, so it stays as it was counted\n", s)
				return
			}
			fmt.Printf("%s: counted from %s to %s\n", s, counted.From.In(zone).Format("2006-01-02 15:04"), counted.To.In(zone).Format("2006-01-02 15:04"))
		})
	})
}
