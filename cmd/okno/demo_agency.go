package main

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"

	"okno/internal/client"
	"okno/internal/exchange"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

// The agency of the sample region whose system runs in the demo: its cases move while one watches.
const (
	demoAgency       = "gp" // of service 031
	demoAgencyClient = "gp-system"
)

// addAgency gives the sample agency a key and an endpoint.
func (d *demo) addAgency(ctx context.Context, db *store.Store) (err error) {
	c := client.Client{Name: demoAgencyClient, Title: demoAgency, Scopes: []client.Scope{client.Exchange}, Agency: demoAgency}
	if _, err := db.Client(ctx, c.Name); errors.Is(err, identity.ErrNoClient) {
		err = db.Do(ctx, func(w *store.Work) error {
			_, err := w.SaveClient(ctx, c, "demo")
			return err
		})
		if err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if d.agencyKey, err = rotate(ctx, db, c.Name, client.Lifetime, 0); err != nil {
		return err
	}
	d.agencySecret = exchange.NewSecret()
	return db.Do(ctx, func(w *store.Work) error {
		return w.SaveEndpoint(ctx, exchange.Endpoint{Agency: demoAgency, URL: "http://" + d.agency, Secrets: []string{d.agencySecret}, Answers: true}, "demo")
	})
}

func (d *demo) startAgency() (err error) {
	program, err := beside("agencysim")
	if err != nil {
		return err
	}
	d.agencysim, err = sandbox.Start(sandbox.Command{Name: "agencysim", Path: program,
		Args:    []string{"--listen", d.agency, "--okno", "http://" + d.http, "--agency", demoAgency, "--twice", "0.2", "--late", "0.2"},
		Env:     []string{"AGENCYSIM_SECRET=" + d.agencySecret, "AGENCYSIM_KEY=" + d.agencyKey},
		LogFile: filepath.Join(d.data, "log", "agencysim.log"), PIDFile: filepath.Join(d.data, "run", "agencysim.pid"), StopSignal: syscall.SIGTERM})
	return err
}
