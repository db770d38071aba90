package main

import (
	"context"
	"fmt"

	"okno/deploy"
	"okno/internal/postgres/store"
)

type migrateCommand struct {
	overrides
	DatabaseRoles bool `help:"Also make the database roles okno_migrate, okno_serve, okno_report and okno_audit, as a superuser (deploy/postgres/roles.sql)."`
}

func (c migrateCommand) Run(ctx context.Context) error {
	return c.withAnyDatabase(ctx, func(_ config, db *store.Store) error {
		ran, err := db.Migrate(ctx)
		if err != nil {
			return err
		}
		for _, name := range ran {
			fmt.Println("applied", name)
		}
		fmt.Println("the schema is up to date")
		if c.DatabaseRoles {
			if _, err := db.Exec(ctx, deploy.Roles); err != nil {
				return fmt.Errorf("make roles: %w", err)
			}
			fmt.Println("the roles have the least that they need")
		}
		return nil
	})
}
