package sandbox_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

func prepare(t *testing.T, parts ...string) sandbox.Tools {
	t.Helper()
	tools, err := sandbox.Prepare(t.Context(), parts...)
	require.NoError(t, err)
	return tools
}

func startAsterisk(t *testing.T, config sandbox.AsteriskConfig) *sandbox.Asterisk {
	t.Helper()
	config.Tree = prepare(t, "asterisk").AsteriskTree
	config.Run = t.TempDir()
	config.Username, config.Password = "okno", "secret"
	a, err := sandbox.StartAsterisk(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Stop()) })
	return a
}

func TestAsteriskStartsWithoutComplaint(t *testing.T) {
	t.Parallel()
	a := startAsterisk(t, sandbox.AsteriskConfig{Loopback: true})

	messages, err := os.ReadFile(a.Messages())
	require.NoError(t, err)
	require.NotRegexp(t, regexp.MustCompile(`(?m)^.*(WARNING|ERROR).*$`), string(messages))
	said, err := a.Console(t.Context(), "core show version")
	require.NoError(t, err)
	require.Contains(t, said, "Asterisk 22.")
}
