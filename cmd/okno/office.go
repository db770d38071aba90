package main

import (
	"context"
	"fmt"
	"os"

	"okno/internal/appointment"
	"okno/internal/postgres/store"
)

type officeCommand struct {
	Check  officeCheck  `cmd:"" help:"Find what keeps a file from being imported."`
	Import officeImport `cmd:"" help:"Import a file (YAML): offices in it are added or renewed, others stay. All of it, or nothing."`
	Export officeExport `cmd:"" help:"Write the offices to standard output, in the form that import reads."`
}

type officeCheck struct {
	File string `arg:"" type:"existingfile" help:"Offices in YAML."`
}

func (c officeCheck) Run() error {
	f, err := readFile(c.File, appointment.Read)
	if err == nil {
		fmt.Printf("%d offices, no problems\n", len(f.Offices))
	}
	return err
}

type officeImport struct {
	overrides
	File string `arg:"" type:"existingfile" help:"Offices in YAML."`
	Why  string `help:"Why they are changed, for whoever reads the history."`
}

func (c officeImport) Run(ctx context.Context) error {
	f, err := readFile(c.File, appointment.Read)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		var changed []string
		err := db.Do(ctx, func(w *store.Work) (err error) {
			changed, err = w.KeepOffices(ctx, f, operator(), c.Why)
			return err
		})
		if err == nil {
			fmt.Printf("%d offices changed, %d as they were\n", len(changed), len(f.Offices)-len(changed))
		}
		return err
	})
}

type officeExport struct{ overrides }

func (c officeExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		f, err := db.OfficeFile(ctx)
		if err != nil {
			return err
		}
		return appointment.Write(os.Stdout, f)
	})
}
