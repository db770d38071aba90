package main

import (
	"context"
	"fmt"
	"time"

	"okno/internal/password"
	"okno/internal/postgres/store"
	"okno/internal/sample"
	"okno/sms/text"
)

type sampleCommand struct {
	overrides
	Password string `help:"Password of the sample agents." env:"OKNO_SAMPLE_PASSWORD" default:"okno-demo"`
	Populate bool   `help:"Fill the region with 200 citizens and 2,000 cases of the last 90 days as well."`
}

func (c sampleCommand) Run(ctx context.Context) error {
	return c.withAnyDatabase(ctx, func(loaded config, db *store.Store) error {
		hash, err := password.Hash(c.Password)
		if err != nil {
			return err
		}
		if _, err := db.Migrate(ctx); err != nil {
			return err
		}
		if err := openSeals(ctx, loaded, db); err != nil {
			return err
		}
		err = db.Do(ctx, func(w *store.Work) error { return sample.Load(ctx, w, hash, text.Segments, time.Now()) })
		if err == nil && c.Populate {
			err = db.Do(ctx, func(w *store.Work) error { return sample.Populate(ctx, w, time.Now()) })
		}
		if err != nil {
			return err
		}
		fmt.Println("the sample region is loaded")
		return nil
	})
}
