package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"okno/internal/client"
	"okno/internal/exchange"
	"okno/internal/otp"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/store"
	"okno/internal/webhook"
	"okno/sms/text"
)

type clientCommand struct {
	Add     clientAdd     `cmd:"" help:"Add a portal that may send passwords for signing in and read services, or give it a new key, and print the key once."`
	Load    clientLoad    `cmd:"" help:"Load clients and the purposes of their passwords from a file; loading it again changes nothing."`
	List    clientList    `cmd:"" default:"withargs" help:"List the clients with their keys."`
	Rotate  clientRotate  `cmd:"" help:"Print a new key once. The one before goes on for a while, the ones before that end."`
	Revoke  clientRevoke  `cmd:"" help:"End a key at once."`
	Suspend clientSuspend `cmd:"" help:"Keep a client out."`
	Resume  clientResume  `cmd:"" help:"Let a suspended client in again."`
	Webhook clientWebhook `cmd:"" help:"Say where a client takes events, and print the signing secret once; for a webhook that is there, change it."`
	Unblock clientUnblock `cmd:"" help:"Let a client's passwords go again that are held because too few were verified."`
}

type clientAdd struct {
	overrides
	Name    string   `arg:"" help:"Name of the client, in the journal and as the audience of proofs."`
	Title   string   `help:"The portal as citizens know it; default: the name."`
	Origins []string `help:"Hosts of the portal whose pages may fill the code in."`
}

func (c clientAdd) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		key, err := addClient(ctx, db, c.Name, c.Title, c.Origins...)
		if err != nil {
			return err
		}
		fmt.Println(key)
		return nil
	})
}

// addClient adds a client with the purpose of signing in, if it is not there, and gives it a key.
func addClient(ctx context.Context, db *store.Store, name, title string, origins ...string) (key string, err error) {
	_, err = db.Client(ctx, name)
	if err != nil && !errors.Is(err, identity.ErrNoClient) {
		return "", err
	}
	if err == nil {
		if title != "" || len(origins) > 0 {
			return "", fmt.Errorf("client %s is there already: change it by okno client load", name)
		}
		return rotate(ctx, db, name, client.Lifetime, client.Overlap)
	}
	c, err := client.Entry{Name: name, Title: title}.Client()
	if err != nil {
		return "", err
	}
	signIn := otp.SignIn(name, origins...)
	if problems := signIn.Check(c.Title, text.Segments); len(problems) > 0 {
		return "", errors.Join(problems...)
	}
	err = db.Do(ctx, func(w *store.Work) error {
		if _, err := w.SaveClient(ctx, c, operator()); err != nil {
			return err
		}
		_, err := w.SavePurpose(ctx, signIn, operator())
		return err
	})
	if err != nil {
		return "", err
	}
	return rotate(ctx, db, name, client.Lifetime, client.Overlap)
}

// rotate makes a key, of which only the hash is kept.
func rotate(ctx context.Context, db *store.Store, name string, life, overlap time.Duration) (key string, err error) {
	key = client.NewKey()
	return key, db.Do(ctx, func(w *store.Work) error {
		_, err := w.AddKey(ctx, name, client.Hash(key), time.Now(), life, overlap, operator(), "")
		return err
	})
}

type clientLoad struct {
	overrides
	File string `arg:"" type:"existingfile" help:"YAML; deploy/clients.example.yaml explains it."`
}

func (c clientLoad) Run(ctx context.Context) error {
	clients, purposes, err := readClients(c.File)
	if err != nil {
		return err
	}
	return c.withDatabase(ctx, func(_ config, db *store.Store) error { return loadClients(ctx, os.Stdout, db, clients, purposes) })
}

func readClients(path string) ([]client.Client, map[string][]otp.Purpose, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	read, err := client.Read(file)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	clients, purposes, problems := read.Check(text.Segments)
	if len(problems) > 0 {
		return nil, nil, fmt.Errorf("%s: %w", path, errors.Join(problems...))
	}
	return clients, purposes, nil
}

// loadClients makes the clients of a file stand as the file has them, all or none.
func loadClients(ctx context.Context, out io.Writer, db *store.Store, clients []client.Client, purposes map[string][]otp.Purpose) error {
	var said strings.Builder
	err := db.Do(ctx, func(w *store.Work) error {
		said.Reset()
		for _, c := range clients {
			changed, err := w.SaveClient(ctx, c, operator())
			if err != nil {
				return err
			}
			also, err := w.SavePurposes(ctx, c.Name, purposes[c.Name], operator())
			if err != nil {
				return err
			}
			word := "unchanged"
			if changed || also {
				word = "loaded"
			}
			fmt.Fprintf(&said, "%s: %s, %d purposes\n", c.Name, word, len(purposes[c.Name]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, said.String())
	return err
}

type clientWebhook struct {
	overrides
	Name   string `arg:"" help:"The client."`
	URL    string `required:"" name:"url" help:"Where the webhooks go: https, unless it is this machine."`
	Paused bool   `help:"Tell the client nothing for now; what there is waits."`
	Rotate bool   `help:"Print a new signing secret once. The one before signs as well until the next rotation."`
}

func (c clientWebhook) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		if _, err := db.Client(ctx, c.Name); err != nil {
			return err
		}
		e, err := db.Webhook(ctx, c.Name)
		fresh := errors.Is(err, webhook.ErrNoEndpoint)
		switch {
		case fresh:
			e = exchange.Endpoint{Secrets: []string{exchange.NewSecret()}}
		case err != nil:
			return err
		case c.Rotate:
			e.Secrets = []string{exchange.NewSecret(), e.Secrets[0]}
		}
		e.URL, e.Paused = c.URL, c.Paused
		err = db.Do(ctx, func(w *store.Work) error { return w.SaveWebhook(ctx, c.Name, e, operator()) })
		if err == nil && (fresh || c.Rotate) {
			fmt.Println(e.Secrets[0])
		}
		return err
	})
}

type clientList struct{ overrides }

func (c clientList) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		clients, keys, err := db.Clients(ctx)
		if err != nil {
			return err
		}
		return printClients(os.Stdout, clients, keys, time.Now())
	})
}

func printClients(w io.Writer, clients []client.Client, keys map[string][]client.Key, now time.Time) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "CLIENT\tTITLE\tSTATE\tSCOPES\tFROM\tCERTIFICATES\tBUDGET\tKEY\tEXPIRES\tLAST USED")
	for _, c := range clients {
		state, from, certificates := "active", "anywhere", "none"
		if c.Suspended {
			state = "suspended"
		}
		if len(c.Addresses) > 0 {
			from = list(c.Addresses)
		}
		if len(c.Certificates) > 0 {
			certificates = fmt.Sprint(len(c.Certificates))
		}
		live := keys[c.Name]
		if len(live) == 0 {
			live = []client.Key{{}}
		}
		for i, k := range live {
			if i > 0 && !now.Before(k.ExpiresAt) {
				continue
			}
			key, expires, used := "none", "", "never"
			if k.ID != 0 {
				key, expires = fmt.Sprint(k.ID), until(k.ExpiresAt, now)
			}
			if k.LastUsedAt.Unix() > 0 {
				used = until(k.LastUsedAt, now)
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", c.Name, c.Title, state, list(c.Scopes), from, certificates, c.Budget, key, expires, used)
		}
	}
	return out.Flush()
}

func list[T any](all []T) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(all), "[]"), " ", ",")
}

type clientRotate struct {
	overrides
	Name    string        `arg:"" help:"Whose key."`
	Life    time.Duration `default:"8760h" help:"How long the new key lives."`
	Overlap time.Duration `default:"24h" help:"How long the key before it goes on; 0s: it ends at once."`
}

func (c clientRotate) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		key, err := rotate(ctx, db, c.Name, c.Life, c.Overlap)
		if err != nil {
			return err
		}
		fmt.Println(key)
		return nil
	})
}

type clientRevoke struct {
	overrides
	Name string `arg:"" help:"Whose key."`
	Key  int64  `arg:"" help:"The key's number, of okno client list."`
	Why  string `help:"Why, for whoever reads the journal."`
}

func (c clientRevoke) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		return db.Do(ctx, func(w *store.Work) error { return w.EndKey(ctx, c.Name, c.Key, time.Now(), operator(), c.Why) })
	})
}

type clientSuspend struct {
	overrides
	Name string `arg:"" help:"Which client."`
	Why  string `help:"Why, for whoever reads the journal."`
}

func (c clientSuspend) Run(ctx context.Context) error {
	return c.suspendClient(ctx, c.Name, true, c.Why)
}

type clientResume struct {
	overrides
	Name string `arg:"" help:"Which client."`
	Why  string `help:"Why, for whoever reads the journal."`
}

func (c clientResume) Run(ctx context.Context) error {
	return c.suspendClient(ctx, c.Name, false, c.Why)
}

func (o overrides) suspendClient(ctx context.Context, name string, suspended bool, why string) error {
	return o.withDatabase(ctx, func(_ config, db *store.Store) error {
		return db.Do(ctx, func(w *store.Work) error { return w.SuspendClient(ctx, name, suspended, operator(), why) })
	})
}

type clientUnblock struct {
	overrides
	Name   string `arg:"" help:"Whose passwords."`
	Prefix string `help:"Only those to a prefix, +7701; default: to all."`
}

func (c clientUnblock) Run(ctx context.Context) error {
	return c.withDatabase(ctx, func(_ config, db *store.Store) error {
		return db.Do(ctx, func(w *store.Work) error {
			lifted, err := w.LiftHolds(ctx, c.Name, c.Prefix, operator())
			if err == nil && lifted == 0 {
				return fmt.Errorf("no passwords of %s are held", c.Name)
			}
			return err
		})
	})
}
