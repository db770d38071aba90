package smpp

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

// stallWriter gives each write to the socket a deadline of its own.
type stallWriter struct {
	conn    net.Conn
	timeout time.Duration
}

func newStallWriter(conn net.Conn, timeout time.Duration) *bufio.Writer {
	return bufio.NewWriterSize(&stallWriter{conn, timeout}, 16<<10)
}

func (w *stallWriter) Write(b []byte) (int, error) {
	if err := w.conn.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
		return 0, err
	}
	n, err := w.conn.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = fmt.Errorf("%w for %v", ErrStalled, w.timeout)
	}
	return n, err
}
