package attachment_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/attachment"
	"okno/internal/attachment/folder"
	"okno/internal/attachment/s3"
	"okno/internal/attachment/s3/s3test"
	"okno/internal/fault"
	"okno/internal/seal"
)

func key(t testing.TB) *seal.DataKey {
	t.Helper()
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	k, err := seal.DataKeyOf(raw)
	require.NoError(t, err)
	return k
}

// store is where files are kept, seen from the outside too: a folder, and an object store, are held to the same tests.
type store struct {
	attachment.Files
	kept func(t testing.TB) []string // all that lies in it, drafts too, by their paths
	read func(t testing.TB, path string) []byte
	put  func(path string, content []byte) error // of somebody else
	away func()                                  // nothing can be kept any more
}

func onFolder(t testing.TB) store {
	root := filepath.Join(t.TempDir(), "attachments")
	files, err := folder.New(root)
	require.NoError(t, err)
	return store{files, func(t testing.TB) (found []string) {
		t.Helper()
		require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				path, err = filepath.Rel(root, path)
				found = append(found, filepath.ToSlash(path))
			}
			return err
		}))
		return found
	}, func(t testing.TB, path string) []byte {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		return content
	}, func(path string, content []byte) error {
		return os.WriteFile(filepath.Join(root, path), content, 0o600)
	}, func() { _ = os.RemoveAll(root) }}
}

func onS3(t testing.TB) store {
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	prefix := server.Config.Prefix + "/"
	return store{files, func(t testing.TB) (found []string) {
		t.Helper()
		for _, key := range server.Keys(t) {
			require.True(t, strings.HasPrefix(key, prefix), key)
			found = append(found, strings.TrimPrefix(key, prefix))
		}
		return found
	}, func(t testing.TB, path string) []byte {
		t.Helper()
		return server.Get(t, prefix+path)
	}, func(path string, content []byte) error { return server.Put(prefix+path, content) },
		func() {
			server.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { w.WriteHeader(http.StatusForbidden) })
		}}
}

// onAll runs a test on every store.
func onAll(t *testing.T, test func(t *testing.T, files store)) {
	t.Parallel()
	for name, on := range map[string]func(testing.TB) store{"folder": onFolder, "s3": onS3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, on(t))
		})
	}
}

func TestAStoreSaysWhetherItIsThere(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		require.NoError(t, k.Ready(t.Context()), "an empty one")
		_, err := k.Keep(t.Context(), key(t), strings.NewReader("x"))
		require.NoError(t, err)
		require.NoError(t, k.Ready(t.Context()))
		require.Len(t, files.kept(t), 1, "asking leaves nothing")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		files.away()
		require.Error(t, k.Ready(t.Context()))
		require.Error(t, k.Ready(gone))
	})
}

func TestAFileIsReadAsItWasKept(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		mine := key(t)
		for _, size := range []int{1, 511, 64<<10 - 1, 64 << 10, 64<<10 + 1, 128 << 10, attachment.MostBytes} {
			content := bytes.Repeat([]byte("секрет-1"), size/10+1)[:size]
			kept, err := k.Keep(t.Context(), mine, iotest.HalfReader(bytes.NewReader(content)))
			require.NoError(t, err)
			require.EqualValues(t, size, kept.Size)
			r, err := k.Read(t.Context(), mine, kept)
			require.NoError(t, err)
			read, err := io.ReadAll(r)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, read), size)
			require.NoError(t, r.Close())
			_, err = k.Read(t.Context(), key(t), kept)
			require.ErrorIs(t, err, attachment.ErrBroken, "by another key")
		}
		for _, file := range files.kept(t) {
			require.NotContains(t, string(files.read(t, file)), "секрет")
		}
	})
}

// The type is that of the content, whatever the file is called.
func TestTheTypeIsSniffed(t *testing.T) {
	t.Parallel()
	k := attachment.NewKeeper(onFolder(t))
	for want, content := range map[string]string{"image/png": "\x89PNG\r\n\x1a\n", "application/pdf": "%PDF-1.7", "text/html; charset=utf-8": "<html>",
		"text/plain; charset=utf-8": "письмо", "application/octet-stream": "\x00\x01"} {
		kept, err := k.Keep(t.Context(), key(t), bytes.NewReader([]byte(content)))
		require.NoError(t, err)
		require.Equal(t, want, kept.Type)
	}
}

// What is refused or breaks off leaves nothing, not even a draft.
func TestWhatIsNotKeptLeavesNothing(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		gone := errors.New("the client has gone")
		for name, c := range map[string]struct {
			content io.Reader
			want    error
		}{
			"too large": {io.LimitReader(zeros{}, attachment.MostBytes+1), attachment.ErrTooLarge},
			"endless":   {zeros{}, attachment.ErrTooLarge},
			"empty":     {bytes.NewReader(nil), attachment.ErrEmpty},
			"half":      {io.MultiReader(io.LimitReader(zeros{}, 200_000), iotest.ErrReader(io.ErrUnexpectedEOF)), attachment.ErrHalf},
			"at once":   {iotest.ErrReader(gone), attachment.ErrHalf},
			"whole":     {io.MultiReader(io.LimitReader(zeros{}, 64<<10), iotest.ErrReader(gone)), attachment.ErrHalf},
		} {
			_, err := k.Keep(t.Context(), key(t), c.content)
			require.ErrorIs(t, err, c.want, name)
			require.Empty(t, files.kept(t), name)
		}
		files.away()
		_, err := k.Keep(t.Context(), key(t), bytes.NewReader([]byte("x")))
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "the store is away")
		for _, name := range []string{"../../etc/passwd", "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAA/"} {
			_, err := files.Create(t.Context(), name)
			require.Error(t, err, name)
			_, err = files.Open(t.Context(), name)
			require.Error(t, err, name)
			require.Error(t, files.Remove(t.Context(), name), name)
		}
	})
}

type zeros struct{}

func (zeros) Read(into []byte) (int, error) { return len(into), nil }

// Whatever is changed in a file, or cut off it, shows: nothing but the content that was kept is ever read to its end.
func TestAFileThatWasAlteredDoesNotOpen(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		mine := key(t)
		content := make([]byte, 200_000)
		_, _ = rand.Read(content)
		kept, err := k.Keep(t.Context(), mine, bytes.NewReader(content))
		require.NoError(t, err)
		at := files.kept(t)[0]
		whole := files.read(t, at)
		rapid.Check(t, func(t *rapid.T) {
			altered := bytes.Clone(whole)
			where := rapid.IntRange(0, len(whole)-1).Draw(t, "where")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				altered[where] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
			case 1:
				altered = altered[:where]
			case 2:
				altered = append(altered, altered[where:]...)
			}
			require.NoError(t, files.put(at, altered))
			r, err := k.Read(context.Background(), mine, kept)
			if err == nil {
				_, err = io.ReadAll(r)
				require.NoError(t, r.Close())
			}
			require.ErrorIs(t, err, attachment.ErrBroken)
		})
	})
}

// A chunk is good at its own place only: chunks of one file do not make another.
func TestChunksCannotBeMoved(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		mine := key(t)
		kept, err := k.Keep(t.Context(), mine, io.LimitReader(zeros{}, 3*64<<10))
		require.NoError(t, err)
		at := files.kept(t)[0]
		whole := files.read(t, at)
		sealed := (len(whole) - 4) / 3
		for name, altered := range map[string][]byte{
			"cut at a chunk": whole[:4+2*sealed],
			"changed about":  append(append(bytes.Clone(whole[:4]), whole[4+sealed:4+2*sealed]...), append(bytes.Clone(whole[4:4+sealed]), whole[4+2*sealed:]...)...),
			"doubled":        append(bytes.Clone(whole), whole[4+2*sealed:]...),
		} {
			require.NoError(t, files.put(at, altered))
			r, err := k.Read(t.Context(), mine, kept)
			if err == nil {
				_, err = io.ReadAll(r)
			}
			require.ErrorIs(t, err, attachment.ErrBroken, name)
		}
	})
}

// rows are files that attachments name.
type rows []string

func (r rows) NamedFiles(_ context.Context, files []string) (map[string]bool, error) {
	named := map[string]bool{}
	for _, file := range r {
		named[file] = true
	}
	return named, nil
}

func (r rows) AttachmentFiles(_ context.Context, after int64, _ time.Time, _ int) ([]string, int64, error) {
	return r, int64(len(r)), nil
}

func TestTheSweeperRemovesWhatNoRowNames(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		keep := func() string {
			kept, err := k.Keep(t.Context(), key(t), bytes.NewReader([]byte("x")))
			require.NoError(t, err)
			return kept.File
		}
		named, orphan := keep(), keep()
		draft, err := files.Create(t.Context(), rand.Text())
		require.NoError(t, err)
		defer draft.Abort() //nolint:errcheck // the sweeper has removed it
		require.NoError(t, files.put("README", []byte("of somebody else")))
		now := time.Now()
		sweep := func(after time.Duration) attachment.Swept {
			s := attachment.NewSweeper(files, []attachment.Rows{rows{named, "AAAAAAAAAAAAAAAAAAAAAAAAAA"}}, func() time.Time { return now.Add(after) }, nil, zerolog.Nop())
			swept, err := s.Sweep(t.Context())
			require.NoError(t, err)
			return swept
		}
		require.Equal(t, attachment.Swept{Missing: 1}, sweep(0))
		require.Subset(t, files.kept(t), []string{named[:2] + "/" + named, orphan[:2] + "/" + orphan, "README"}, "what is young is left alone")
		require.Equal(t, attachment.Swept{Missing: 1}, sweep(2*time.Hour))
		require.Len(t, files.kept(t), 3, "the draft is gone")
		require.Equal(t, attachment.Swept{Missing: 1, Removed: 1}, sweep(attachment.Grace+time.Hour))
		require.Len(t, files.kept(t), 2)
		_, err = files.Open(t.Context(), orphan)
		require.ErrorIs(t, err, attachment.ErrMissing)
	})
}

// Many at once, with a sweep among them, are kept each by itself.
func TestManyAtOnce(t *testing.T) {
	onAll(t, func(t *testing.T, files store) {
		k := attachment.NewKeeper(files)
		mine := key(t)
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				content := bytes.Repeat([]byte{byte(n)}, 100_000)
				kept, err := k.Keep(t.Context(), mine, bytes.NewReader(content))
				if err != nil {
					t.Error(err)
					return
				}
				r, err := k.Read(t.Context(), mine, kept)
				if err != nil {
					t.Error(err)
					return
				}
				read, err := io.ReadAll(r)
				if err != nil || !bytes.Equal(content, read) {
					t.Error("another content", err)
				}
			})
		}
		s := attachment.NewSweeper(files, []attachment.Rows{rows{}}, time.Now, nil, zerolog.Nop())
		_, err := s.Sweep(t.Context())
		require.NoError(t, err)
		all.Wait()
	})
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"фото.jpg": "фото.jpg", `C:\doc\акт.pdf`: "акт.pdf", "../../etc/passwd": "passwd", "a\u202egpj.exe": "agpj.exe", " a\nb ": "ab",
		"": "", "/": "", "..": "", "\x00": "",
	} {
		name, err := attachment.CheckName(in)
		require.Equal(t, want, name, in)
		require.Equal(t, want == "", errors.Is(err, attachment.ErrName), in)
	}
}
