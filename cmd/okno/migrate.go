package main

import (
	"context"
	"fmt"

	"okno/internal/postgres/store"
)

type migrateCommand struct{ overrides }

func (c migrateCommand) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		ran, err := db.Migrate(ctx)
		if err != nil {
			return err
		}
		for _, name := range ran {
			fmt.Println("applied", name)
		}
		fmt.Println("the schema is up to date")
		return nil
	})
}
