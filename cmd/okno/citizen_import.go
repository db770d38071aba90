package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/job"
	"okno/internal/postgres/store"
	"okno/sms/text"
)

// citizensConfig is the block citizens of okno.yaml.
type citizensConfig struct {
	SilentAfter time.Duration `yaml:"silent_after"`
}

func (c citizensConfig) check() error {
	if c.SilentAfter != 0 && c.SilentAfter < leastSilence {
		return fmt.Errorf("citizens.silent_after: at least %s, or 0: never", leastSilence)
	}
	return nil
}

// leastSilence is how long a number is silent that only nobody has happened to use.
const leastSilence = 30 * 24 * time.Hour

type citizenImport struct {
	overrides
	File     string `arg:"" type:"existingfile" name:"file" help:"CSV with the columns national_number, name, numbers (parted by spaces), and if wanted kind (iin, bin, snils, inn) and language."`
	DryRun   bool   `help:"Only say what would come of it."`
	Dialogue string `type:"existingdir" help:"Folder of the dialogue whose words the concerned are told by. Default: the one that Okno comes with."`
	Move     bool   `help:"Numbers that are bound to other citizens become those of the register; the ones concerned are told by SMS."`
}

func (c citizenImport) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := citizen.ReadRegister(file)
	if err != nil {
		return fmt.Errorf("%s: nothing was imported:\n%w", c.File, err)
	}
	return c.withDatabase(ctx, func(config config, db *store.Store) error {
		importer, err := newImporter(ctx, config, dialogueFolder{Folder: c.Dialogue}, db)
		if err != nil {
			return err
		}
		done, err := importer.Register(ctx, all, citizen.Import{By: operator(), Move: c.Move, Dry: c.DryRun})
		if err != nil {
			return fmt.Errorf("%s: nothing was imported:\n%w", c.File, err)
		}
		fmt.Printf("%d citizens added, %d renewed, %d numbers bound%s\n", done.Added, done.Renewed, done.Bound, dryRun(c.DryRun))
		return nil
	})
}

func dryRun(dry bool) string {
	if dry {
		return " (a dry run: nothing was changed)"
	}
	return ""
}

type bindingCommand struct {
	Distrust bindingDistrust `cmd:"" help:"Take over an operator's list of numbers that prove nothing any more (CSV), until they are proved anew: all of it, or nothing."`
}

type bindingDistrust struct {
	overrides
	File   string `arg:"" type:"existingfile" name:"file" help:"CSV with the columns number and reason (sim_swapped, recycled)."`
	DryRun bool   `help:"Only say what would come of it."`
}

func (c bindingDistrust) Run(ctx context.Context) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	all, err := citizen.ReadDistrust(file)
	if err != nil {
		return fmt.Errorf("%s: nothing was taken over:\n%w", c.File, err)
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		lowered, err := citizen.NewImporter(importUnits(db), nil).Distrust(ctx, all, citizen.Import{By: operator(), Dry: c.DryRun})
		if err != nil {
			return err
		}
		fmt.Printf("%d numbers, of which %d were bound and trusted%s\n", len(all), lowered, dryRun(c.DryRun))
		return nil
	})
}

func importUnits(db *store.Store) citizen.ImportUnits {
	return func(ctx context.Context, fn func(citizen.ImportWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
}

// newImporter tells of what it moves in the words of the dialogue.
func newImporter(ctx context.Context, c config, folder dialogueFolder, db *store.Store) (*citizen.Importer, error) {
	definition, files, err := folder.checked()
	if err != nil {
		return nil, err
	}
	library, err := conversation.NewLibrary(ctx, definition, files, db, vocabulary())
	if err != nil {
		return nil, err
	}
	texts := conversation.NewPasscodes(library, c.SMS.Writing())
	return citizen.NewImporter(importUnits(db), citizen.NewRegistrar(texts, text.Segments, time.Now)), nil
}

// silence lowers the trust in numbers that nobody has used for long.
type silence struct {
	db    *store.Store
	after time.Duration
}

// silentNumbers are the arguments of the job that looks for them.
type silentNumbers struct{}

// Kind names the job: River keeps it by that.
func (silentNumbers) Kind() string { return "citizen.silent_numbers" }

func (s silence) job() job.Kind {
	return job.On(func(ctx context.Context, _ silentNumbers) error {
		now := time.Now()
		_, err := s.db.LowerSilent(ctx, now.Add(-s.after), now)
		return err
	}).Periodic(24 * time.Hour)
}
