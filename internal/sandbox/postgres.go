package sandbox

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const postgresStart = 30 * time.Second // the limit; a warm start takes under one second

// PostgresConfig describes a private Postgres with one superuser and one database, both named okno.
type PostgresConfig struct {
	Bin  string // Tools.PostgresBin
	Data string // the data folder; made by initdb when it is not there
	Run  string // folder of the log and the pid file
	Port int    // on 127.0.0.1; 0 takes a free one

	// Ephemeral is for tests: durability is traded for speed, and Stop removes the data.
	Ephemeral bool
}

// Postgres is a running private Postgres.
type Postgres struct {
	*Process
	Port int
	Data string // where the data really is: see StartPostgres

	ephemeral bool
}

// StartPostgres starts Postgres and waits until it accepts connections. It refuses to run as root, so when we are
// root it runs as the user postgres, or nobody where there is none; if that user cannot reach the wished data folder (a
// checkout under /root, say) the data lies under /var/lib/okno-sandbox instead.
func StartPostgres(ctx context.Context, config PostgresConfig) (*Postgres, error) {
	if config.Bin == "" {
		return nil, errors.New("start postgres: its programs are not here; run scripts/sandbox postgres")
	}
	owner, err := postgresUser()
	if err != nil {
		return nil, err
	}
	data, err := prepareData(config, owner)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(config.Run, 0o755); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	pidFile := filepath.Join(config.Run, "postgres.pid")
	if err := EndLeftover(pidFile); err != nil { // before the port is chosen: it may be the leftover's
		return nil, err
	}
	port := config.Port
	if port == 0 {
		if port, err = FreePort(); err != nil {
			return nil, err
		}
	}
	// The socket is TCP on loopback alone: paths of unix sockets are limited to 107 bytes, ours are not.
	settings := []string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "timezone=UTC", "log_timezone=UTC",
		// As deploy/postgres/okno.conf: no value comes into the log.
		"log_statement=none", "log_parameter_max_length=0", "log_parameter_max_length_on_error=0", "log_error_verbosity=terse",
	}
	if config.Ephemeral {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	process, err := Start(Command{
		Name:       "postgres",
		Path:       filepath.Join(config.Bin, "postgres"),
		Args:       args,
		Dir:        data,
		LogFile:    filepath.Join(config.Run, "postgres.log"),
		PIDFile:    pidFile,
		StopSignal: syscall.SIGINT, // a fast shutdown
		User:       owner,
	})
	if err != nil {
		return nil, err
	}
	p := &Postgres{Process: process, Port: port, Data: data, ephemeral: config.Ephemeral}
	if err := process.waitReady(postgresStart, ctx.Done(), p.accepts); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// Stop ends it by a fast shutdown: connections are cut, their transactions rolled back.
func (p *Postgres) Stop() error {
	err := p.Process.Stop()
	if p.ephemeral {
		err = errors.Join(err, os.RemoveAll(p.Data))
	}
	return err
}

// URL is where to connect; trust is given to whoever reaches the loopback port.
func (p *Postgres) URL() string {
	return fmt.Sprintf("postgres://okno@127.0.0.1:%d/okno?sslmode=disable", p.Port)
}

// accepts asks for a connection the way a client would, up to the point where the server answers: its first byte is R
// (authentication) when it is ready, E (error) while it is starting.
func (p *Postgres) accepts() error {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.Port)), time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	// StartupMessage, protocol 3.0 (Postgres manual, "Message Formats")
	body := "\x00\x03\x00\x00user\x00okno\x00database\x00okno\x00\x00"
	if _, err := fmt.Fprintf(conn, "\x00\x00\x00%c%s", len(body)+4, body); err != nil {
		return err
	}
	answer := make([]byte, 1)
	if _, err := conn.Read(answer); err != nil {
		return err
	}
	if answer[0] != 'R' {
		return errors.New("it does not accept connections yet")
	}
	return nil
}

// postgresUser is who Postgres runs as: nil for ourselves.
func postgresUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		account, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, fmt.Errorf("start postgres: root may not run it, and there is no user postgres or nobody: %w", err)
	}
	uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
	if err := errors.Join(errUID, errGID); err != nil {
		return nil, fmt.Errorf("start postgres: user %s: %w", account.Username, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// prepareData returns a data folder with a cluster in it, made elsewhere and renamed, so that an interrupted initdb
// leaves nothing behind that looks like a cluster.
func prepareData(config PostgresConfig, owner *syscall.Credential) (string, error) {
	data, err := filepath.Abs(config.Data)
	if err != nil {
		return "", fmt.Errorf("prepare postgres data: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(data), 0o755); err != nil {
		return "", fmt.Errorf("prepare postgres data: %w", err)
	}
	if !reaches(owner, filepath.Dir(data)) {
		data = filepath.Join("/var/lib/okno-sandbox", fmt.Sprintf("postgres-%x", sha256.Sum256([]byte(data)))[:len("postgres-")+12])
		if err := os.MkdirAll(filepath.Dir(data), 0o755); err != nil {
			return "", fmt.Errorf("prepare postgres data: %w", err)
		}
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err == nil {
		return data, nil
	}
	fresh := data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return "", fmt.Errorf("prepare postgres data: %w", err)
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return "", fmt.Errorf("prepare postgres data: %w", err)
	}
	if owner != nil {
		if err := os.Chown(fresh, int(owner.Uid), int(owner.Gid)); err != nil {
			return "", fmt.Errorf("prepare postgres data: %w", err)
		}
	}
	initdb := exec.Command(filepath.Join(config.Bin, "initdb"), "-D", fresh, "-U", "okno", "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync")
	create := exec.Command(filepath.Join(config.Bin, "postgres"), "--single", "-D", fresh, "postgres")
	create.Stdin = strings.NewReader("CREATE DATABASE okno\n")
	for _, cmd := range []*exec.Cmd{initdb, create} {
		cmd.Dir = fresh
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Pdeathsig: syscall.SIGKILL}
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("prepare postgres data: %s: %w: %s", filepath.Base(cmd.Path), err, lastLine(said))
		}
	}
	if err := os.Rename(fresh, data); err != nil {
		return "", fmt.Errorf("prepare postgres data: %w", err)
	}
	return data, nil
}

// reaches says whether the user can go into the folder, by going there.
func reaches(who *syscall.Credential, folder string) bool {
	cmd := exec.Command("/bin/true")
	cmd.Dir = folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return cmd.Run() == nil
}
