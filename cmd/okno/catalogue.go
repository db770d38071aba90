package main

import (
	"context"
	"fmt"
	"os"

	"okno/internal/catalogue"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

type catalogueCommand struct {
	Check  catalogueCheck  `cmd:"" help:"Find what keeps a catalogue file from being imported."`
	Import catalogueImport `cmd:"" help:"Import a catalogue file: services in it are added or renewed, others stay."`
	Export catalogueExport `cmd:"" help:"Write the catalogue to standard output, in the form that import reads."`
}

type catalogueCheck struct {
	File string `arg:"" type:"existingfile" help:"Catalogue in YAML."`
}

func (c catalogueCheck) Run() error {
	_, services, err := readCatalogue(c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%d services, no problems\n", len(services))
	return nil
}

// readCatalogue gives a file that may be imported, or tells every problem of it.
func readCatalogue(name string) (catalogue.File, []catalogue.Service, error) {
	f, err := os.Open(name)
	if err != nil {
		return catalogue.File{}, nil, err
	}
	defer f.Close()
	file, err := catalogue.ReadFile(f)
	if err != nil {
		return file, nil, fmt.Errorf("%s: %w", name, err)
	}
	services, problems := file.Check(text.Segments)
	for _, problem := range problems {
		fmt.Fprintf(os.Stderr, "%s: %s\n", name, problem)
	}
	if len(problems) > 0 {
		return file, nil, silentError{}
	}
	return file, services, nil
}

type catalogueImport struct {
	overrides
	catalogueCheck
}

func (c catalogueImport) Run(ctx context.Context) error {
	file, services, err := readCatalogue(c.File)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		err := db.Do(ctx, func(w *store.Work) error { return file.Keep(ctx, w, services) })
		if err == nil {
			fmt.Printf("%d services imported\n", len(services))
		}
		return err
	})
}

type catalogueExport struct{ overrides }

func (c catalogueExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		agencies, err := db.Agencies(ctx)
		if err != nil {
			return err
		}
		services, err := db.Services(ctx)
		if err != nil {
			return err
		}
		return catalogue.WriteFile(os.Stdout, catalogue.NewFile(agencies, services))
	})
}
