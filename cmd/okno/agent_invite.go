package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"okno/internal/login"
	"okno/internal/postgres/store"
)

type agentInvite struct {
	agentNamed
	URL string `help:"Where browsers reach the desk; default: the first of http.hosts, or http.listen." name:"url" placeholder:"https://HOST"`
}

func (c agentInvite) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error { return invite(ctx, cfg, db, c.Login, c.URL, nil) })
}

type agentReset struct {
	agentNamed
	SecondFactor bool   `help:"Remove the second factor as well: the agent has lost it."`
	URL          string `help:"Where browsers reach the desk; default: the first of http.hosts, or http.listen." name:"url" placeholder:"https://HOST"`
}

func (c agentReset) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(cfg config, db *store.Store) error {
		return invite(ctx, cfg, db, c.Login, c.URL, func(w *store.Work, id int64) error {
			if c.SecondFactor {
				if err := w.RemoveFactor(ctx, id, "cli"); err != nil {
					return err
				}
			}
			return w.ForgetPassword(ctx, id, "cli")
		})
	})
}

// invite prints a link for an agent, and does what goes with it.
func invite(ctx context.Context, c config, db *store.Store, name, url string, with func(*store.Work, int64) error) error {
	fragment, hash := login.NewInvitation()
	err := db.Do(ctx, func(w *store.Work) error {
		id, err := w.AgentID(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := w.Invite(ctx, id, hash, login.InvitationLife, "cli"); err != nil || with == nil {
			return err
		}
		return with(w, id)
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s/desk/#%s\n", strings.TrimSuffix(cmp.Or(url, deskURL(c)), "/"), fragment)
	return nil
}

// deskURL is where a browser reaches the desk, as far as the configuration says.
func deskURL(c config) string {
	if len(c.HTTP.Hosts) > 0 {
		return "https://" + c.HTTP.Hosts[0]
	}
	return "http://" + c.HTTP.Listen
}
