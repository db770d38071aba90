package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"okno/internal/message"
	"okno/internal/password"
	"okno/internal/postgres/store"
	"okno/internal/sample"
	"okno/internal/sandbox"
	"okno/internal/smppaccount"
	"okno/sms/text"
)

// demo is everything on one machine. Okno itself is a process of its own, so that it can be killed and comes back.
type demo struct {
	data  string
	voice bool
	out   *os.File
	tools sandbox.Tools

	secret   string // of the case numbers and passwords, kept in the folder
	password string // of Asterisk's REST interface
	portal   string // the key of a sample portal
	http     string
	internal string // health with its reasons, and metrics
	smpp     string
	smsc     string // the simulator's HTTP
	gateway  string
	agencies []*demoAgency

	postgres *sandbox.Postgres
	asterisk *sandbox.Asterisk
	smscsim  *sandbox.Process
	okno     *sandbox.Process
}

// The ports that the parts have when they are free.
const (
	portHTTP     = 8080
	portSMPP     = 2775
	portSMSC     = 2780
	portPostgres = 5414
	portARI      = 8088
	portSIP      = 5060
	portGateway  = 2776
	portInternal = 9414
)

const samplePassword = "okno-demo"

// The account of an agency of the sample region. SMPP has room for eight characters of a password.
var sampleAgency = smppaccount.Account{SystemID: "minjust", Name: "Министерство юстиции", Lane: message.Notice, Senders: []string{"MINJUST", "119"},
	Window: 10, Rate: 10, Binds: 2}

const sampleAgencyPassword = "okno-sms"

func (d *demo) start(ctx context.Context) error {
	d.tools = sandbox.FromEnvironment()
	if err := d.endLeftovers(); err != nil {
		return err
	}
	var err error
	if d.secret, err = keptSecret(filepath.Join(d.data, "secret")); err != nil {
		return err
	}
	if d.password, err = randomSecret(); err != nil {
		return err
	}
	ports := make([]int, 0, 8)
	for _, wish := range []int{portHTTP, portSMPP, portSMSC, portPostgres, portARI, portSIP, portGateway, portInternal} {
		port, err := freePort(wish)
		if err != nil {
			return err
		}
		ports = append(ports, port)
	}
	d.http, d.smpp, d.smsc = loopback(ports[0]), loopback(ports[1]), loopback(ports[2])
	d.gateway, d.internal = loopback(ports[6]), loopback(ports[7])

	d.agencies = demoAgencies()
	for _, a := range d.agencies {
		if a.port == 0 {
			continue
		}
		port, err := freePort(a.port)
		if err != nil {
			return err
		}
		a.address = loopback(port)
	}

	group, groupCtx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.startDatabase(groupCtx, ports[3]) })
	group.Go(func() error { return d.startSMSC() })
	if d.voice {
		group.Go(func() error { return d.startAsterisk(groupCtx, ports[4], ports[5]) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(d.data, "okno.yaml"), []byte(d.configuration()), 0o600); err != nil {
		return err
	}
	if err := d.startOkno(); err != nil {
		return err
	}
	if err := d.awaitOkno(ctx); err != nil {
		return err
	}
	for _, a := range d.agencies {
		if err := a.start(d); err != nil {
			return err
		}
	}
	return nil
}

// endLeftovers ends what a demo that was killed has left behind, and so frees its ports.
func (d *demo) endLeftovers() error {
	var names []string
	for _, a := range demoAgencies() {
		names = append(names, a.process)
	}
	for _, name := range append(names, "okno", "smscsim", "asterisk/asterisk", "postgres") {
		if err := sandbox.EndLeftover(filepath.Join(d.data, "run", name+".pid")); err != nil {
			return err
		}
	}
	return nil
}

// startDatabase starts Postgres with the newest schema and the sample region.
func (d *demo) startDatabase(ctx context.Context, port int) (err error) {
	d.postgres, err = sandbox.StartPostgres(ctx, sandbox.PostgresConfig{Bin: d.tools.PostgresBin, Port: port,
		Data: filepath.Join(d.data, "postgres"), Run: filepath.Join(d.data, "run")})
	if err != nil {
		return err
	}
	db, err := openDatabase(config{DatabaseURL: d.postgres.URL(), Secret: d.secret}, nil)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	hash, err := password.Hash(samplePassword)
	if err != nil {
		return err
	}
	if err := db.Do(ctx, func(w *store.Work) error { return sample.Load(ctx, w, hash, text.Segments, time.Now()) }); err != nil {
		return err
	}
	if err := db.Do(ctx, func(w *store.Work) error { return sample.Populate(ctx, w, time.Now()) }); err != nil {
		return err
	}
	if d.portal, err = addClient(ctx, db, "portal", ""); err != nil {
		return err
	}
	for _, a := range d.agencies {
		if err := a.prepare(ctx, db, d.data); err != nil {
			return err
		}
	}
	if hash, err = password.Hash(sampleAgencyPassword); err != nil {
		return err
	}
	return db.Do(ctx, func(w *store.Work) error { return w.SaveAccount(ctx, sampleAgency, hash) })
}

func (d *demo) startSMSC() (err error) {
	program, err := beside("smscsim")
	if err != nil {
		return err
	}
	d.smscsim, err = sandbox.Start(sandbox.Command{Name: "smscsim", Path: program,
		Args:    []string{"--listen", d.smpp, "--http", d.smsc, "--system-id", "okno"},
		Env:     []string{"SMSCSIM_PASSWORD=" + d.password[:8]}, // SMPP has room for eight characters
		LogFile: filepath.Join(d.data, "log", "smscsim.log"), PIDFile: filepath.Join(d.data, "run", "smscsim.pid"), StopSignal: syscall.SIGTERM})
	return err
}

func (d *demo) startAsterisk(ctx context.Context, ari, sip int) (err error) {
	d.asterisk, err = sandbox.StartAsterisk(ctx, sandbox.AsteriskConfig{Tree: d.tools.AsteriskTree, Run: filepath.Join(d.data, "run", "asterisk"),
		HTTPPort: ari, SIPPort: sip, Username: "okno", Password: d.password, Sounds: filepath.Join(d.data, "clips"), Loopback: true})
	return err
}

// configuration is what a person would write for this machine. Secrets come by the environment.
func (d *demo) configuration() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Made by the demo at each start.\ndatabase_url: %q\nsecret: ${OKNO_SECRET}\nhttp: {listen: %q, internal: {listen: %q}}\nreports: {zone: Asia/Almaty}\nlog: {format: console, level: info}\n", d.postgres.URL(), d.http, d.internal)
	fmt.Fprintf(&b, "audit: {anchors: [%q], every: 1m}\n", "file:"+filepath.Join(d.data, "audit.anchors"))
	fmt.Fprintf(&b, "attachments: {dir: %q}\n", filepath.Join(d.data, "attachments"))
	fmt.Fprintf(&b, "demo: {phone: true, smsc: %q}\n", "http://"+d.smsc)
	fmt.Fprintf(&b, "sms:\n  short_number: \"1414\"\n  links:\n    - {name: operator-a, addr: %q, system_id: okno, password: \"${SMPP_A}\", bind: transceiver, window: 64}\n", d.smpp)
	fmt.Fprintf(&b, "  gateway: {listen: %q}\n", d.gateway)
	if d.asterisk == nil {
		b.WriteString("roles: [sms, desk, api, worker]\n")
		return b.String()
	}
	fmt.Fprintf(&b, "voice:\n  espeak: %q\n  clips: %q\n  asterisks:\n", d.tools.Espeak, filepath.Join(d.data, "clips"))
	fmt.Fprintf(&b, "    - {name: ast1, ari_url: %q, username: okno, password: \"${ARI_1}\", trunk: \"PJSIP/{number}\", vouches: true, sip_ws: %q}\n", d.asterisk.ARI(), d.asterisk.WebSocket())
	return b.String()
}

func (d *demo) startOkno() (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	d.okno, err = sandbox.Start(sandbox.Command{Name: "okno", Path: program,
		Args:    []string{"serve", "--config", filepath.Join(d.data, "okno.yaml")},
		Env:     []string{"OKNO_SECRET=" + d.secret, "ARI_1=" + d.password, "SMPP_A=" + d.password[:8]},
		LogFile: filepath.Join(d.data, "log", "okno.log"), PIDFile: filepath.Join(d.data, "run", "okno.pid"), StopSignal: syscall.SIGTERM})
	return err
}

// awaitOkno waits until a call can be made.
func (d *demo) awaitOkno(ctx context.Context) error {
	const limit = 2 * time.Minute // the first start renders some thousand clips
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("okno was not ready after %v", limit))
	defer cancel()
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.internal+"/readyz", nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; see %s", context.Cause(ctx), filepath.Join(d.data, "log", "okno.log"))
		case <-d.okno.Done():
			return fmt.Errorf("okno ended while it started; see %s", filepath.Join(d.data, "log", "okno.log"))
		case <-poll.C:
		}
	}
}

// stop ends the parts in reverse.
func (d *demo) stop() error {
	var problems []error
	var processes []*sandbox.Process
	for _, a := range d.agencies {
		processes = append(processes, a.running)
	}
	for _, p := range append(processes, d.okno, d.smscsim) {
		if p != nil {
			problems = append(problems, p.Stop())
		}
	}
	if d.asterisk != nil {
		problems = append(problems, d.asterisk.Stop())
	}
	if d.postgres != nil {
		problems = append(problems, d.postgres.Stop())
	}
	_ = os.Remove(filepath.Join(d.data, "demo.json"))
	return errors.Join(problems...)
}

// beside gives a program that lies where this one does.
func beside(name string) (string, error) {
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	program := filepath.Join(filepath.Dir(own), name)
	if _, err := os.Stat(program); err != nil {
		return "", fmt.Errorf("%s is not beside %s: start the demo by scripts/demo", name, own)
	}
	return program, nil
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func freePort(wish int) (int, error) {
	if sandbox.PortIsFree(wish) {
		return wish, nil
	}
	return sandbox.FreePort()
}

// keptSecret gives the secret in a file, or makes one.
func keptSecret(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err == nil && len(content) >= leastSecret {
		return string(content), nil
	}
	secret, err := randomSecret()
	if err != nil {
		return "", err
	}
	return secret, os.WriteFile(file, []byte(secret), 0o600)
}

func randomSecret() (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	return hex.EncodeToString(raw), nil
}
