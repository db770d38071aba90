package foreign

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Env names the variable that holds the folder of node_modules with smpp in it.
const Env = "OKNO_NPM"

// startNode runs a script until the test ends, and has its output read.
func startNode(t testing.TB, script []byte, read func(stdout io.Reader)) (stdin io.Writer) {
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
	stdin, err = cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	done := make(chan struct{})
	go func() { defer close(done); read(stdout) }()
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-done
		cmd.Wait()
	})
	return stdin
}
