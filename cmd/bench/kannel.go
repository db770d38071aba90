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
	"time"

	"okno/internal/sandbox"
)

// kannel is Debian's gateway: it answers with a fixed text, and keeps what it sends in files that it does not sync. Its store
// is filled while it is drained: mtbatch works beside it, and its processor time is counted for nobody.
type kannel struct {
	*sandbox.Kannel
	folder   string
	receipts *httptest.Server // where smsbox tells of them: Kannel asks for none without an address
	asking   bool             // for them
}

func (k *kannel) name() string { return "kannel" }

func (k *kannel) start(ctx context.Context, folder string, smsc int) (err error) {
	k.folder = filepath.Join(folder, "kannel")
	if err := os.Mkdir(k.folder, 0o755); err != nil {
		return err
	}
	k.receipts = httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	k.Kannel, err = sandbox.StartKannel(ctx, sandbox.KannelConfig{
		Bin: sandbox.FromEnvironment().Kannel, Folder: k.folder, SMSC: smsc, Password: "p", Window: window, Store: true, LogLevel: 3,
		Service: `text = "Case 123-456-786: in progress. The agency decides next, by 3 December."`,
	})
	return err
}

func (k *kannel) stop() (err error) {
	if k.Kannel != nil {
		err = k.Stop()
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
	args := []string{"-v", "4", "-b", "127.0.0.1", "-p", fmt.Sprint(k.BoxPort), "-f", "1414"}
	if k.asking { // without a box's name on them they go to smsbox: mtbatch does not stay for them
		args = append(args, "-x", "-D", fmt.Sprint(finalReceipts), "-u", k.receipts.URL)
	}
	out, err := exec.CommandContext(ctx, "mtbatch", append(args, text, numbers)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("mtbatch: %w: %s", err, out)
	}
	return nil
}

func (k *kannel) cpu() (time.Duration, error) { return cpuOf(k.PIDs()...) }

func (k *kannel) memory() (int64, error) { return peakMemory(k.PIDs()...) }
