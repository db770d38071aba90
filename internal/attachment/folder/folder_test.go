package folder_test

import (
	"crypto/rand"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/attachment/folder"
)

// What a folder does as every store does is tested in okno/internal/attachment.

// Nobody but the process's user reads what is in a folder, or writes to it; whoever made it before.
func TestAFolderIsForItsUserOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "attachments")
	require.NoError(t, os.Mkdir(path, 0o755))
	files, err := folder.New(path)
	require.NoError(t, err)
	draft, err := files.Create(t.Context(), rand.Text())
	require.NoError(t, err)
	require.NoError(t, draft.Commit())
	require.NoError(t, filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := entry.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}

// A draft is removed once nobody has written it for long, and not before.
func TestStaleDraftsAreRemoved(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	files, err := folder.New(path)
	require.NoError(t, err)
	name := rand.Text()
	_, err = files.Create(t.Context(), name)
	require.NoError(t, err)
	none := func(name string, _ time.Time) error { t.Error(name); return nil }
	require.NoError(t, files.Walk(t.Context(), time.Now().Add(-time.Hour), none))
	require.FileExists(t, filepath.Join(path, "drafts", name))
	require.NoError(t, files.Walk(t.Context(), time.Now().Add(time.Hour), none))
	require.NoFileExists(t, filepath.Join(path, "drafts", name))
}
