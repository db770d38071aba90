package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// demo is a run of scripts/demo.
type demo struct {
	data  string
	cmd   *exec.Cmd
	said  chan string
	ended chan struct{}
}

// startDemo starts it, and returns when it says that it is ready.
func startDemo(t *testing.T, data string) *demo {
	t.Helper()
	d := &demo{data: data, said: make(chan string, 1000), ended: make(chan struct{})}
	d.cmd = exec.Command(filepath.Join("..", "..", "..", "scripts", "demo"))
	d.cmd.Env = append(os.Environ(), "OKNO_DATA="+data)
	d.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	out, err := d.cmd.StdoutPipe()
	require.NoError(t, err)
	d.cmd.Stderr = d.cmd.Stdout
	require.NoError(t, d.cmd.Start())
	go func() {
		defer close(d.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			d.said <- lines.Text()
		}
		_ = d.cmd.Wait()
	}()
	t.Cleanup(func() {
		_ = d.cmd.Process.Signal(syscall.SIGTERM)
		<-d.ended
	})
	d.awaits(t, "okno: ready", 3*time.Minute)
	return d
}

// awaits waits until the demo prints a line that begins so.
func (d *demo) awaits(t *testing.T, want string, within time.Duration) {
	t.Helper()
	var all []string
	limit := time.After(within)
	for {
		select {
		case line := <-d.said:
			if all = append(all, line); strings.HasPrefix(line, want) {
				return
			}
		case <-d.ended:
			require.FailNow(t, "the demo has ended", "waiting for %q; it said:\n%s", want, strings.Join(all, "\n"))
		case <-limit:
			require.FailNow(t, "the demo does not say "+want, "within %v; it said:\n%s", within, strings.Join(all, "\n"))
		}
	}
}

// demoReport is demo.json, as the contract gives it.
type demoReport struct {
	HTTP        string         `json:"http"`
	Internal    string         `json:"internal"`
	SIP         string         `json:"sip"`
	ARI         string         `json:"ari"`
	SMPP        string         `json:"smpp"`
	DatabaseURL string         `json:"database_url"`
	PIDs        map[string]int `json:"pids"`
}

func (d *demo) report(t *testing.T) (r demoReport) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(d.data, "demo.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &r))
	return r
}

// reasons are what /readyz says on the internal listener.
func (r demoReport) reasons(t *testing.T) string {
	t.Helper()
	response, err := http.Get(r.Internal + "/readyz")
	require.NoError(t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(said)
}

// alive says whether the process is there, and no zombie.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

// addresses are the TCP ports that a demo holds.
func (r demoReport) addresses(t *testing.T) []string {
	t.Helper()
	addresses := []string{r.SMPP}
	for _, raw := range []string{r.HTTP, r.Internal, r.ARI, r.DatabaseURL} {
		u, err := url.Parse(raw)
		require.NoError(t, err)
		addresses = append(addresses, u.Host)
	}
	return addresses
}

// requireGone wants no process and no port of a demo to be left.
func (r demoReport) requireGone(t *testing.T) {
	t.Helper()
	for name, pid := range r.PIDs {
		eventually(t, patience, func() bool { return !alive(pid) }, func() string { return fmt.Sprintf("%s (%d) is left behind", name, pid) })
	}
	for _, address := range r.addresses(t) {
		_, err := net.Dial("tcp", address)
		require.ErrorIs(t, err, syscall.ECONNREFUSED, address)
	}
}

func TestDemo(t *testing.T) {
	need(t, "Asterisk", tools.AsteriskTree)
	need(t, "Postgres", tools.PostgresBin)
	// Not a folder of testing's, into which Postgres's user could not go. The clips are there already: to render them is
	// what takes time in a first start.
	data, err := os.MkdirTemp("", "okno-demo-")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(data)) })
	require.NoError(t, os.Chmod(data, 0o755))
	if _, err := os.Stat(clipCache()); err == nil {
		require.NoError(t, os.CopyFS(filepath.Join(data, "clips"), os.DirFS(clipCache())))
	}

	d := startDemo(t, data)
	r := d.report(t)
	for _, part := range []string{"okno", "asterisk", "smscsim", "postgres"} {
		require.True(t, alive(r.PIDs[part]), "%s: %v", part, r.PIDs)
	}
	for _, path := range []string{"/readyz", "/healthz", "/desk/", "/phone/", "/api/v1/openapi.yaml"} {
		response, err := http.Get(r.HTTP + path)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode, "%s: %s", path, r.reasons(t))
	}
	for path, want := range map[string]int{r.Internal + "/metrics": http.StatusOK, r.Internal + "/readyz": http.StatusOK, r.Internal + "/sms/links": http.StatusOK,
		r.HTTP + "/metrics": http.StatusNotFound, r.HTTP + "/sms/links": http.StatusNotFound} {
		response, err := http.Get(path)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, want, response.StatusCode, path)
	}
	for _, address := range r.addresses(t) {
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		conn.Close()
	}
	require.Positive(t, pgtest.Value[int](t, r.DatabaseURL, `SELECT count(*)::int FROM cases`))
	phone := ivrtest.StartPhones(t, tools, r.SIP).Call(t, "+77015550099", "1414")
	eventually(t, patience, func() bool { return phone.Heard().Length() > time.Second && phone.Heard().Level() > -50 },
		func() string { return "the line answers, and says nothing" })

	// Okno is killed, and brought back; its call goes on.
	require.NoError(t, syscall.Kill(r.PIDs["okno"], syscall.SIGKILL))
	d.awaits(t, "okno: was killed and is back", patience)
	require.True(t, phone.IsUp())
	r = d.report(t)
	require.True(t, alive(r.PIDs["okno"]))
	phone.HangUp(t)

	require.NoError(t, d.cmd.Process.Signal(syscall.SIGTERM))
	select {
	case <-d.ended:
	case <-time.After(time.Minute):
		require.FailNow(t, "the demo does not end")
	}
	require.Zero(t, d.cmd.ProcessState.ExitCode())
	r.requireGone(t)
	require.NoFileExists(t, filepath.Join(data, "demo.json"))

	begun := time.Now()
	d = startDemo(t, data)
	t.Logf("the second start took %v", time.Since(begun).Round(100*time.Millisecond))
	require.Less(t, time.Since(begun), 10*time.Second, "a second start takes no longer than this")
	r = d.report(t)

	// The supervisor is killed: at the next start at the latest, nothing is left of it.
	require.NoError(t, d.cmd.Process.Kill())
	<-d.ended
	next := startDemo(t, data)
	for name, pid := range r.PIDs {
		require.False(t, alive(pid), "%s (%d) is left behind", name, pid)
	}
	require.True(t, alive(next.report(t).PIDs["okno"]))
}
