package main

import (
	"context"
	"fmt"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// openDatabase prepares the pool; nothing is connected yet.
func openDatabase(c config, publish func(string)) (*store.Store, error) {
	ring, err := c.ring()
	if err != nil {
		return nil, err
	}
	return store.Open(c.DatabaseURL, store.Options{Options: postgres.Options{Publish: publish, ReportURL: c.ReportURL}, Numbering: cases.NewNumbering(subkey(c.Secret, "case numbers")), Keys: ring})
}

// subkeys derives the keys for one purpose: of the secret, which makes, and of those that are accepted beside it.
func (c config) subkeys(purpose string) [][]byte {
	keys := [][]byte{subkey(c.Secret, purpose)}
	for _, secret := range c.AcceptedSecrets {
		keys = append(keys, subkey(secret, purpose))
	}
	return keys
}

// subkey derives a key for one purpose from the secret.
func subkey(secret, purpose string) []byte {
	return seal.Derive([]byte(secret), "okno "+purpose)
}

// withDatabase is for commands that do one thing: it opens the database, which must be there and have been sealed by these keys.
func (o overrides) withDatabase(ctx context.Context, fn func(config, *store.Store) error) error {
	return o.withAnyDatabase(ctx, func(c config, db *store.Store) error {
		if err := openSeals(ctx, c, db); err != nil {
			return err
		}
		return fn(c, db)
	})
}

// openSeals makes sure that the configuration's keys are those of the database, and takes the installation's own key out of it.
func openSeals(ctx context.Context, c config, db *store.Store) error {
	if err := db.CheckKeys(ctx); err != nil {
		return fmt.Errorf("%w: put the key that sealed it back into keys (or the secret of before), and run okno keys rotate", err)
	}
	return db.NumberCases(ctx, subkey(c.Secret, "case numbers"))
}

// withAnyDatabase is for commands that may have an older schema, or a role that may only read.
func (o overrides) withAnyDatabase(ctx context.Context, fn func(config, *store.Store) error) error {
	c, err := o.load()
	if err != nil {
		return err
	}
	if c, err = c.withKeys(ctx); err != nil {
		return err
	}
	db, err := openDatabase(c, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Ready(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return fn(c, db)
}
