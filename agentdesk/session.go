package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"okno/internal/acd"
)

// The times and sizes of a socket.
const (
	pingEvery    = 25 * time.Second
	readDeadline = 60 * time.Second
	writeLimit   = 10 * time.Second
	mostMessage  = 64 << 10
	mostQueued   = 256 // messages to a page that reads slowly
	mostReplayed = 500 // events; a page that missed more reads its views again
	leaseRenewal = 20 * time.Second
)

// Close codes. 1012 is the protocol's "service restart"; the others are this protocol's.
const (
	closeExpired = 4001 // log in again
	closeSlow    = 4008 // connect again and resume
	closeDrain   = websocket.CloseServiceRestart
)

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{}, EnableCompression: false}

// session is one page's socket. Its reader runs in the request's goroutine, its writer and its follower in their own.
type session struct {
	desk   *Desk
	agent  acd.Agent
	token  string
	socket *websocket.Conn
	out    chan any
	woken  chan struct{}
	ended  context.CancelFunc

	mu      sync.Mutex
	follows map[string]int64 // stream to the number seen last

	closing sync.Once
	reason  chan []byte // the close frame to send
}

func (d *Desk) socket(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	s := &session{desk: d, agent: agent, token: string(token), socket: socket, out: make(chan any, mostQueued), woken: make(chan struct{}, 1),
		ended: cancel, follows: map[string]int64{}, reason: make(chan []byte, 1)}
	if !d.hub.add(s) {
		_ = socket.Close()
		return
	}
	defer d.hub.remove(s)
	var own sync.WaitGroup
	own.Go(func() { s.write(ctx) })
	own.Go(func() { s.follow(ctx) })
	err = s.read(ctx)
	cancel()
	own.Wait()
	_ = socket.Close()
	if err := d.Store.DisconnectDesk(context.WithoutCancel(ctx), agent.ID, s.node()); err != nil {
		d.Log.Warn().Err(err).Int64("agent", agent.ID).Msg("desk not disconnected; its lease runs out")
	}
	d.Log.Debug().Err(err).Int64("agent", agent.ID).Msg("desk closed")
}

// node names the lease's holder: this page on this node, so that an old page does not end a new one's lease.
func (s *session) node() string { return fmt.Sprintf("%s/%p", s.desk.Node, s) }

// frame is what a page sends.
type frame struct {
	Type    string           `json:"type"`    // hello, command
	Streams map[string]int64 `json:"streams"` // hello: the numbers seen last
	SIP     bool             `json:"sip"`     // hello: the page has a SIP account that works
	ID      string           `json:"id"`      // command: a ULID of the page's
	Name    string           `json:"name"`
	Args    json.RawMessage  `json:"args"`
}

func (s *session) read(ctx context.Context) error {
	s.socket.SetReadLimit(mostMessage)
	extend := func(string) error { return s.socket.SetReadDeadline(time.Now().Add(readDeadline)) }
	s.socket.SetPongHandler(extend)
	for {
		_ = extend("")
		var m frame
		if err := s.socket.ReadJSON(&m); err != nil {
			return err
		}
		switch m.Type {
		case "hello":
			if err := s.hello(ctx, m.Streams, m.SIP); err != nil {
				return err
			}
		case "command":
			s.command(ctx, m)
		default:
			s.send(object{"type": "error", "code": "bad_message"})
		}
	}
}

// hello connects the desk: whoever comes back gets what was missed, everybody gets the desk as it stands.
func (s *session) hello(ctx context.Context, seen map[string]int64, hasSIP bool) error {
	if err := s.lease(ctx); err != nil {
		return err
	}
	welcome := object{"type": "welcome", "agent": agentJSON(s.agent), "dispositions": acd.Dispositions, "pause_reasons": acd.PauseReasons, "voice": s.desk.Calls != nil, "sip": nil}
	if s.desk.Calls != nil && !hasSIP && s.agent.Endpoint == "" {
		account, err := s.desk.Calls.Account(ctx, s.agent.ID)
		if err != nil { // the desk works for SMS, and says that it has no voice
			s.desk.Log.Warn().Err(err).Int64("agent", s.agent.ID).Msg("no sip account")
		} else {
			welcome["sip"] = account
		}
	}
	s.send(welcome)
	s.mu.Lock()
	for name, seq := range seen {
		if strings.HasPrefix(name, "contact:") {
			s.follows[name] = seq
		}
	}
	s.mu.Unlock()
	return s.snapshot(ctx)
}

func (s *session) lease(ctx context.Context) error {
	return s.desk.Store.ConnectDesk(ctx, s.agent.ID, acd.Reconnect, s.node())
}

// snapshot sends the desk as it stands, and follows exactly the streams that go with it.
func (s *session) snapshot(ctx context.Context) error {
	snapshot, err := s.desk.Store.DeskSnapshot(ctx, s.agent.ID)
	if err != nil {
		return err
	}
	missed := map[string]int64{}
	s.mu.Lock()
	for name, head := range snapshot.Streams {
		if seen, ok := s.follows[name]; ok && strings.HasPrefix(name, "contact:") && seen < head {
			missed[name] = seen
			snapshot.Streams[name] = seen
		}
	}
	s.follows = maps.Clone(snapshot.Streams)
	s.mu.Unlock()
	body := s.desk.snapshotJSON(snapshot)
	body["type"], body["streams"] = "snapshot", snapshot.Streams
	s.send(body)
	if len(missed) > 0 {
		s.wake()
	}
	return nil
}

// following gives the streams and the numbers seen last.
func (s *session) following() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.follows)
}

func (s *session) wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// follow passes on what happens, renews the lease, and ends the session with its login.
func (s *session) follow(ctx context.Context) {
	renewal := time.NewTicker(leaseRenewal)
	defer renewal.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-renewal.C:
			if s.desk.expired(ctx, []byte(s.token)) {
				s.close(closeExpired, "the login has expired")
				return
			}
			err = s.lease(ctx)
		case <-s.woken:
			err = s.catchUp(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.desk.Log.Warn().Err(err).Int64("agent", s.agent.ID).Msg("desk not up to date")
		}
	}
}

// catchUp sends what the streams have that the page has not. A change of the agent's own stream changes what the desk
// consists of, so the whole, which is small, is sent again.
func (s *session) catchUp(ctx context.Context) error {
	own := fmt.Sprintf("agent:%d", s.agent.ID)
	changed := false
	for name, seen := range s.following() {
		events, err := s.desk.Store.StreamEvents(ctx, name, seen, mostReplayed)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			continue
		}
		if name == own {
			changed = true
		}
		for _, e := range events {
			s.send(object{"type": "event", "stream": e.Stream, "seq": e.Seq, "at": e.At, "kind": e.Kind, "data": e.Data})
		}
		s.mu.Lock()
		s.follows[name] = events[len(events)-1].Seq
		s.mu.Unlock()
		if len(events) == mostReplayed {
			s.wake()
		}
	}
	if changed {
		return s.snapshot(ctx)
	}
	return nil
}

// send queues a message. A page that does not take its messages is closed, and resumes.
func (s *session) send(m any) {
	select {
	case s.out <- m:
	default:
		s.close(closeSlow, "resume")
	}
}

// close ends the session with a code that tells the page what to do.
func (s *session) close(code int, reason string) {
	s.closing.Do(func() {
		s.reason <- websocket.FormatCloseMessage(code, reason)
		s.ended()
	})
}

func (s *session) write(ctx context.Context) {
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	defer s.socket.Close() // ends the reader
	for {
		var err error
		select {
		case m := <-s.out:
			_ = s.socket.SetWriteDeadline(time.Now().Add(writeLimit))
			err = s.socket.WriteJSON(m)
		case <-ping.C:
			err = s.socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit))
		case <-ctx.Done():
			select {
			case frame := <-s.reason:
				_ = s.socket.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeLimit))
			default:
			}
			return
		}
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			s.ended()
			return
		}
	}
}
