package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"okno/internal/exchange"
)

// loginWithin is how long an SFTP server has to let us in.
const loginWithin = 15 * time.Second

// remote is a folder behind SFTP.
type remote struct {
	client *sftp.Client
	ssh    *ssh.Client
	base   string
	stop   func() bool
}

// dial logs in by a key. The server's own has to be one of known; it is asked for a key of a kind that is known.
func dial(ctx context.Context, u *url.URL, key, known string) (*remote, error) {
	signer, err := ssh.ParsePrivateKey([]byte(key))
	if err != nil {
		return nil, errors.New("the private key is none, or has a passphrase")
	}
	check, algorithms, err := hosts(known)
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "22"))
	connection, err := (&net.Dialer{Timeout: loginWithin}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("reach sftp server: %w", err)
	}
	_ = connection.SetDeadline(time.Now().Add(loginWithin))
	config := &ssh.ClientConfig{User: u.User.Username(), Auth: []ssh.AuthMethod{ssh.PublicKeys(signer)}, HostKeyCallback: check, HostKeyAlgorithms: algorithms}
	secured, channels, requests, err := ssh.NewClientConn(connection, address, config)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("log in to sftp server: %w", err), connection.Close())
	}
	_ = connection.SetDeadline(time.Time{})
	r := &remote{ssh: ssh.NewClient(secured, channels, requests), base: u.Path}
	r.stop = context.AfterFunc(ctx, func() { _ = r.ssh.Close() }) // the library takes no context: a server that hangs is left
	if r.client, err = sftp.NewClient(r.ssh); err != nil {
		return nil, errors.Join(fmt.Errorf("begin sftp: %w", err), r.Close())
	}
	for _, dir := range exchange.Directories {
		name := path.Join(r.base, dir)
		if _, err := r.client.Stat(name); err == nil {
			continue
		}
		if err := r.client.Mkdir(name); err != nil {
			return nil, errors.Join(fmt.Errorf("make folder: %w", err), r.Close())
		}
	}
	return r, nil
}

// hosts reads known hosts in the form of OpenSSH; the library reads files only.
func hosts(known string) (ssh.HostKeyCallback, []string, error) {
	file, err := os.CreateTemp("", "okno-hosts-")
	if err != nil {
		return nil, nil, err
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(known)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, nil, err
	}
	check, err := knownhosts.New(file.Name())
	if err != nil {
		return nil, nil, errors.New("the known hosts are none")
	}
	var algorithms []string
	for rest := []byte(known); ; {
		_, _, key, _, after, err := ssh.ParseKnownHosts(rest)
		if err != nil {
			break // the end: what is before was checked above
		}
		rest = after
		if key.Type() == ssh.KeyAlgoRSA {
			algorithms = append(algorithms, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
		} else {
			algorithms = append(algorithms, key.Type())
		}
	}
	return check, algorithms, nil
}

func (r *remote) path(name string) string { return path.Join(r.base, name) }

// List is exchange.Folder's.
func (r *remote) List(ctx context.Context, dir string) (files []fs.FileInfo, err error) {
	entries, err := r.client.ReadDirContext(ctx, r.path(dir))
	if err != nil {
		return nil, err
	}
	for _, info := range entries {
		switch {
		case left(info.Name()) && time.Since(info.ModTime()) > leftAfter:
			_ = r.client.Remove(r.path(path.Join(dir, info.Name())))
		case info.Mode().IsRegular() && !strings.ContainsAny(info.Name(), "/\\"):
			files = append(files, info)
		}
	}
	return files, nil
}

// Read is exchange.Folder's.
func (r *remote) Read(_ context.Context, name string, most int64) ([]byte, error) {
	file, err := r.client.Open(r.path(name))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, most)
}

// Write is exchange.Folder's. A server has to know posix-rename, an extension of OpenSSH: a rename of SFTP 3 replaces no
// file.
func (r *remote) Write(_ context.Context, name string, content []byte) error {
	hidden := r.path(temporary(name))
	file, err := r.client.OpenFile(hidden, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if _, can := r.client.HasExtension("fsync@openssh.com"); can && err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = r.client.PosixRename(hidden, r.path(name))
	}
	if err != nil {
		_ = r.client.Remove(hidden)
	}
	return err
}

// Move is exchange.Folder's: SFTP's rename replaces no file, and does not say why it failed.
func (r *remote) Move(_ context.Context, from, to string) error {
	if _, err := r.client.Lstat(r.path(from)); err != nil {
		return err
	}
	if _, err := r.client.Lstat(r.path(to)); err == nil {
		return fs.ErrExist
	}
	err := r.client.Rename(r.path(from), r.path(to))
	if err == nil {
		return nil
	}
	if _, gone := r.client.Lstat(r.path(from)); errors.Is(gone, fs.ErrNotExist) {
		return gone // another node was quicker
	}
	if _, taken := r.client.Lstat(r.path(to)); taken == nil {
		return fs.ErrExist
	}
	return err
}

// Close is exchange.Folder's.
func (r *remote) Close() error {
	r.stop()
	if r.client != nil {
		_ = r.client.Close()
	}
	return r.ssh.Close()
}
