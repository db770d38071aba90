package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

const secret = "a secret of tests, long enough"

// okno is one installation: its configuration, and the process that runs it, if one does.
type okno struct {
	config string // file
	log    string // file: what all its processes said
	http   string // URL
	inside string // URL of the internal listener

	cmd   *exec.Cmd
	ended chan struct{}
}

// newOkno writes a configuration. Its process begins with start, and ends with the test, however often it was started.
func newOkno(t *testing.T, yaml string) *okno {
	t.Helper()
	folder := t.TempDir()
	port, err := sandbox.FreePort()
	require.NoError(t, err)
	internal, err := sandbox.FreePort()
	require.NoError(t, err)
	o := &okno{config: filepath.Join(folder, "okno.yaml"), log: filepath.Join(folder, "okno.log"),
		http: fmt.Sprintf("http://127.0.0.1:%d", port), inside: fmt.Sprintf("http://127.0.0.1:%d", internal)}
	yaml = fmt.Sprintf("http: {listen: \"127.0.0.1:%d\", internal: {listen: \"127.0.0.1:%d\"}}\nsecret: ${SECRET}\nkeys: [{id: test, secret: \"a secret for tests\"}]\nlog: {format: console, level: debug}\n%s", port, internal, yaml)
	require.NoError(t, os.WriteFile(o.config, []byte(yaml), 0o600))
	t.Cleanup(func() {
		if t.Failed() {
			o.tell(t)
		}
	})
	t.Cleanup(func() { o.stop(t) })
	return o
}

// tell puts the last of Okno's log into the test's.
func (o *okno) tell(t *testing.T) {
	const most = 200 // lines
	content, _ := os.ReadFile(o.log)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	t.Logf("the last of Okno's log:\n%s", strings.Join(lines[max(0, len(lines)-most):], "\n"))
}

// start starts the process, and does not wait for it to be ready.
func (o *okno) start(t *testing.T) {
	t.Helper()
	log, err := os.OpenFile(o.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer log.Close()
	cmd := command("serve", "--config", o.config)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait()
	}()
	o.cmd, o.ended = cmd, ended
}

// command is a run of okno, with no environment but its secrets.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(programs, "okno"), args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "SECRET=" + secret, "SMPP_A=secret", "ARI_1=secret", "NO_COLOR=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// stop asks the process to end, and wants it to do so in order.
func (o *okno) stop(t *testing.T) {
	t.Helper()
	if !o.lives() {
		return
	}
	require.NoError(t, o.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-o.ended:
	case <-time.After(30 * time.Second):
		_ = o.cmd.Process.Kill()
		<-o.ended
		t.Error("okno does not end when it is asked to")
		return
	}
	if code := o.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("okno ends with status %d", code)
	}
}

// kill is kill -9.
func (o *okno) kill(t *testing.T) {
	t.Helper()
	require.True(t, o.lives(), "okno has ended by itself")
	require.NoError(t, o.cmd.Process.Kill())
	<-o.ended
}

func (o *okno) lives() bool {
	if o.cmd == nil {
		return false
	}
	select {
	case <-o.ended:
		return false
	default:
		return true
	}
}

// awaitReady waits until every part is ready.
func (o *okno) awaitReady(t *testing.T, within time.Duration) {
	t.Helper()
	var parts map[string]string
	eventually(t, within, func() bool {
		require.True(t, o.lives(), "okno ended while it started")
		var status int
		status, parts = o.ready(t)
		return status == http.StatusOK
	}, func() string { return fmt.Sprintf("okno is not ready: %v", parts) })
}

// ready gives the status of /readyz, 0 when nothing answers, and the parts that are not ready.
func (o *okno) ready(t *testing.T) (status int, waiting map[string]string) {
	t.Helper()
	response, err := http.Get(o.inside + "/readyz")
	if err != nil {
		return 0, map[string]string{"http": err.Error()}
	}
	defer response.Body.Close()
	var body struct {
		Parts map[string]string `json:"parts"`
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&body))
	for name, state := range body.Parts {
		if state == "ready" {
			delete(body.Parts, name)
		}
	}
	return response.StatusCode, body.Parts
}

// run runs one of okno's commands and gives what it printed.
func (o *okno) run(t *testing.T, args ...string) string {
	t.Helper()
	said, err := command(append(args, "--config", o.config)...).CombinedOutput()
	require.NoError(t, err, "okno %v: %s", args, said)
	return strings.TrimSpace(string(said))
}

// request makes an HTTP request with a JSON body and gives the status and the body of the answer.
func (o *okno) request(t *testing.T, method, path, key string, body any) (int, map[string]any) {
	t.Helper()
	content, err := json.Marshal(body)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, o.http+path, strings.NewReader(string(content)))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	answer := map[string]any{}
	require.NoError(t, json.Unmarshal(said, &answer), "%s %s: %s", method, path, said)
	return response.StatusCode, answer
}

// eventually polls until done, and says what is wrong when that takes too long.
func eventually(t *testing.T, within time.Duration, done func() bool, otherwise func() string) {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(within); !done(); <-poll.C {
		if time.Now().After(deadline) {
			require.FailNow(t, otherwise(), "after %v", within)
		}
	}
}
