package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"okno/internal/postgres/store"
)

// agentLock locks an agent out everywhere within about a second: logins, open pages, telephone.
type agentLock struct{ agentNamed }

func (c agentLock) Run(ctx context.Context) error {
	return c.do(ctx, func(w *store.Work, id int64) error { return w.LockAgent(ctx, id, true, "cli") })
}

type agentUnlock struct{ agentNamed }

func (c agentUnlock) Run(ctx context.Context) error {
	return c.do(ctx, func(w *store.Work, id int64) error { return w.LockAgent(ctx, id, false, "cli") })
}

type agentLogout struct{ agentNamed }

func (c agentLogout) Run(ctx context.Context) error {
	return c.do(ctx, func(w *store.Work, id int64) error { return w.EndLogins(ctx, id, "cli") })
}

// agentNamed is a command about one agent.
type agentNamed struct {
	overrides
	Login string `arg:"" help:"Whose."`
}

// do does something to the agent in one unit of work.
func (c agentNamed) do(ctx context.Context, fn func(w *store.Work, id int64) error) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		return db.Do(ctx, func(w *store.Work) error {
			id, err := w.AgentID(ctx, c.Login)
			if err != nil {
				return fmt.Errorf("%s: %w", c.Login, err)
			}
			return fn(w, id)
		})
	})
}

type agentLogins struct{ agentNamed }

func (c agentLogins) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		agent, _, err := db.AgentByLogin(ctx, c.Login)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Login, err)
		}
		found, err := db.LoginsOf(ctx, agent.ID, nil)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tSINCE\tSEEN\tADDRESS\tBROWSER")
		for _, l := range found {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", l.ID, l.At.Format(time.DateTime), l.SeenAt.Format(time.DateTime), l.Address, l.Browser)
		}
		return table.Flush()
	})
}
