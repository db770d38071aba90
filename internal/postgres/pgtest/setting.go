package pgtest

import (
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// Setting is a number of the environment, by which whoever runs a test makes it longer or repeats it.
func Setting(t testing.TB, name string, otherwise int64) int64 {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(value, 10, 64)
	require.NoError(t, err, name)
	return n
}
