package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"

	"okno/internal/api"
	"okno/internal/postgres/store"
)

type clientCommand struct {
	Add clientAdd `cmd:"" help:"Add a portal, or give it a new key, and print the key once."`
}

type clientAdd struct {
	overrides
	Name string `arg:"" help:"Name of the portal."`
}

func (c clientAdd) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		key, err := addClient(ctx, db, c.Name)
		if err != nil {
			return err
		}
		fmt.Println(key)
		return nil
	})
}

// addClient makes a key of 256 random bits, of which only the hash is kept.
func addClient(ctx context.Context, db *store.Store, name string) (key string, err error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make key: %w", err)
	}
	key = base64.RawURLEncoding.EncodeToString(raw)
	return key, db.Do(ctx, func(w *store.Work) error { return w.SaveClient(ctx, name, api.KeyHash(key)) })
}
