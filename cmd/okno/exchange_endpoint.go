package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"okno/internal/exchange"
	kept "okno/internal/postgres/exchange"
	"okno/internal/postgres/store"
)

type exchangeEndpoint struct {
	overrides
	Agency     string        `arg:"" help:"The agency's code."`
	URL        string        `name:"url" xor:"where" required:"" help:"Where the webhooks go: https, unless it is this machine."`
	Folder     string        `xor:"where" required:"" help:"The folder in which files are exchanged; it has to be there, on each node with the role worker."`
	SFTP       string        `name:"sftp" xor:"where" required:"" help:"The folder in which files are exchanged, behind SFTP: sftp://user@host/folder."`
	Key        string        `type:"existingfile" help:"The private key that SFTP logs in by, without a passphrase. Okno keeps it sealed."`
	KnownHosts string        `name:"known-hosts" type:"existingfile" help:"The key of the SFTP server, as ssh-keyscan prints it."`
	Every      time.Duration `default:"1m" help:"How long a message waits for others to share its file."`
	Answers    bool          `help:"The agency answers questions: where a case stands, and what is to be paid."`
	Paused     bool          `help:"Tell the agency nothing for now; what there is waits."`
}

func (c exchangeEndpoint) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		before, err := db.Endpoint(ctx, c.Agency)
		fresh := errors.Is(err, kept.ErrNoEndpoint)
		if err != nil && !fresh {
			return err
		}
		e, err := c.endpoint(before)
		if err != nil {
			return err
		}
		err = db.Do(ctx, func(w *store.Work) error { return w.SaveEndpoint(ctx, e, operator()) })
		if err == nil && !e.Files && len(before.Secrets) == 0 {
			fmt.Println(e.Secrets[0])
		}
		return err
	})
}

// endpoint is what was asked for. Secrets and keys stay those of before, unless others are given.
func (c exchangeEndpoint) endpoint(before exchange.Endpoint) (e exchange.Endpoint, err error) {
	e = exchange.Endpoint{Agency: c.Agency, URL: c.URL, Secrets: before.Secrets, Paused: c.Paused, Answers: c.Answers}
	if c.URL != "" {
		if len(e.Secrets) == 0 {
			e.Secrets = []string{exchange.NewSecret()}
		}
		return e, nil
	}
	e.Files, e.Every, e.Secrets, e.URL = true, c.Every, nil, c.SFTP
	if c.Folder != "" {
		folder, err := filepath.Abs(c.Folder)
		if err != nil {
			return e, err
		}
		e.URL = (&url.URL{Scheme: "file", Path: filepath.ToSlash(folder)}).String()
		return e, nil
	}
	e.Key, e.KnownHosts = before.Key, before.KnownHosts
	return e, errors.Join(readInto(&e.Key, c.Key), readInto(&e.KnownHosts, c.KnownHosts))
}

// readInto reads a file, if there is one.
func readInto(text *string, file string) error {
	if file == "" {
		return nil
	}
	content, err := os.ReadFile(file)
	*text = string(content)
	return err
}
