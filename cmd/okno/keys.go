package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"okno/internal/kms"
	"okno/internal/postgres/store"
	"okno/internal/privacy"
	"okno/internal/seal"
	"okno/internal/totp"
)

// keyConfig is a master key for personal data.
type keyConfig struct {
	ID      string `yaml:"id"`
	Secret  string `yaml:"secret"`
	Wrapped string `yaml:"wrapped"` // in place of a secret: as okno keys new has printed it, unwrapped by the block kms
}

// unwrapper unwraps master keys. [kms.Transit] does.
type unwrapper interface {
	Unwrap(ctx context.Context, wrapped string) ([]byte, error)
}

// checkKeys says which keys cannot be, without asking anybody.
func (c config) checkKeys() error {
	if err := c.KMS.Check(); err != nil {
		return err
	}
	keys := slices.Clone(c.Keys)
	for i, k := range keys {
		switch {
		case k.Wrapped == "":
			continue
		case k.Secret != "":
			return fmt.Errorf("keys: key %s has a secret and is wrapped: name one of them", k.ID)
		case !c.KMS.On():
			return fmt.Errorf("keys: key %s is wrapped: name the block kms", k.ID)
		}
		keys[i].Secret = k.Wrapped // it is long enough
	}
	c.Keys = keys
	_, err := c.ring()
	return err
}

// unwrapKeys gives the configuration with the secrets of its wrapped keys. [kms.ErrAway], [kms.ErrRefused], [kms.ErrWrongKey].
func (c config) unwrapKeys(ctx context.Context, by unwrapper) (config, error) {
	c.Keys = slices.Clone(c.Keys)
	for i, k := range c.Keys {
		if k.Wrapped == "" {
			continue
		}
		secret, err := by.Unwrap(ctx, k.Wrapped)
		if err != nil {
			return c, fmt.Errorf("key %s: %w", k.ID, err)
		}
		c.Keys[i].Secret, c.Keys[i].Wrapped = string(secret), ""
	}
	return c, nil
}

// withKeys is unwrapKeys by the service of the configuration, which is asked only if a key is wrapped.
func (c config) withKeys(ctx context.Context) (config, error) {
	if !slices.ContainsFunc(c.Keys, func(k keyConfig) bool { return k.Wrapped != "" }) {
		return c, nil
	}
	service, err := kms.New(c.KMS)
	if err != nil {
		return c, err
	}
	return c.unwrapKeys(ctx, service)
}

// awaitKeys is withKeys for a node: it waits for a service that is away.
func (n *node) awaitKeys(ctx context.Context) error {
	const most = 10 * time.Second
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, most) {
		c, err := n.config.withKeys(ctx)
		if err == nil {
			n.config = c
			return nil
		}
		if !errors.Is(err, kms.ErrAway) {
			return err
		}
		n.log.Warn().Err(err).Dur("again_in", pause).Msg("waiting for the key management service")
		if err := n.rest(ctx, pause); err != nil {
			return err
		}
	}
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
	New    keysNew    `cmd:"" help:"Make a master key, have it wrapped by the key management service (kms), and print the line for keys. It is kept nowhere else."`
	Rotate keysRotate `cmd:"" help:"Wrap all data keys by the first of keys, and seal by secret what accepted_secrets have sealed, while nodes serve. Then the others may go from the configuration."`
}

type keysRotate struct{ overrides }

type keysNew struct {
	overrides
	ID string `help:"The key's id, which never comes again." required:""`
}

// Run prints a line for keys.
func (c keysNew) Run(ctx context.Context) error {
	loaded, err := c.load()
	if err != nil {
		return err
	}
	if !loaded.KMS.On() {
		return errors.New("name the block kms: without it a key is a secret of at least 16 random characters")
	}
	service, err := kms.New(loaded.KMS)
	if err != nil {
		return err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	wrapped, err := service.Wrap(ctx, secret)
	if err != nil {
		return err
	}
	fmt.Printf("  - {id: %q, wrapped: %q}\n", c.ID, wrapped)
	return nil
}

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
