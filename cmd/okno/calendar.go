package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"okno/internal/calendar"
	"okno/internal/job"
	"okno/internal/postgres/store"
)

type calendarCommand struct {
	Check  calendarCheck  `cmd:"" help:"Find what keeps a file from being imported; without a file, years that calendars in use will lack soon."`
	Import calendarImport `cmd:"" help:"Import a file (YAML): calendars in it are added or renewed, others stay. All of it, or nothing."`
	Export calendarExport `cmd:"" help:"Write the calendars to standard output, in the form that import reads."`
}

type calendarCheck struct {
	overrides
	File string `arg:"" optional:"" type:"existingfile" help:"Calendars in YAML."`
}

func (c calendarCheck) Run(ctx context.Context) error {
	if c.File != "" {
		f, err := readFile(c.File, calendar.Read)
		if err == nil {
			fmt.Printf("%d calendars, no problems\n", len(f.Calendars))
		}
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		set, err := db.Calendars(ctx)
		if err != nil {
			return err
		}
		if len(set.Calendars) == 0 {
			return errors.New("there is no calendar: import one")
		}
		missing := set.Missing(time.Now())
		for name, year := range missing {
			fmt.Printf("calendar %s has no %d: terms that reach into it cannot be counted\n", name, year)
		}
		if len(missing) > 0 {
			return silentError{}
		}
		fmt.Printf("%d calendars, no year is missing\n", len(set.Calendars))
		return nil
	})
}

type calendarImport struct {
	overrides
	File string `arg:"" type:"existingfile" help:"Calendars in YAML."`
	Why  string `help:"Why they are changed, for whoever reads the history."`
}

func (c calendarImport) Run(ctx context.Context) error {
	f, err := readFile(c.File, calendar.Read)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var changed []string
		err := db.Do(ctx, func(w *store.Work) (err error) {
			if changed, err = w.KeepCalendars(ctx, f, operator(), c.Why); err == nil && len(changed) > 0 {
				err = w.EnqueueJob(ctx, job.ReclockCases{}, job.Options{Unique: true})
			}
			return err
		})
		if err == nil {
			fmt.Printf("%d calendars changed, %d as they were\n", len(changed), len(f.Calendars)-len(changed))
		}
		return err
	})
}

type calendarExport struct{ overrides }

func (c calendarExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		f, err := db.CalendarFile(ctx)
		if err != nil {
			return err
		}
		return calendar.Write(os.Stdout, f)
	})
}
