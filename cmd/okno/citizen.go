package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"okno/internal/postgres/store"
	"okno/internal/privacy"
)

// privacyConfig is how personal data is kept beside the keys.
type privacyConfig struct {
	Erasures string `yaml:"erasures"` // a file outside the database and its backups
	Logs     string `yaml:"logs"`     // what to do when Postgres would log values: warn, refuse
}

// What privacy.logs may say.
const (
	warnOfLogs   = "warn"
	refuseOnLogs = "refuse"
)

func (c privacyConfig) check() error {
	if c.Logs != warnOfLogs && c.Logs != refuseOnLogs {
		return fmt.Errorf("privacy.logs: %q is neither %s nor %s", c.Logs, warnOfLogs, refuseOnLogs)
	}
	return nil
}

// erasures is the list of those who were forgotten. [privacy.ErrNoList].
func (c config) erasures() (privacy.List, error) {
	if c.Privacy.Erasures == "" {
		return privacy.List{}, privacy.ErrNoList
	}
	keys := c.subkeys("erasures")
	return privacy.NewList(c.Privacy.Erasures, keys[0], keys[1:]...), nil
}

type citizenCommand struct {
	Import citizenImport `cmd:"" help:"Take over a register of citizens with their numbers (CSV): all of it, or nothing. Taking it over again changes nothing."`
	Export citizenExport `cmd:"" help:"Write all that is kept of a citizen into one archive. The journal keeps that it was done."`
	Erase  citizenErase  `cmd:"" help:"Forget a citizen, by destroying the keys of the citizen's data; with --replay, forget again those whom a restored backup has brought back."`
}

// citizenNamed is a command about one citizen.
type citizenNamed struct {
	overrides
	Citizen string `arg:"" optional:"" help:"The national number, or the id as #7."`
	Reason  string `help:"Why; the journal keeps it. Name nobody in it." placeholder:"TEXT"`
}

// who finds the citizen.
func (c citizenNamed) who(ctx context.Context, db *store.Store) (int64, error) {
	if c.Citizen == "" || c.Reason == "" {
		return 0, errors.New("name the citizen, by national number or as #7, and give a --reason")
	}
	var id int64
	if n, err := fmt.Sscanf(c.Citizen, "#%d", &id); err == nil && n == 1 {
		return id, nil
	}
	return db.CitizenByNationalNumber(ctx, c.Citizen)
}

type citizenExport struct {
	citizenNamed
	Out string `help:"The archive; it must not be there." required:"" placeholder:"FILE.zip" type:"path"`
}

func (c citizenExport) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(loaded config, db *store.Store) error {
		id, err := c.who(ctx, db)
		if err != nil {
			return err
		}
		contents, err := loaded.contents(ctx)
		if err != nil {
			return err
		}
		dossier, err := db.ExportCitizen(ctx, id, operator(), c.Reason)
		if err != nil {
			return err
		}
		f, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		missing, err := privacy.WriteArchive(f, dossier, contents)
		if err = errors.Join(err, f.Close()); err != nil {
			return errors.Join(err, os.Remove(c.Out))
		}
		for _, path := range missing {
			fmt.Fprintf(os.Stderr, "missing or altered: %s\n", path)
		}
		fmt.Printf("citizen %d: %d conversations, %d cases, %d messages in %s\n", id, len(dossier.Interactions), len(dossier.Cases), len(dossier.Messages), c.Out)
		return nil
	})
}

type citizenErase struct {
	citizenNamed
	Replay bool `help:"Erase again all who are on the list of privacy.erasures: after a backup was restored."`
}

func (c citizenErase) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(loaded config, db *store.Store) error {
		list, err := loaded.erasures()
		if err != nil {
			return err
		}
		if c.Replay {
			erasures, err := list.Read()
			if err != nil {
				return err
			}
			n, err := db.ReplayErasures(ctx, erasures, operator())
			if err != nil {
				return err
			}
			fmt.Printf("%d of %d were there again, and are erased\n", n, len(erasures))
			return nil
		}
		id, err := c.who(ctx, db)
		if err != nil {
			return err
		}
		erased, err := db.EraseCitizen(ctx, id, operator(), c.Reason, list.Add)
		if err != nil {
			return err
		}
		fmt.Printf("citizen %d is erased: %d conversations, %d cases, %d messages\n", id, erased.Interactions, erased.Cases, erased.Messages)
		if erased.Waiting > 0 {
			fmt.Printf("%d messages wait to be sent, and go with their time: 90 days after their expiry\n", erased.Waiting)
		}
		return nil
	})
}
