package edge

import (
	stdlog "log"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

// The times of a request and of an answer. A socket that was taken over keeps its own.
const (
	headerTime = 10 * time.Second
	readTime   = 20 * time.Second // with the body
	writeTime  = 60 * time.Second
	idleTime   = 2 * time.Minute
	mostHeader = 16 << 10
)

// NewServer serves a handler within the times and sizes that every listener has.
func NewServer(handler http.Handler, log zerolog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: mostHeader,
		// Broken handshakes and requests are anybody's, and as many as anybody likes.
		ErrorLog: stdlog.New(serverLog{log}, "", 0),
	}
}

type serverLog struct{ log zerolog.Logger }

// Write logs a line of the server's.
func (s serverLog) Write(line []byte) (int, error) {
	s.log.Debug().Msg(string(line))
	return len(line), nil
}
