// Command withpostgres runs a command with a private Postgres of its own, whose URL the command finds in the environment:
//
//	withpostgres OKNO_TEST_DATABASE_URL go test ./...
//
// Postgres and its data are gone when the command ends, and when this program is killed, too. The exit status is the
// command's. It is for scripts/test.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"okno/internal/sandbox"
)

// patience is how long the command may take to end when it is asked to.
const patience = 20 * time.Second

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres VARIABLE COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2:]); err != nil {
		var ended *exec.ExitError
		if errors.As(err, &ended) && ended.ExitCode() > 0 {
			os.Exit(ended.ExitCode())
		}
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, variable string, command []string) (err error) {
	folder, err := os.MkdirTemp("", "okno-postgres-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if err := os.Chmod(folder, 0o755); err != nil { // as root, Postgres runs as somebody else
		return err
	}
	server, err := sandbox.StartPostgres(ctx, sandbox.PostgresConfig{
		Bin: os.Getenv("OKNO_POSTGRES_BIN"), Data: filepath.Join(folder, "data"), Run: folder, Ephemeral: true,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()

	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), variable+"="+server.URL())
	// A group of its own, so that a signal reaches what the command has started as well.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = patience
	err = cmd.Run()
	if ctx.Err() != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return err
}
