package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const asteriskStart = 20 * time.Second // the limit; it takes about two seconds

// AsteriskConfig describes a private Asterisk: deploy/asterisk's configuration with a site of its own.
type AsteriskConfig struct {
	Tree string // Tools.AsteriskTree
	Run  string // folder of its configuration, state, logs and pid file; made anew at each start
	Name string // for messages and the log; default asterisk

	HTTPPort int // ARI and SIP over WebSocket, on 127.0.0.1; 0 takes a free one
	SIPPort  int // SIP over UDP, on 127.0.0.1; 0 takes a free one

	Username, Password string // ARI's

	// Number is what citizens call; default 1414.
	Number string
	// Sounds is the folder that Okno puts its sounds in; default Run/sounds.
	Sounds string
	// Loopback takes calls to Number from 127.0.0.1 without a password, with the number in From as the caller's.
	Loopback bool
	// Site adds to the site's files: file name (pjsip.conf, extensions.conf, modules.conf) to content.
	Site map[string]string
}

// Asterisk is a running private Asterisk.
type Asterisk struct {
	*Process
	Config AsteriskConfig // with the defaults filled in
}

// StartAsterisk starts Asterisk and waits until its ARI answers.
func StartAsterisk(ctx context.Context, config AsteriskConfig) (*Asterisk, error) {
	if config.Tree == "" {
		return nil, errors.New("start asterisk: it is not here; run scripts/sandbox asterisk")
	}
	run, err := filepath.Abs(config.Run)
	if err != nil {
		return nil, fmt.Errorf("start asterisk: %w", err)
	}
	config.Run = run
	if config.Name == "" {
		config.Name = "asterisk"
	}
	if config.Number == "" {
		config.Number = "1414"
	}
	if config.Sounds == "" {
		config.Sounds = filepath.Join(run, "sounds")
	}
	if err := os.MkdirAll(run, 0o755); err != nil {
		return nil, fmt.Errorf("start asterisk: %w", err)
	}
	pidFile := filepath.Join(run, config.Name+".pid")
	if err := EndLeftover(pidFile); err != nil { // before ports are chosen: they may be the leftover's
		return nil, err
	}
	for _, port := range []*int{&config.HTTPPort, &config.SIPPort} {
		if *port == 0 {
			if *port, err = FreePort(); err != nil {
				return nil, err
			}
		}
	}
	if err := writeSite(config); err != nil {
		return nil, fmt.Errorf("start asterisk: %w", err)
	}
	path, args, err := asteriskProgram(config)
	if err != nil {
		return nil, err
	}
	process, err := Start(Command{
		Name:       config.Name,
		Path:       path,
		Args:       append(args, "-f", "-n"),
		Dir:        run,
		LogFile:    filepath.Join(run, config.Name+".log"),
		PIDFile:    pidFile,
		StopSignal: syscall.SIGTERM,
	})
	if err != nil {
		return nil, err
	}
	a := &Asterisk{Process: process, Config: config}
	if err := process.waitReady(asteriskStart, ctx.Done(), a.answers); err != nil {
		return nil, errors.Join(err, process.Stop())
	}
	return a, nil
}

// ARI is the root of its REST interface.
func (a *Asterisk) ARI() string { return fmt.Sprintf("http://127.0.0.1:%d/ari", a.Config.HTTPPort) }

// WebSocket is where browsers speak SIP.
func (a *Asterisk) WebSocket() string { return fmt.Sprintf("ws://127.0.0.1:%d/ws", a.Config.HTTPPort) }

// SIP is host:port of SIP over UDP.
func (a *Asterisk) SIP() string { return fmt.Sprintf("127.0.0.1:%d", a.Config.SIPPort) }

// Messages is the log of notices, warnings and errors.
func (a *Asterisk) Messages() string { return filepath.Join(a.Config.Run, "log", "messages") }

// Console runs one command of Asterisk's command line and returns what it prints.
func (a *Asterisk) Console(ctx context.Context, command string) (string, error) {
	path, args, err := asteriskProgram(a.Config)
	if err != nil {
		return "", err
	}
	said, err := exec.CommandContext(ctx, path, append(args, "-n", "-rx", command)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s: %s: %w: %s", a.Config.Name, command, err, lastLine(said))
	}
	return string(said), nil
}

// answers asks ARI for a sign of life.
func (a *Asterisk) answers() error {
	request, err := http.NewRequest(http.MethodGet, a.ARI()+"/asterisk/ping", nil)
	if err != nil {
		return err
	}
	request.SetBasicAuth(a.Config.Username, a.Config.Password)
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ARI answers %s", response.Status)
	}
	return nil
}

// asteriskProgram is how to run the tree's Asterisk: by the tree's own loader and C library, which are newer than the
// machine's.
func asteriskProgram(config AsteriskConfig) (path string, args []string, err error) {
	for _, pattern := range []string{"usr/lib64/ld-linux-*.so.*", "usr/lib/ld-linux-*.so.*"} {
		if found, _ := filepath.Glob(filepath.Join(config.Tree, pattern)); len(found) > 0 {
			path = found[0]
			break
		}
	}
	libraries, _ := filepath.Glob(filepath.Join(config.Tree, "usr/lib/*-linux-gnu*"))
	if path == "" || len(libraries) == 0 {
		return "", nil, fmt.Errorf("start asterisk: %s is no tree of Asterisk", config.Tree)
	}
	return path, []string{
		"--library-path", strings.Join(libraries, ":"),
		filepath.Join(config.Tree, "usr/sbin/asterisk"),
		"-C", filepath.Join(config.Run, "etc", "asterisk.conf"),
	}, nil
}
