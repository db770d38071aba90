package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"okno/internal/casework"
	"okno/internal/catalogue"
	"okno/internal/postgres/store"
)

type caseCommand struct {
	Import caseImport `cmd:"" help:"Take over a register of cases (CSV). Lines with mistakes are told and left out; taken over again, only what is new is added."`
}

type caseImport struct {
	overrides
	File   string `arg:"" type:"existingfile" name:"file" help:"CSV with the columns key, kind, subject, and if wanted state, service, agency, national_number, national_kind, contact, body, due_on, opened_at."`
	Source string `required:"" help:"The name of the register: a key is one of its own."`
	DryRun bool   `help:"Only say what would come of it."`
}

func (c caseImport) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		importer, err := newCaseImporter(ctx, db)
		if err != nil {
			return err
		}
		report, err := importer.Import(ctx, c.Source, file, operator(), c.DryRun, func(r casework.Report) {
			fmt.Fprintf(os.Stderr, "%d added, %d there before, %d left out\r", r.Added, r.Before, r.LeftOut)
		})
		fmt.Printf("%d cases added, %d were there before, %d lines left out%s\n", report.Added, report.Before, report.LeftOut, dryRun(c.DryRun))
		if err != nil {
			return fmt.Errorf("%s: broke off; run it again to go on: %w", c.File, err)
		}
		if report.Err != nil {
			for line := range strings.Lines(report.Err.Error()) {
				fmt.Fprintf(os.Stderr, "%s: %s\n", c.File, strings.TrimSpace(line))
			}
			return silentError{}
		}
		return nil
	})
}

// newCaseImporter knows the services and the agencies of the catalogue as it is.
func newCaseImporter(ctx context.Context, db *store.Store) (*casework.Importer, error) {
	services, err := db.Services(ctx)
	if err != nil {
		return nil, err
	}
	agencies, err := db.Agencies(ctx)
	if err != nil {
		return nil, err
	}
	units := func(ctx context.Context, fn func(casework.ImportWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
	return casework.NewImporter(units,
		func(code string) bool {
			return slices.ContainsFunc(services, func(s catalogue.Service) bool { return s.Code == code })
		},
		func(code string) bool { _, ok := agencies[code]; return ok }, time.Now), nil
}
