package main

import (
	"context"
	"fmt"

	"okno/internal/postgres/store"
	"okno/internal/seal"
)

// keyConfig is a master key for personal data.
type keyConfig struct {
	ID     string `yaml:"id"`
	Secret string `yaml:"secret"`
}

// ofSecret is the id of the master key that comes of the secret: whoever names no keys has that one. Beside others it opens what it sealed
// before, and nothing is looked for by it once nothing stands under it.
const ofSecret = "secret"

// ring gives the master keys, the current one first.
func (c config) ring() (*seal.Ring, error) {
	keys := make([]seal.Key, 0, len(c.Keys)+1)
	for _, k := range c.Keys {
		if k.ID == ofSecret {
			return nil, fmt.Errorf("keys: the id %q is that of the key that comes of secret", ofSecret)
		}
		keys = append(keys, seal.Key{ID: k.ID, Secret: []byte(k.Secret)})
	}
	ring, err := seal.NewRing(append(keys, seal.Key{ID: ofSecret, Secret: subkey(c.Secret, "master key"), Fallback: true})...)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return ring, nil
}

type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Wrap all data keys by the first of keys, while nodes serve. Then the other keys may go from the configuration."`
}

type keysRotate struct{ overrides }

func (c keysRotate) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		n, err := db.RotateKeys(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%d data keys wrapped anew\n", n)
		inUse, err := db.RetireKeys(ctx)
		for _, id := range inUse {
			fmt.Printf("key %q was in use within the last two minutes: run this again once no node has it as its first\n", id)
		}
		return err
	})
}
