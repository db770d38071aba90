package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"time"

	"okno/internal/audit"
	"okno/internal/postgres/store"
)

// auditConfig says where the journal's anchors are kept.
type auditConfig struct {
	Anchors []string      `yaml:"anchors"` // file:/path, syslog:, https://…
	Every   time.Duration `yaml:"every"`
}

// places gives where anchors are kept.
func (c auditConfig) places() ([]audit.Place, error) {
	places := make([]audit.Place, 0, len(c.Anchors))
	for _, name := range c.Anchors {
		p, err := audit.NewPlace(name)
		if err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	if c.Every < time.Second && len(places) > 0 {
		return nil, errors.New("audit.every: give a second at least")
	}
	return places, nil
}

// auditChain gives the keys of the journal's MACs, and those of its anchors' signatures: the first signs.
func (c config) auditChain() (chain *audit.Chain, signers []ed25519.PrivateKey) {
	for _, seed := range c.subkeys("audit anchors") {
		signers = append(signers, ed25519.NewKeyFromSeed(seed))
	}
	keys := c.subkeys("audit chain")
	return audit.NewChain(keys[0], keys[1:]...), signers
}

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Follow the journal's chain; an entry that was changed, taken out or put in shows, and with --anchor a tail that was cut off or a chain made anew."`
}

type auditVerify struct {
	overrides
	Anchor []string `help:"A file of anchors (audit.anchors), as it was kept outside the database." type:"existingfile" placeholder:"FILE"`
}

func (c auditVerify) Run(ctx context.Context) error {
	var anchors []audit.Anchor
	for _, name := range c.Anchor {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		found, err := audit.ReadAnchors(f)
		_ = f.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		anchors = append(anchors, found...)
	}
	return c.withAnyDatabase(ctx, func(loaded config, db *store.Store) error {
		chain, signers := loaded.auditChain()
		var public []ed25519.PublicKey
		for _, key := range signers {
			public = append(public, key.Public().(ed25519.PublicKey))
		}
		length, last, err := audit.Verify(ctx, db, chain, anchors, public...)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries, the chain holds, and so do %d anchors; note its end elsewhere: %x\n", length, len(anchors), last)
		return nil
	})
}
