package main

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/postgres/store"
)

type agentSSO struct {
	agentNamed
	Subject string `help:"What the provider of desk.sso calls the agent: the claim sub." placeholder:"SUB"`
}

func (c agentSSO) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		if c.Subject != "" && !cfg.Desk.SSO.On() {
			return errors.New("desk.sso is not set up")
		}
		return db.Do(ctx, func(w *store.Work) error {
			id, err := w.AgentID(ctx, c.Login)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Login, err)
			}
			return w.LinkIdentity(ctx, id, cfg.Desk.SSO.Issuer, c.Subject, "cli")
		})
	})
}
