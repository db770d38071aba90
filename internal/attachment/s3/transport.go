package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"okno/internal/outbound"
)

// limits are how long a store may take.
type limits struct {
	connect time.Duration // to let us in
	answer  time.Duration // to begin its answer, once it has the whole request
	quiet   time.Duration // between two pieces of an answer
	whole   time.Duration // to take or to remove a file, with all attempts
}

// defaults let an operator's upload be answered within its deadline: 20 MB in 45 s are 4 Mbit/s.
var defaults = limits{connect: 5 * time.Second, answer: 10 * time.Second, quiet: 20 * time.Second, whole: 45 * time.Second}

var (
	errSlow = errors.New("the object store took too long")
	errCut  = errors.New("the object store broke off its answer")
)

// slow says that a context ended because its time was over.
func slow(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errSlow) {
		return cause
	}
	return nil
}

func newTransport(caFile string, l limits) (http.RoundTripper, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: l.connect}).DialContext
	t.TLSHandshakeTimeout, t.ResponseHeaderTimeout = l.connect, l.answer
	t.DisableCompression = true // what is kept is what was sent
	var err error
	if t.TLSClientConfig, err = outbound.TLS(caFile); err != nil {
		return nil, fmt.Errorf("attachments.s3.ca_file: %w", err)
	}
	return patient{t, l.quiet}, nil
}

// patient gives up an answer of which nothing comes any more. How long all of it takes is the reader's to say, who may be slow.
type patient struct {
	http.RoundTripper
	quiet time.Duration
}

// RoundTrip is http.RoundTripper's.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	response, err := p.RoundTripper.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	response.Body = &body{response.Body, ctx, cancel, p.quiet}
	return response, nil
}

type body struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	quiet  time.Duration
}

// Read gives the next bytes. errSlow; errCut for an answer that ends before its length, which is no file that was cut.
func (b *body) Read(into []byte) (int, error) {
	timer := time.AfterFunc(b.quiet, func() { b.cancel(errSlow) })
	n, err := b.ReadCloser.Read(into)
	timer.Stop()
	switch {
	case err == nil || err == io.EOF: //nolint:errorlint // io.EOF is never wrapped
		return n, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return n, errCut
	}
	return n, errors.Join(err, slow(b.ctx))
}

// Close ends the answer.
func (b *body) Close() error {
	b.cancel(nil)
	return b.ReadCloser.Close()
}
