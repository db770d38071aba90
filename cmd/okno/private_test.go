package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDemosFoldersAreNobodyElses(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "okno")
	require.NoError(t, os.MkdirAll(filepath.Join(data, "log"), 0o777)) // from before
	require.NoError(t, privateFolders(data))
	for _, folder := range []string{"", "log"} {
		info, err := os.Stat(filepath.Join(data, folder))
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o066, "%q: %v", folder, info.Mode())
	}
}
