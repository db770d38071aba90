// Package folder reaches the folders in which agencies exchange files: a directory of this machine, or one behind SFTP. Both write and rename at
// once, and both are held to the same tests. It knows nothing of what is in a file.
package folder

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/url"
	"path"
	"strings"

	"okno/internal/exchange"
)

// Open opens the folder of an endpoint, and makes its directories. Whatever is done with the folder ends with ctx.
func Open(ctx context.Context, e exchange.Endpoint) (exchange.Folder, error) {
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, errors.New("the folder's address is none")
	}
	if u.Scheme == "sftp" {
		r, err := dial(ctx, u, e.Key, e.KnownHosts)
		if err != nil {
			return nil, err
		}
		return r, nil
	}
	d, err := openDirectory(u.Path)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// temporary is the name under which a file is written before it gets its own: nobody reads one that begins with a dot.
func temporary(name string) string {
	return path.Join(path.Dir(name), "."+path.Base(name)+"."+rand.Text()[:8]+".tmp")
}

// left says whether a file is one that an interrupted write has left.
func left(name string) bool { return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".tmp") }

// readAll reads up to so many bytes; more is exchange.ErrTooLarge.
func readAll(r io.Reader, most int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(content)) > most {
		return nil, exchange.ErrTooLarge
	}
	return content, err
}
