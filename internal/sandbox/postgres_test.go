package sandbox_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

func TestPostgresKeepsItsDataAndLetsGoOfItsPort(t *testing.T) {
	t.Parallel()
	bin := prepare(t, "postgres").PostgresBin
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755)) // testing makes it for its owner alone
	config := sandbox.PostgresConfig{Bin: bin, Data: filepath.Join(folder, "data"), Run: folder}

	first, err := sandbox.StartPostgres(t.Context(), config)
	require.NoError(t, err)
	query(t, bin, first, "CREATE TABLE kept AS SELECT lower('ҚАЗАҚША') AS word")
	require.NoError(t, first.Stop())
	requireRefused(t, first.Port)

	second, err := sandbox.StartPostgres(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, second.Stop()) })
	require.Equal(t, "қазақша\n", query(t, bin, second, "SELECT word FROM kept"))
}

func TestPostgresSaysWhyItDoesNotStart(t *testing.T) {
	t.Parallel()
	bin := prepare(t, "postgres").PostgresBin
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	folder := t.TempDir()
	require.NoError(t, os.Chmod(filepath.Dir(folder), 0o755))

	_, err = sandbox.StartPostgres(t.Context(), sandbox.PostgresConfig{
		Bin: bin, Data: filepath.Join(folder, "data"), Run: folder, Ephemeral: true, Port: taken.Addr().(*net.TCPAddr).Port,
	})
	require.ErrorContains(t, err, "postgres ended")
	require.ErrorContains(t, err, "TCP/IP")
	require.NoDirExists(t, filepath.Join(folder, "data"))
}

func TestLeftoverEndsByIdentityOnly(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, folder string) *sandbox.Process {
		p, err := sandbox.Start(sandbox.Command{
			Name: "sleeper", Path: "/bin/sleep", Args: []string{"60"},
			LogFile: filepath.Join(folder, "log"), PIDFile: filepath.Join(folder, "pid"), StopSignal: syscall.SIGTERM,
		})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, p.Stop()) })
		return p
	}
	t.Run("the same process", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		left := start(t, folder)
		require.NoError(t, sandbox.EndLeftover(filepath.Join(folder, "pid")))
		requireEnds(t, left)
	})
	t.Run("a next start", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		left := start(t, folder)
		next := start(t, folder)
		requireEnds(t, left)
		require.NoError(t, syscall.Kill(next.PID(), 0))
	})
	t.Run("another process with its pid", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		other := start(t, folder)
		file := filepath.Join(folder, "pid")
		require.NoError(t, os.WriteFile(file, []byte(strconv.Itoa(other.PID())+" 12345 some-boot\n15"), 0o644))
		require.NoError(t, sandbox.EndLeftover(file))
		require.NoError(t, syscall.Kill(other.PID(), 0), "a stranger was ended")
		require.NoFileExists(t, file)
	})
	t.Run("no file", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, sandbox.EndLeftover(filepath.Join(t.TempDir(), "pid")))
	})
}

func query(t *testing.T, bin string, p *sandbox.Postgres, sql string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), filepath.Join(bin, "psql"), "-XAtq", "-c", sql, p.URL()).CombinedOutput()
	require.NoError(t, err, string(said))
	return string(said)
}

func requireRefused(t *testing.T, port int) {
	t.Helper()
	_, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func requireEnds(t *testing.T, p *sandbox.Process) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(5 * time.Second):
		require.Fail(t, "the process lives on")
	}
}
