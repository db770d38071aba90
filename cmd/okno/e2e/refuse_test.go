package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue/line"
)

// outcome is how a command ended.
type outcome struct {
	status         int
	stdout, stderr string
}

func runs(t *testing.T, args ...string) outcome {
	t.Helper()
	cmd := command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Start())
	patient := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait()
	require.True(t, patient.Stop(), "okno %v does not end; it says:\n%s", args, &stderr)
	return outcome{status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// requireRefusal wants status 1, and one clear line.
func requireRefusal(t *testing.T, o outcome, says ...string) {
	t.Helper()
	require.Equal(t, 1, o.status, o.stderr)
	require.Equal(t, 1, strings.Count(o.stderr, "\n"), "one line, not:\n%s", o.stderr)
	require.Empty(t, o.stdout)
	for _, word := range says {
		require.Contains(t, o.stderr, word)
	}
}

// What waiting cannot mend is refused at once.
func TestServeRefuses(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { taken.Close() })
	const sound = "database_url: postgres://okno@127.0.0.1:1/okno\nsecret: ${SECRET}\nhttp: {listen: \"127.0.0.1:0\", internal: {listen: \"127.0.0.1:0\"}}\n"

	for name, test := range map[string]struct {
		yaml string
		says []string
	}{
		"an unknown key":              {sound + "sms:\n  shrt_number: \"1414\"\n", []string{"okno.yaml", "line 5", "shrt_number"}},
		"a secret that is not set":    {sound + "sms:\n  links:\n    - {name: a, addr: \"a:1\", password: \"${SMPP_Z}\"}\n", []string{"line 6", "SMPP_Z"}},
		"a short secret":              {strings.Replace(sound, "${SECRET}", "short", 1), []string{"secret"}},
		"no database":                 {strings.Replace(sound, "database_url", "nats_url", 1), []string{"database_url"}},
		"a database that is no URL":   {strings.Replace(sound, "postgres://okno@127.0.0.1:1/okno", "\"postgres://okno@127.0.0.1:port/okno\"", 1), []string{"database"}},
		"an unknown role":             {sound + "roles: [voice, fax]\n", []string{"fax", "worker"}},
		"a link without an address":   {sound + "sms:\n  links:\n    - {name: a, addr: nowhere}\n", []string{"nowhere", "host:port"}},
		"two links of one name":       {sound + "sms:\n  links:\n    - {name: a, addr: \"a:1\"}\n    - {name: a, addr: \"b:1\"}\n", []string{"link 2"}},
		"an Asterisk without ARI":     {sound + "voice:\n  asterisks:\n    - {name: ast1}\n", []string{"ari_url"}},
		"an unknown log level":        {sound + "log: {level: loud}\n", []string{"loud"}},
		"a port in use":               {strings.Replace(sound, "127.0.0.1:0", taken.Addr().String(), 1), []string{"http.listen", "address already in use"}},
		"YAML that is none":           {sound + "sms: [\n", []string{"okno.yaml", "line"}},
		"a value of another type":     {sound + "sms:\n  links:\n    - {name: a, addr: \"a:1\", window: wide}\n", []string{"line 6", "into int"}},
		"a password in a wrong place": {sound + "sms:\n  password: x\n", []string{"line 5", "password"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "okno.yaml")
			require.NoError(t, os.WriteFile(file, []byte(test.yaml), 0o600))
			requireRefusal(t, runs(t, "serve", "--config", file), test.says...)
		})
	}
	t.Run("a file that is not there", func(t *testing.T) {
		t.Parallel()
		requireRefusal(t, runs(t, "serve", "--config", "/nowhere/okno.yaml"), "/nowhere/okno.yaml")
	})
	t.Run("a dialogue with a dead end", func(t *testing.T) {
		t.Parallel()
		folder := copyDialogue(t)
		file := filepath.Join(t.TempDir(), "okno.yaml")
		require.NoError(t, os.WriteFile(file, []byte(sound), 0o600))
		breakDialogue(t, folder)
		requireRefusal(t, runs(t, "serve", "--config", file, folder), "dialogue.yaml", "nowhere")
	})
}

func TestDialogueCheck(t *testing.T) {
	t.Parallel()
	folder := copyDialogue(t)
	good := runs(t, "dialogue", "check", folder)
	require.Equal(t, 0, good.status, good.stderr)
	require.Contains(t, good.stdout, "no findings")

	at := breakDialogue(t, folder)
	bad := runs(t, "dialogue", "check", folder)
	require.Equal(t, 1, bad.status)
	require.Contains(t, bad.stderr, fmt.Sprintf("dialogue.yaml:%d", at), "the finding names its line")
	require.Contains(t, bad.stderr, "nowhere")

	texts := filepath.Join(folder, "texts", "ru.yaml")
	content, err := os.ReadFile(texts)
	require.NoError(t, err)
	broken := strings.NewReplacer("{due:date}", "{due}", "{name:text}", "{name}").Replace(string(content))
	require.NoError(t, os.WriteFile(texts, []byte(broken), 0o600))
	bad = runs(t, "dialogue", "check", folder)
	require.Equal(t, 1, bad.status)
	for i, line := range strings.Split(broken, "\n") {
		if strings.Contains(line, "{due}") || strings.Contains(line, "{name}") {
			require.Contains(t, bad.stderr, fmt.Sprintf("texts/ru.yaml:%d: ", i+1), "each text that cannot be read is named with its line")
		}
	}
}

// copyDialogue gives a folder with the dialogue that Okno comes with.
func copyDialogue(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, line.Files))
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(_ string, _ fs.DirEntry, err error) error { return err }))
	return folder
}

// breakDialogue makes a dead end, and gives the line of the node that leads there.
func breakDialogue(t *testing.T, folder string) int {
	t.Helper()
	file := filepath.Join(folder, "dialogue.yaml")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	const way = "    to: status_find\n"
	before, after, found := strings.Cut(string(content), way)
	require.True(t, found)
	require.NoError(t, os.WriteFile(file, []byte(before+"    to: nowhere\n"+after), 0o600))
	return strings.Count(before[:strings.Index(before, "  status:\n")], "\n") + 1
}

func TestHelpAndUsage(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "serve", "demo", "migrate", "sample", "keys new", "keys rotate", "dialogue check", "dialogue try", "catalogue check", "catalogue import",
		"catalogue export", "agent add", "agent passwd", "agent invite", "agent reset", "agent lock", "agent unlock", "agent logout", "agent logins", "client add", "report show", "report define", "report vain", "report rebuild", "jobs", "jobs list", "jobs retry", "jobs discard"} {
		help := runs(t, append(strings.Fields(name), "--help")...)
		require.Equal(t, 0, help.status, "%s: %s", name, help.stderr)
		require.Contains(t, help.stdout, "Usage: okno", name)
	}
	for _, wrong := range [][]string{{}, {"answer"}, {"serve", "--loud"}, {"agent", "add"}, {"dialogue"}, {"dialogue", "check", "/nowhere"}, {"client", "add", "a", "b"}} {
		o := runs(t, wrong...)
		require.Equal(t, 2, o.status, "okno %v: %s", wrong, o.stderr)
		require.NotEmpty(t, o.stderr, "okno %v", wrong)
	}
}
