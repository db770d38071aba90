package main

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/postgres/store"
	"okno/internal/privacy"
	"okno/internal/seal"
	"okno/internal/totp"
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
	switch {
	case len(c.AcceptedSecrets) == 0:
		keys = append(keys, seal.Key{ID: ofSecret, Secret: subkey(c.Secret, "master key"), Fallback: true})
	case len(keys) == 0: // two secrets would be two keys of one id
		return nil, errors.New("accepted_secrets: name keys first, and run okno keys rotate: personal data is sealed by a key that comes of secret")
	}
	ring, err := seal.NewRing(keys...)
	if err != nil {
		return nil, fmt.Errorf("keys: %w", err)
	}
	return ring, nil
}

type keysCommand struct {
	Rotate keysRotate `cmd:"" help:"Wrap all data keys by the first of keys, and seal by secret what accepted_secrets have sealed, while nodes serve. Then the others may go from the configuration."`
}

type keysRotate struct{ overrides }

func (c keysRotate) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(loaded config, db *store.Store) error {
		if err := rotateSecret(ctx, loaded, db); err != nil {
			return err
		}
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

// rotateSecret seals and signs by the secret what the accepted ones have sealed and signed, where that lasts.
func rotateSecret(ctx context.Context, c config, db *store.Store) error {
	vault, err := c.factors()
	if err != nil {
		return err
	}
	n, err := db.ResealFactors(ctx, vault.Reseal)
	if err != nil {
		return err
	}
	fmt.Printf("%d authenticators' secrets sealed anew\n", n)
	list, err := c.erasures()
	if errors.Is(err, privacy.ErrNoList) {
		return nil
	}
	if err != nil {
		return err
	}
	if n, err = list.Renew(); err != nil {
		return err
	}
	fmt.Printf("%d lines of %s signed anew\n", n, c.Privacy.Erasures)
	return nil
}

// factors seals the secrets of agents' authenticators.
func (c config) factors() (*totp.Vault, error) {
	keys := c.subkeys("second factors")
	return totp.NewVault(keys[0], keys[1:]...)
}
