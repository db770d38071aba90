package folder_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/exchange"
	"okno/internal/folder"
	"okno/internal/folder/foldertest"
)

// A directory and SFTP do the same.
func TestFolders(t *testing.T) {
	t.Parallel()
	for _, manner := range []string{"directory", "sftp"} {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			e := exchange.Endpoint{URL: "file://" + root, Files: true, Every: time.Minute}
			if manner == "sftp" {
				s := foldertest.New(t)
				e.URL, e.Key, e.KnownHosts = "sftp://okno@"+s.Address+root, s.Key, s.Known
			}
			require.NoError(t, exchange.CheckFolder(e))
			f, err := folder.Open(t.Context(), e)
			require.NoError(t, err)
			defer f.Close()
			again, err := folder.Open(t.Context(), e)
			require.NoError(t, err, "its directories are there already")
			defer again.Close()

			require.NoError(t, f.Write(t.Context(), "out/a.csv", []byte("one")))
			require.NoError(t, again.Write(t.Context(), "out/a.csv", []byte("two")), "it is replaced")
			require.NoError(t, f.Write(t.Context(), "out/b.csv", nil))
			require.NoError(t, os.Mkdir(filepath.Join(root, "out", "c.csv"), 0o700))
			old := filepath.Join(root, "out", ".d.csv.ABCDEFGH.tmp")
			require.NoError(t, os.WriteFile(old, []byte("half"), 0o600))
			require.NoError(t, os.Chtimes(old, time.Now(), time.Now().Add(-2*time.Hour)))
			secret := filepath.Join(t.TempDir(), "secret")
			require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
			require.NoError(t, os.Symlink(secret, filepath.Join(root, "out", "e.csv")))
			require.Equal(t, []string{"a.csv", "b.csv"}, names(t, f, "out"), "a directory and a link are no files, and what an interrupted write left is no more")
			require.NoFileExists(t, old)

			content, err := f.Read(t.Context(), "out/a.csv", 3)
			require.NoError(t, err)
			require.Equal(t, "two", string(content))
			_, err = f.Read(t.Context(), "out/a.csv", 2)
			require.ErrorIs(t, err, exchange.ErrTooLarge)
			_, err = f.Read(t.Context(), "out/none.csv", 2)
			require.ErrorIs(t, err, fs.ErrNotExist)

			require.ErrorIs(t, f.Move(t.Context(), "out/a.csv", "out/b.csv"), fs.ErrExist)
			require.NoError(t, f.Move(t.Context(), "out/a.csv", "done/a.csv"))
			require.ErrorIs(t, f.Move(t.Context(), "out/a.csv", "done/z.csv"), fs.ErrNotExist)
			require.Equal(t, []string{"a.csv"}, names(t, f, "done"))
			require.Equal(t, []string{"b.csv"}, names(t, f, "out"))

			// Of several who move a file, one does.
			var moving sync.WaitGroup
			moved := make(chan error, 8)
			for i := range 8 {
				who := []exchange.Folder{f, again}[i%2]
				moving.Go(func() { moved <- who.Move(t.Context(), "out/b.csv", "done/b.csv") })
			}
			moving.Wait()
			close(moved)
			for err := range moved {
				if err != nil {
					require.True(t, errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist), "%v", err)
				}
			}
			require.Equal(t, []string{"a.csv", "b.csv"}, names(t, f, "done"))
			require.Empty(t, names(t, f, "out"))
		})
	}
}

func names(t testing.TB, f exchange.Folder, dir string) (all []string) {
	t.Helper()
	files, err := f.List(t.Context(), dir)
	require.NoError(t, err)
	for _, file := range files {
		all = append(all, file.Name())
	}
	return all
}

// Okno logs in to no server that it does not know, and by no other key.
func TestSFTPIsKnown(t *testing.T) {
	t.Parallel()
	s, other := foldertest.New(t), foldertest.New(t)
	good := exchange.Endpoint{URL: "sftp://okno@" + s.Address + t.TempDir(), Key: s.Key, KnownHosts: s.Known}
	for name, change := range map[string]func(e *exchange.Endpoint){
		"another server":   func(e *exchange.Endpoint) { e.KnownHosts = other.Known },
		"another's key":    func(e *exchange.Endpoint) { e.Key = other.Key },
		"no key":           func(e *exchange.Endpoint) { e.Key = "none" },
		"no known hosts":   func(e *exchange.Endpoint) { e.KnownHosts = "none" },
		"an absent folder": func(e *exchange.Endpoint) { e.URL += "/absent" },
	} {
		e := good
		change(&e)
		_, err := folder.Open(t.Context(), e)
		require.Error(t, err, name)
	}
	f, err := folder.Open(t.Context(), good)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = folder.Open(t.Context(), exchange.Endpoint{URL: "file://" + t.TempDir() + "/absent"})
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// A server that hangs is left when the time is over.
func TestASilentServerIsLeft(t *testing.T) {
	t.Parallel()
	s := foldertest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := folder.Open(ctx, exchange.Endpoint{URL: "sftp://okno@" + s.Address + t.TempDir(), Key: s.Key, KnownHosts: s.Known})
	require.NoError(t, err)
	defer f.Close()
	cancel()
	require.Eventually(t, func() bool {
		_, err := f.Read(context.Background(), "out/a.csv", 1)
		return err != nil && !errors.Is(err, fs.ErrNotExist)
	}, 10*time.Second, 10*time.Millisecond)
}
