package main

import (
	"context"

	"okno/internal/acd"
	"okno/internal/postgres/store"
)

// agentCapacity sets how much an agent has at a time.
type agentCapacity struct {
	agentNamed
	Points int `arg:"" help:"A call costs 100, a conversation by SMS 20: 100 is a call or five of them, 120 a call and one."`
}

func (c agentCapacity) Run(ctx context.Context) error {
	if err := acd.CheckCapacity(c.Points); err != nil {
		return err
	}
	return c.do(ctx, func(w *store.Work, id int64) error { return w.SetCapacity(ctx, id, c.Points, operator()) })
}
