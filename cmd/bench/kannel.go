package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"okno/internal/sandbox"
)

// kannel is Debian's gateway: it answers with a fixed text, and keeps what it sends in files that it does not sync. Its store
// is filled while it is drained: mtbatch works beside it, and its processor time is counted for nobody.
type kannel struct {
	folder    string
	boxPort   int
	bearerbox *sandbox.Process
	smsbox    *sandbox.Process
	receipts  *httptest.Server // where smsbox tells of them: Kannel asks for none without an address
	asking    bool             // for them
}

func (k *kannel) name() string { return "kannel" }

func (k *kannel) start(_ context.Context, folder string, smsc int) (err error) {
	k.receipts = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	k.folder = filepath.Join(folder, "kannel")
	if err := os.Mkdir(k.folder, 0o755); err != nil {
		return err
	}
	var ports [3]int
	for i := range ports {
		if ports[i], err = sandbox.FreePort(); err != nil {
			return err
		}
	}
	k.boxPort = ports[1]
	config := filepath.Join(k.folder, "kannel.conf")
	err = os.WriteFile(config, fmt.Appendf(nil, `
group = core
admin-port = %d
admin-interface = 127.0.0.1
admin-password = bench
smsbox-port = %d
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-type = file
store-location = %s/store
log-level = 3

group = smsc
smsc = smpp
smsc-id = sim
host = 127.0.0.1
port = %d
transceiver-mode = true
smsc-username = kannel
smsc-password = p
system-type = ""
max-pending-submits = %d

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
sendsms-interface = 127.0.0.1
log-level = 3

group = sms-service
keyword = default
text = "Case 123-456-786: in progress. The agency decides next, by 3 December."
`, ports[0], ports[1], k.folder, smsc, window, ports[2]), 0o600)
	if err != nil {
		return err
	}
	if k.bearerbox, err = k.box("bearerbox", config); err != nil {
		return err
	}
	if err := awaitPort(k.boxPort, 10*time.Second); err != nil {
		return err
	}
	k.smsbox, err = k.box("smsbox", config)
	return err
}

func (k *kannel) box(name, config string) (*sandbox.Process, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		path = "/usr/sbin/" + name
	}
	return sandbox.Start(sandbox.Command{Name: name, Path: path, Args: []string{"-v", "3", config}, Dir: k.folder,
		LogFile: filepath.Join(k.folder, name+".log"), PIDFile: filepath.Join(k.folder, name+".pid"), StopSignal: syscall.SIGTERM})
}

func (k *kannel) stop() (err error) {
	for _, box := range []*sandbox.Process{k.smsbox, k.bearerbox} {
		if box != nil {
			err = errors.Join(err, box.Stop())
		}
	}
	if k.receipts != nil {
		k.receipts.Close()
	}
	return err
}

// finalReceipts are Kannel's bits for delivered and undeliverable: what Okno hears of, too.
const finalReceipts = 3

func (k *kannel) askReceipts(_ context.Context, ask bool) error {
	k.asking = ask
	return nil
}

func (k *kannel) question(int) string { return "STATUS 123456786" }

func (k *kannel) send(ctx context.Context, n int, number func(int) string) error {
	var list strings.Builder
	for i := range n {
		list.WriteString(number(i) + "\n")
	}
	numbers, text := filepath.Join(k.folder, "numbers"), filepath.Join(k.folder, "text")
	if err := errors.Join(os.WriteFile(numbers, []byte(list.String()), 0o600), os.WriteFile(text, []byte("A notice of the benchmark"), 0o600)); err != nil {
		return err
	}
	args := []string{"-v", "4", "-b", "127.0.0.1", "-p", fmt.Sprint(k.boxPort), "-f", "1414"}
	if k.asking { // without a box's name on them they go to smsbox: mtbatch does not stay for them
		args = append(args, "-x", "-D", fmt.Sprint(finalReceipts), "-u", k.receipts.URL)
	}
	out, err := exec.CommandContext(ctx, "mtbatch", append(args, text, numbers)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mtbatch: %w: %s", err, out)
	}
	return nil
}

func (k *kannel) cpu() (time.Duration, error) { return cpuOf(k.bearerbox.PID(), k.smsbox.PID()) }

func (k *kannel) memory() (int64, error) { return peakMemory(k.bearerbox.PID(), k.smsbox.PID()) }
