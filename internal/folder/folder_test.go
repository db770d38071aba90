package folder_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"okno/internal/exchange"
	"okno/internal/folder"
)

// server is an SSH server with SFTP, on this machine's files.
type server struct {
	address, known string
	key            string // by which a client logs in
}

func pair(t testing.TB) (ssh.Signer, string) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(private, "")
	require.NoError(t, err)
	return signer, string(pem.EncodeToMemory(block))
}

func newServer(t testing.TB) server {
	t.Helper()
	host, _ := pair(t)
	user, key := pair(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
		if string(offered.Marshal()) != string(user.PublicKey().Marshal()) {
			return nil, errors.New("another key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var serving sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serve(connection, config) })
		}
	})
	address := listener.Addr().String()
	return server{address, knownhosts.Line([]string{knownhosts.Normalize(address)}, host.PublicKey()) + "\n", key}
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	_, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				_ = request.Reply(request.Type == "subsystem", nil)
			}
		}()
		s, err := sftp.NewServer(channel)
		if err != nil {
			return
		}
		_ = s.Serve()
		_ = channel.Close()
	}
}

// A directory and SFTP do the same.
func TestFolders(t *testing.T) {
	t.Parallel()
	for _, manner := range []string{"directory", "sftp"} {
		t.Run(manner, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			e := exchange.Endpoint{URL: "file://" + root, Files: true, Every: time.Minute}
			if manner == "sftp" {
				s := newServer(t)
				e.URL, e.Key, e.KnownHosts = "sftp://okno@"+s.address+root, s.key, s.known
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
	s, other := newServer(t), newServer(t)
	good := exchange.Endpoint{URL: "sftp://okno@" + s.address + t.TempDir(), Key: s.key, KnownHosts: s.known}
	for name, change := range map[string]func(e *exchange.Endpoint){
		"another server":   func(e *exchange.Endpoint) { e.KnownHosts = other.known },
		"another's key":    func(e *exchange.Endpoint) { e.Key = other.key },
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
	s := newServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	f, err := folder.Open(ctx, exchange.Endpoint{URL: "sftp://okno@" + s.address + t.TempDir(), Key: s.key, KnownHosts: s.known})
	require.NoError(t, err)
	defer f.Close()
	cancel()
	require.Eventually(t, func() bool {
		_, err := f.Read(context.Background(), "out/a.csv", 1)
		return err != nil && !errors.Is(err, fs.ErrNotExist)
	}, 10*time.Second, 10*time.Millisecond)
}
