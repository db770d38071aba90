package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"okno/internal/cases"
	"okno/internal/message"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/internal/seal"
)

// okno is Okno with the sample region on a Postgres that syncs every commit: each question is for a case, and its answer
// is looked up by the dialogue.
type okno struct {
	program  string
	folder   string
	smsc     int // the SMSC's port
	postgres *sandbox.Postgres
	process  *sandbox.Process
	db       *store.Store
	numbers  []string // of cases
}

func (o *okno) name() string { return "okno" }

func (o *okno) start(ctx context.Context, folder string, smsc int) (err error) {
	o.folder, o.smsc = folder, smsc
	o.postgres, err = sandbox.StartPostgres(ctx, sandbox.PostgresConfig{Bin: sandbox.FromEnvironment().PostgresBin,
		Data: filepath.Join(folder, "postgres"), Run: filepath.Join(folder, "run")})
	if err != nil {
		return err
	}
	config, err := o.configure(true)
	if err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, o.program, "sample", "--config", config).CombinedOutput(); err != nil {
		return fmt.Errorf("load the sample region: %w: %s", err, out)
	}
	if err := o.openCases(ctx); err != nil {
		return err
	}
	return o.serve(config)
}

func (o *okno) configure(receipts bool) (file string, err error) {
	port, err := sandbox.FreePort()
	if err != nil {
		return "", err
	}
	file = filepath.Join(o.folder, "okno.yaml")
	return file, writeConfig(file, o.postgres.URL(), fmt.Sprintf(`http: {listen: "127.0.0.1:%d", internal: {listen: ""}}
roles: [sms]
sms:
  short_number: "1414"
  links: [{name: operator, addr: "127.0.0.1:%d", system_id: okno, window: %d, receipts: %t}]
`, port, o.smsc, window, receipts))
}

func (o *okno) serve(config string) (err error) {
	o.process, err = start("okno", o.folder, o.program, "serve", "--config", config)
	return err
}

// writeConfig writes a configuration on a database, with the secrets that benchKeys knows, and with what else it has.
func writeConfig(file, database, more string) error {
	return os.WriteFile(file, []byte("database_url: "+database+`
secret: a secret for a benchmark
keys: [{id: bench, secret: a master key for a benchmark}]
log: {level: warn}
`+more), 0o600)
}

// start starts a program as a process of a name, whose log is in the folder.
func start(name, folder, program string, args ...string) (*sandbox.Process, error) {
	return sandbox.Start(sandbox.Command{Name: name, Path: program, Args: args,
		LogFile: filepath.Join(folder, name+".log"), PIDFile: filepath.Join(folder, name+".pid"), StopSignal: syscall.SIGTERM})
}

// askReceipts starts Okno anew: it is a link's configuration.
func (o *okno) askReceipts(_ context.Context, ask bool) error {
	config, err := o.configure(ask)
	if err != nil {
		return err
	}
	if err := o.process.Stop(); err != nil {
		return err
	}
	return o.serve(config)
}

// benchKeys are those of the configurations: a named key, and the one that Okno derives from its secret.
func benchKeys() (*seal.Ring, error) {
	return seal.NewRing(seal.Key{ID: "bench", Secret: []byte("a master key for a benchmark")},
		seal.Key{ID: "secret", Secret: seal.Derive([]byte("a secret for a benchmark"), "okno master key"), Fallback: true})
}

func (o *okno) openCases(ctx context.Context) (err error) {
	ring, err := benchKeys()
	if err != nil {
		return err
	}
	o.db, err = store.Open(o.postgres.URL(), store.Options{Numbering: cases.NewNumbering([]byte("bench")), Keys: ring})
	if err != nil {
		return err
	}
	return o.db.Do(ctx, func(w *store.Work) error {
		for range 2000 {
			c, err := w.OpenCase(ctx, cases.Opening{Kind: cases.Application, Subject: "bench", By: "bench", DueOn: time.Now().AddDate(0, 0, 9)})
			if err != nil {
				return err
			}
			o.numbers = append(o.numbers, c.Number)
		}
		return nil
	})
}

func (o *okno) stop() (err error) {
	if o.process != nil {
		err = o.process.Stop()
	}
	if o.db != nil {
		o.db.Close()
	}
	if o.postgres != nil {
		err = errors.Join(err, o.postgres.Stop())
	}
	return err
}

func (o *okno) question(i int) string { return "STATUS " + o.numbers[i%len(o.numbers)] }

func (o *okno) send(ctx context.Context, n int, number func(int) string) error {
	const together = 100_000
	for done := 0; done < n; done += together {
		if err := o.enqueue(ctx, done, min(done+together, n), number); err != nil {
			return err
		}
	}
	return nil
}

func (o *okno) enqueue(ctx context.Context, from, to int, number func(int) string) error {
	return o.db.Do(ctx, func(w *store.Work) error {
		for i := from; i < to; i++ {
			err := w.EnqueueMT(ctx, message.MT{Lane: message.Notice, Destination: "+" + number(i), Text: "A notice of the benchmark",
				Segments: 1, ExpiresAt: time.Now().Add(24 * time.Hour)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *okno) cpu() (time.Duration, error) { return cpuOf(o.process.PID(), o.postgres.PID()) }

func (o *okno) memory() (int64, error) { return peakMemory(o.process.PID()) }
