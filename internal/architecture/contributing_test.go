package architecture_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

// Each command that CONTRIBUTING.md gives works, and a test command runs a test.
func TestContributing(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	require.NoError(t, err)
	commands := 0
	for _, block := range shell.FindAllSubmatch(content, -1) {
		for line := range strings.Lines(string(block[1])) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			commands++
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			command := exec.CommandContext(ctx, "bash", "-c", line)
			command.Dir = root
			said, err := command.CombinedOutput()
			cancel()
			require.NoError(t, err, "%s\n%s", line, said)
			if strings.HasPrefix(line, "scripts/test") {
				require.Contains(t, string(said), "ok  ", line)
				require.NotContains(t, string(said), "no tests to run", line)
			}
		}
	}
	require.Greater(t, commands, 10)
}
