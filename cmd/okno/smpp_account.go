package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"okno/internal/message"
	"okno/internal/postgres/store"
	"okno/internal/smppaccount"
)

type smppAccountCommand struct {
	Add     smppAccountAdd     `cmd:"" help:"Add an account, or renew it; the password comes from standard input."`
	List    smppAccountList    `cmd:"" help:"List the accounts."`
	Suspend smppAccountSuspend `cmd:"" help:"Keep an agency out, and end its binds. What it has submitted is still sent."`
	Resume  smppAccountResume  `cmd:"" help:"Let a suspended agency in again."`
}

type smppAccountAdd struct {
	overrides
	SystemID     string   `arg:"" name:"system-id" help:"What the agency binds with, up to 15 letters."`
	Name         string   `required:"" help:"The agency's name, as people know it."`
	Senders      []string `required:"" help:"Numbers or names of up to 11 letters that its messages may be from; the first stands for none."`
	Destinations []string `help:"First digits of the numbers that it may write to, with the country's and without a plus. Default: the region's mobile numbers, 77."`
	Lane         string   `enum:"notice,reply,otp" default:"notice" help:"What its messages are: notice, reply or otp; only notices heed STOP and quiet hours."`
	Window       int      `default:"10" help:"Submits that may be unanswered on a bind."`
	Rate         float64  `default:"10" help:"Segments a second on a node; 0: no limit."`
	Binds        int      `default:"2" help:"Binds at once on a node."`
}

func (c smppAccountAdd) Run(ctx context.Context) error {
	account := smppaccount.Account{SystemID: c.SystemID, Name: c.Name, Lane: message.Lane(c.Lane), Senders: c.Senders,
		Window: c.Window, Rate: c.Rate, Binds: c.Binds, Destinations: c.Destinations}
	if err := account.Check(); err != nil {
		return err
	}
	return c.withDatabase(ctx, func(config config, db *store.Store) error {
		for _, sender := range c.Senders {
			if smppaccount.Impersonates(sender, config.reservedSenders()) {
				return fmt.Errorf("sender %q is Okno's own, or looks like it: citizens would believe it", sender)
			}
		}
		hash, err := readPassword()
		if err != nil {
			return err
		}
		return db.Do(ctx, func(w *store.Work) error { return w.SaveAccount(ctx, account, hash) })
	})
}

type smppAccountList struct{ overrides }

func (c smppAccountList) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		accounts, err := db.Accounts(ctx)
		if err != nil {
			return err
		}
		return printAccounts(os.Stdout, accounts)
	})
}

func printAccounts(w io.Writer, accounts []smppaccount.Account) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "SYSTEM ID\tNAME\tSTATE\tLANE\tSENDERS\tWINDOW\tRATE\tBINDS")
	for _, a := range accounts {
		state, rate := "active", "any"
		if a.Suspended {
			state = "suspended"
		}
		if a.Rate > 0 {
			rate = fmt.Sprint(a.Rate)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%d\n", a.SystemID, a.Name, state, a.Lane, strings.Join(a.Senders, ","), a.Window, rate, a.Binds)
	}
	return out.Flush()
}

type smppAccountSuspend struct {
	overrides
	SystemID string `arg:"" name:"system-id" help:"Whose account."`
}

func (c smppAccountSuspend) Run(ctx context.Context) error { return c.suspend(ctx, c.SystemID, true) }

type smppAccountResume struct {
	overrides
	SystemID string `arg:"" name:"system-id" help:"Whose account."`
}

func (c smppAccountResume) Run(ctx context.Context) error { return c.suspend(ctx, c.SystemID, false) }

func (o overrides) suspend(ctx context.Context, systemID string, suspended bool) error {
	return o.withDatabase(ctx, func(_ config, db *store.Store) error {
		return db.Do(ctx, func(w *store.Work) error { return w.SuspendAccount(ctx, systemID, suspended) })
	})
}
