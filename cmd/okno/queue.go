package main

import (
	"context"
	"fmt"
	"os"

	"okno/internal/acd"
	"okno/internal/postgres/store"
)

type queueCommand struct {
	Check  queueCheck  `cmd:"" help:"Find what keeps a file from being imported."`
	Import queueImport `cmd:"" help:"Import a file (YAML): queues in it are added or renewed, others stay. All of it, or nothing."`
	Export queueExport `cmd:"" help:"Write the queues to standard output, in the form that import reads."`
}

type queueCheck struct {
	File string `arg:"" type:"existingfile" help:"Queues in YAML."`
}

func (c queueCheck) Run() error {
	f, err := readFile(c.File, acd.ReadFile)
	if err == nil {
		fmt.Printf("%d queues, no problems\n", len(f.Queues))
	}
	return err
}

type queueImport struct {
	overrides
	File string `arg:"" type:"existingfile" help:"Queues in YAML."`
	Why  string `help:"Why they are changed, for whoever reads the history."`
}

func (c queueImport) Run(ctx context.Context) error {
	f, err := readFile(c.File, acd.ReadFile)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var changed []string
		var pauses bool
		err := db.Do(ctx, func(w *store.Work) (err error) {
			if changed, err = w.KeepQueues(ctx, f, operator(), c.Why); err == nil {
				pauses, err = w.KeepPauseLimits(ctx, f.Pauses, operator(), c.Why)
			}
			return err
		})
		if err == nil {
			fmt.Printf("%d queues changed, %d as they were\n", len(changed), len(f.Queues)-len(changed))
		}
		if err == nil && pauses {
			fmt.Println("the limits of pauses have changed")
		}
		return err
	})
}

type queueExport struct{ overrides }

func (c queueExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		f, err := db.QueueFile(ctx)
		if err != nil {
			return err
		}
		return acd.WriteFile(os.Stdout, f)
	})
}

// hoursKnown says of which queue the calendar lacks the year: it is open as in a year without holidays.
func (n *node) hoursKnown(ctx context.Context) error {
	queue, year, err := n.db.HoursUnknown(ctx)
	if err == nil && queue != "" {
		err = fmt.Errorf("the calendar of queue %s has no %d, and holidays are not known: okno calendar import", queue, year)
	}
	return err
}
