package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

// Two servers that start at the same time are never given one port.
func TestAPortIsGivenOnce(t *testing.T) {
	t.Parallel()
	given := map[int]bool{}
	for range 200 {
		port, err := sandbox.FreePort()
		require.NoError(t, err)
		require.False(t, given[port], port)
		given[port] = true
	}
}
