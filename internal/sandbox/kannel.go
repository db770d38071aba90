package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const kannelStart = 20 * time.Second // the limit

// KannelConfig describes a private Kannel: one bearerbox, bound to one SMSC, and one smsbox. It presents itself as kannel.
type KannelConfig struct {
	Bin      string // Tools.Kannel
	Folder   string // of its configuration, store, logs and pid files; it is there
	SMSC     int    // port on 127.0.0.1
	Password string
	Window   int    // submits that it leaves unanswered; 0 is Kannel's own 10
	Store    bool   // messages are kept in a file
	LogLevel int    // from 0, everything, to 4
	Service  string // what it does with any message: lines of a group sms-service
}

// Kannel is a running private Kannel.
type Kannel struct {
	BoxPort int // where boxes beside smsbox connect: mtbatch

	boxes []*Process // in the order of their start
	logs  []string
}

// StartKannel starts Kannel, and waits until it takes boxes. Whether it has bound is for the SMSC to say.
func StartKannel(ctx context.Context, config KannelConfig) (*Kannel, error) {
	if config.Bin == "" {
		return nil, errors.New("start kannel: its programs are not here; run scripts/sandbox kannel")
	}
	var ports [3]int
	for i := range ports {
		var err error
		if ports[i], err = FreePort(); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(config.Folder, "kannel.conf")
	if err := os.WriteFile(file, []byte(config.text(ports[0], ports[1], ports[2])), 0o600); err != nil {
		return nil, fmt.Errorf("start kannel: %w", err)
	}
	k := &Kannel{BoxPort: ports[1]}
	for _, name := range []string{"bearerbox", "smsbox"} {
		if err := k.start(ctx, config, name, file); err != nil {
			return nil, errors.Join(err, k.Stop())
		}
	}
	return k, nil
}

func (k *Kannel) start(ctx context.Context, config KannelConfig, name, file string) error {
	log := filepath.Join(config.Folder, name+".log")
	box, err := Start(Command{
		Name: name, Path: filepath.Join(config.Bin, name), Args: []string{"-v", fmt.Sprint(config.LogLevel), file}, Dir: config.Folder,
		LogFile: log, PIDFile: filepath.Join(config.Folder, name+".pid"), StopSignal: syscall.SIGTERM,
	})
	if err != nil {
		return err
	}
	k.boxes, k.logs = append(k.boxes, box), append(k.logs, log)
	return box.waitReady(kannelStart, ctx.Done(), func() error {
		conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", k.BoxPort)) // bearerbox listens there, and smsbox needs it
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// Stop ends both boxes.
func (k *Kannel) Stop() (err error) {
	for i := len(k.boxes) - 1; i >= 0; i-- {
		err = errors.Join(err, k.boxes[i].Stop())
	}
	return err
}

// PIDs are those of its processes.
func (k *Kannel) PIDs() (pids []int) {
	for _, box := range k.boxes {
		pids = append(pids, box.PID())
	}
	return pids
}

// Said is what its processes have logged.
func (k *Kannel) Said() string {
	var said strings.Builder
	for _, log := range k.logs {
		text, _ := os.ReadFile(log)
		fmt.Fprintf(&said, "%s:\n%s\n", filepath.Base(log), text)
	}
	return said.String()
}

// text is the configuration.
func (c KannelConfig) text(admin, box, sendSMS int) string {
	var store, window string
	if c.Store {
		store = fmt.Sprintf("store-type = file\nstore-location = %s\n", filepath.Join(c.Folder, "store"))
	}
	if c.Window > 0 {
		window = fmt.Sprintf("max-pending-submits = %d\n", c.Window)
	}
	return fmt.Sprintf(`
group = core
admin-port = %d
admin-interface = 127.0.0.1
admin-password = sandbox
smsbox-port = %d
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
log-level = %d
%s
group = smsc
smsc = smpp
smsc-id = sim
host = 127.0.0.1
port = %d
transceiver-mode = true
smsc-username = kannel
smsc-password = %s
system-type = ""
%s
group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d
sendsms-interface = 127.0.0.1
log-level = %d

group = sms-service
keyword = default
%s
`, admin, box, c.LogLevel, store, c.SMSC, c.Password, window, sendSMS, c.LogLevel, c.Service)
}
