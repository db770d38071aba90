package main

import (
	"context"
	"fmt"
	"os"
	"os/user"

	"okno/internal/message"
	"okno/internal/postgres/store"
)

// smsOrder is what the commands have that order something of a link, on all nodes.
type smsOrder struct {
	overrides
	Link string `arg:"" help:"The link's name in the configuration."`
}

type smsPause struct{ smsOrder }

func (c smsPause) Run(ctx context.Context) error { return c.give(ctx, message.Paused) }

type smsResume struct{ smsOrder }

func (c smsResume) Run(ctx context.Context) error { return c.give(ctx, message.Open) }

type smsDrain struct{ smsOrder }

func (c smsDrain) Run(ctx context.Context) error { return c.give(ctx, message.Drained) }

// give writes the order down; every node looks twice a second.
func (c smsOrder) give(ctx context.Context, order message.Order) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		err := db.Do(ctx, func(w *store.Work) error { return w.OrderLink(ctx, c.Link, order, operator()) })
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s is %s; all nodes follow within a second\n", c.Link, order)
		return err
	})
}

// operator names who gives commands here, for the audit.
func operator() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}
