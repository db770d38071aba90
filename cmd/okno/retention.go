package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"okno/internal/postgres/store"
	"okno/internal/retention"
)

type retentionCommand struct {
	Report retentionReport `cmd:"" help:"Show what was deleted by which rule, and what a look at the tables found afterwards. It fails when a rule is not kept."`
}

type retentionReport struct {
	overrides
	Days int `default:"7" help:"Of how many days."`
}

func (c retentionReport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		now := time.Now()
		proofs, err := db.RetentionProofs(ctx, now.AddDate(0, 0, -c.Days))
		if err != nil {
			return err
		}
		if err := printProofs(os.Stdout, proofs); err != nil {
			return err
		}
		return retention.Verdict(proofs, now)
	})
}

func printProofs(w io.Writer, proofs []retention.Proof) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "DAY\tTABLE\tKEEPS\tDELETED\tOLDEST LEFT\tOVERDUE")
	for _, p := range proofs {
		oldest, overdue := "", "not looked at"
		if p.Oldest.Year() > 1 {
			oldest = p.Oldest.UTC().Format(time.DateTime)
		}
		if p.LookedAt.Year() > 1 {
			overdue = fmt.Sprint(p.Overdue)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\t%s\n", p.Day.Format(time.DateOnly), p.Table, keeps(p.Keeps), p.Deleted, oldest, overdue)
	}
	return out.Flush()
}

// keeps says a rule in days, or in hours.
func keeps(d time.Duration) string {
	if d < 48*time.Hour {
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
