package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"okno/internal/client"
	"okno/internal/exchange"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
)

// demoAgency is an agency of the sample region whose system runs in the demo: its cases move while one watches.
type demoAgency struct {
	code    string
	process string
	port    int      // that it listens on when that is free; 0: it exchanges files
	faults  []string // arguments of agencysim

	address string // where it takes webhooks
	folder  string // or exchanges files
	key     string // by which it reports
	secret  string // by which Okno signs
	running *sandbox.Process
}

// demoAgencies have different manners: one is quick, one slower than a caller waits, and one has no service.
func demoAgencies() []*demoAgency {
	return []*demoAgency{
		{code: "gp", process: "agencysim", port: 8090, faults: []string{"--twice", "0.2", "--late", "0.2"}}, // of service 031
		{code: "corp", process: "agencysim-slow", port: 8091, faults: []string{"--slow", "4s", "--fail", "0.1"}},
		{code: "arch", process: "agencysim-files", faults: []string{"--late", "0.2"}},
	}
}

// prepare gives the agency what it needs to exchange with Okno.
func (a *demoAgency) prepare(ctx context.Context, db *store.Store, data string) (err error) {
	if a.port == 0 {
		if a.folder, err = filepath.Abs(filepath.Join(data, "agencies", a.code)); err != nil {
			return err
		}
		if err := os.MkdirAll(a.folder, 0o700); err != nil {
			return err
		}
		return a.save(ctx, db, exchange.Endpoint{Agency: a.code, URL: "file://" + filepath.ToSlash(a.folder), Files: true, Every: 4 * time.Second})
	}
	c := client.Client{Name: a.code + "-system", Title: a.code, Scopes: []client.Scope{client.Exchange}, Agency: a.code}
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
	if a.key, err = rotate(ctx, db, c.Name, client.Lifetime, 0); err != nil {
		return err
	}
	a.secret = exchange.NewSecret()
	return a.save(ctx, db, exchange.Endpoint{Agency: a.code, URL: "http://" + a.address, Secrets: []string{a.secret}, Answers: true})
}

func (a *demoAgency) save(ctx context.Context, db *store.Store, e exchange.Endpoint) error {
	return db.Do(ctx, func(w *store.Work) error { return w.SaveEndpoint(ctx, e, "demo") })
}

func (a *demoAgency) start(d *demo) error {
	program, err := beside("agencysim")
	if err != nil {
		return err
	}
	args := append([]string{"--agency", a.code}, a.faults...)
	if a.folder != "" {
		args = append(args, "--folder", a.folder)
	} else {
		args = append(args, "--listen", a.address, "--okno", "http://"+d.http)
	}
	a.running, err = sandbox.Start(sandbox.Command{Name: a.process, Path: program, Args: args,
		Env:     []string{"AGENCYSIM_SECRET=" + a.secret, "AGENCYSIM_KEY=" + a.key},
		LogFile: filepath.Join(d.data, "log", a.process+".log"), PIDFile: filepath.Join(d.data, "run", a.process+".pid"), StopSignal: syscall.SIGTERM})
	if err != nil {
		return fmt.Errorf("start agency %s: %w", a.code, err)
	}
	return nil
}
