package ivr

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
)

const (
	pingEvery    = 5 * time.Second
	pongLimit    = 12 * time.Second // two pings unanswered and some: the other side is gone, even if TCP has not noticed
	writeLimit   = 5 * time.Second
	largestEvent = 1 << 20

	firstBackoff = 200 * time.Millisecond
	mostBackoff  = 5 * time.Second
)

// errReplaced says that another process has taken the application's events.
var errReplaced = errors.New("another process took over the application's events")

// stream is Asterisk's event stream. It comes back by itself; what happened meanwhile is not replayed, so whoever follows it
// looks at the channels after each connect.
type stream struct {
	config Asterisk
	log    zerolog.Logger
	// connected is called after each connect, with a context that ends with the connection; event for each event after
	// that. Both must return at once.
	connected func(context.Context)
	event     func(ari.Event)
	// lost is told why there is no connection.
	lost func(error)
}

// run follows the events until ctx ends, or until another process takes them: [errReplaced].
func (s *stream) run(ctx context.Context) error {
	backoff := firstBackoff
	for {
		begun := time.Now()
		err := s.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		s.lost(err)
		if errors.Is(err, errReplaced) {
			return err
		}
		if time.Since(begun) > mostBackoff { // it had worked: begin anew
			backoff = firstBackoff
		}
		// Jitter keeps the nodes of a region from coming back in one wave.
		pause := time.NewTimer(backoff/2 + rand.N(backoff/2))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil
		}
		backoff = min(2*backoff, mostBackoff)
	}
}

// follow is one connection's life.
func (s *stream) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	address, header, err := s.address()
	if err != nil {
		return err
	}
	dialer := websocket.Dialer{HandshakeTimeout: writeLimit}
	conn, response, err := dialer.DialContext(ctx, address, header)
	if response != nil && response.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("asterisk %s: event stream refused: %s", s.config.Name, response.Status)
	}
	if err != nil {
		return fmt.Errorf("asterisk %s: %w", s.config.Name, err)
	}
	defer conn.Close()
	conn.SetReadLimit(largestEvent)
	deadline := func(string) error { return conn.SetReadDeadline(time.Now().Add(pongLimit)) }
	_ = deadline("")
	conn.SetPongHandler(deadline)

	pinging := make(chan struct{})
	go func() {
		defer close(pinging)
		s.ping(ctx, conn)
	}()
	defer func() {
		cancel()
		<-pinging
	}()
	s.connected(ctx)
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("asterisk %s: event stream: %w", s.config.Name, err)
		}
		event, err := ari.DecodeEvent(message)
		if err != nil {
			// Asterisk is newer than ari, or a site's module sends its own: nothing that a call waits for.
			s.log.Debug().Err(err).Msg("event passed over")
			continue
		}
		if _, replaced := event.(*ari.ApplicationReplaced); replaced {
			return errReplaced
		}
		s.event(event)
	}
}

// ping keeps the connection proven, and closes it when ctx ends, which is what ends the reader.
func (s *stream) ping(ctx context.Context, conn *websocket.Conn) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit)); err != nil {
				conn.Close()
				return
			}
		case <-ctx.Done():
			conn.Close()
			return
		}
	}
}

// address is where the events are: only those of our own channels and bridges (subscribeAll=false).
func (s *stream) address() (string, http.Header, error) {
	u, err := url.Parse(s.config.URL)
	if err != nil {
		return "", nil, fmt.Errorf("asterisk %s: ari_url: %w", s.config.Name, err)
	}
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	u = u.JoinPath("events")
	u.RawQuery = url.Values{"app": {application}, "subscribeAll": {"false"}}.Encode()
	login := base64.StdEncoding.EncodeToString([]byte(s.config.Username + ":" + s.config.Password))
	return u.String(), http.Header{"Authorization": {"Basic " + login}}, nil
}
