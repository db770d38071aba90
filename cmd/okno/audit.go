package main

import (
	"context"
	"fmt"

	"okno/internal/audit"
	"okno/internal/postgres/store"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Follow the journal's chain; an entry that was changed, taken out or put in shows."`
}

type auditVerify struct{ overrides }

func (c auditVerify) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		length, last, err := audit.Verify(ctx, db)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries, the chain holds; note its end elsewhere: %x\n", length, last)
		return nil
	})
}
