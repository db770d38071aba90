package audit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/syslog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// NewPlace gives the place that a URL names: file:/path, which is appended to; syslog: of this machine, or syslog://host:514 over UDP;
// https://…, to which each anchor is posted, and which answers 2xx once it is kept.
func NewPlace(name string) (Place, error) {
	u, err := url.Parse(name)
	if err != nil {
		return nil, fmt.Errorf("anchor %q: not a URL", name)
	}
	switch u.Scheme {
	case "file":
		path := strings.TrimPrefix(name, "file:")
		if path == "" {
			break
		}
		return file(strings.TrimPrefix(path, "//")), nil
	case "syslog":
		return journal(u.Host), nil
	case "http", "https":
		return &web{address: name, client: &http.Client{Timeout: 10 * time.Second}}, nil
	}
	return nil, fmt.Errorf("anchor %q: name a file:/path, a syslog: or an https: address", name)
}

// file is appended to.
type file string

func (f file) String() string { return "file:" + string(f) }

func (f file) Keep(_ context.Context, line []byte) error {
	out, err := os.OpenFile(string(f), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := out.Write(append(line, '\n')); err != nil {
		return err
	}
	return out.Sync()
}

// journal is a syslog: the machine's own for "".
type journal string

func (j journal) String() string { return "syslog://" + string(j) }

func (j journal) Keep(_ context.Context, line []byte) error {
	network := ""
	if j != "" {
		network = "udp"
	}
	out, err := syslog.Dial(network, string(j), syslog.LOG_AUTHPRIV|syslog.LOG_NOTICE, "okno-audit")
	if err != nil {
		return err
	}
	defer out.Close()
	return out.Notice(string(line))
}

// web is an address to which anchors are posted.
type web struct {
	address string
	client  *http.Client
}

func (w *web) String() string {
	u, err := url.Parse(w.address)
	if err != nil {
		return "web"
	}
	return u.Redacted()
}

func (w *web) Keep(ctx context.Context, line []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address, bytes.NewReader(line))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("answered %s", response.Status)
	}
	return nil
}
