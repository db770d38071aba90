package foreign

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Env names the variable that holds the folder of node_modules with smpp in it.
const Env = "OKNO_NPM"

// peer is a script that is led, and tells what happens, by lines of JSON.
type peer struct {
	t     testing.TB
	stdin io.Writer

	mu      sync.Mutex
	answers map[int]chan json.RawMessage // by the id of the order
	lastID  int
}

// startNode runs a script until the test ends. onEvent gets each of its events with the line that it is in.
func startNode(t testing.TB, script []byte, onEvent func(event string, line []byte)) *peer {
	t.Helper()
	modules := filepath.Join(os.Getenv(Env), "node_modules")
	node, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join(modules, "smpp"))
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("npm's smpp is missing: %v", err)
		}
		t.Skipf("no foreign SMPP: set %s to the folder of node_modules with smpp 0.5.1 (%v)", Env, err)
	}
	file := filepath.Join(t.TempDir(), "script.js")
	require.NoError(t, os.WriteFile(file, script, 0o600))
	cmd := exec.Command(node, file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stderr = os.Stderr
	p := &peer{t: t, answers: make(map[int]chan json.RawMessage)}
	p.stdin, err = cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() { defer close(done); p.read(stdout, onEvent) }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		cmd.Wait()
	})
	return p
}

func (p *peer) read(stdout io.Reader, onEvent func(event string, line []byte)) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var line struct {
			Event string `json:"event"`
			ID    int    `json:"id"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue
		}
		onEvent(line.Event, lines.Bytes())
		if line.Event != "answer" {
			continue
		}
		p.mu.Lock()
		if waiting := p.answers[line.ID]; waiting != nil {
			waiting <- append(json.RawMessage(nil), lines.Bytes()...)
			delete(p.answers, line.ID)
		}
		p.mu.Unlock()
	}
}

// order has the script do something, and gives the answer.
func order[Answer any](p *peer, what string, fields map[string]any) (answer Answer) {
	p.t.Helper()
	p.mu.Lock()
	p.lastID++
	id, waiting := p.lastID, make(chan json.RawMessage, 1)
	p.answers[id] = waiting
	p.mu.Unlock()
	fields["id"] = id
	line, err := json.Marshal(fields)
	require.NoError(p.t, err)
	_, err = p.stdin.Write(append(line, '\n'))
	require.NoError(p.t, err)
	select {
	case raw := <-waiting:
		require.NoError(p.t, json.Unmarshal(raw, &answer))
	case <-time.After(20 * time.Second):
		p.t.Fatalf("%s was never answered", what)
	}
	return answer
}
