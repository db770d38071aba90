package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

type demoCommand struct {
	Data    string `help:"Folder for everything that the demo makes." env:"OKNO_DATA" default:".okno" type:"path"`
	NoVoice bool   `help:"Leave Asterisk out." name:"no-voice"`
}

// Run starts all parts, tells where they are, and keeps them running until the end is asked for.
func (c demoCommand) Run(ctx context.Context) error {
	if err := privateFolders(c.Data); err != nil {
		return err
	}
	unlock, err := lockFolder(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	d := &demo{data: c.Data, voice: !c.NoVoice, out: os.Stdout}
	defer func() {
		if err := d.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "okno:", err)
		}
	}()
	if err := d.start(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // the end was asked for while it started
		}
		return err
	}
	if err := d.report(ctx); err != nil {
		return err
	}
	return d.supervise(ctx)
}

// privateFolders makes the demo's folders, which are nobody else's business: keys, passwords and logs are in them. Where root runs the
// demo, Postgres runs as somebody else, who passes through and lists nothing.
func privateFolders(data string) error {
	modes := map[string]os.FileMode{"": 0o700, "run": 0o755, "log": 0o700, "clips": 0o755}
	if os.Geteuid() == 0 {
		modes[""] = 0o711
	}
	for _, folder := range []string{"", "run", "log", "clips"} {
		path := filepath.Join(data, folder)
		if err := os.MkdirAll(path, modes[folder]); err != nil {
			return err
		}
		if err := os.Chmod(path, modes[folder]); err != nil { // one from before
			return err
		}
	}
	return nil
}

// lockFolder keeps two demos from one folder. The lock goes with the process, however that ends.
func lockFolder(data string) (unlock func(), err error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid, _ := io.ReadAll(f)
		return nil, errors.Join(fmt.Errorf("a demo runs in %s already (process %s)", data, pid), f.Close())
	}
	_ = f.Truncate(0)
	_, _ = fmt.Fprintf(f, "%d", os.Getpid())
	return func() { _ = f.Close() }, nil
}
