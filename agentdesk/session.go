package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor"
	"okno/internal/login"
)

// The times and sizes of a socket.
const (
	// beatEvery is how often each end hears of the other, whatever else there is to say: the page takes a connection for lost after 4.5 s
	// without a word. What comes back are the browser's pongs: it answers while the page itself is busy.
	beatEvery    = 2 * time.Second
	readDeadline = 7 * time.Second
	writeLimit   = 10 * time.Second
	mostMessage  = 128 << 10
	mostQueued   = 32  // messages to a page that reads slowly; who has more to say waits
	mostReplayed = 500 // events; a page that missed more reads its views again
	leaseRenewal = 20 * time.Second
)

var errPanic = errors.New("what a message asked for could not be done")

var upgrader = websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{}, EnableCompression: false}

// beat is what a page hears when there is nothing else.
var beat = func() *websocket.PreparedMessage {
	m, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(`{"type":"beat"}`))
	if err != nil {
		panic("agentdesk: " + err.Error())
	}
	return m
}()

// session is one page's socket. One goroutine reads, as long as the page is there. Those that write, that read the news, and that do what a
// message asks for, run while they have work.
type session struct {
	desk      *Desk
	agent     acd.Agent
	token     string
	socket    *websocket.Conn
	out       chan any // an object, or a *websocket.PreparedMessage
	writing   errand
	following errand
	ended     context.CancelFunc

	mu      sync.Mutex
	renewal time.Time        // when the lease is to be renewed; zero: there is none yet
	lapsed  bool             // the lease is to be taken anew
	follows map[string]int64 // stream to the number seen last
	behind  map[string]bool  // the streams that have more
	queues  *queueNews       // what the page is to be told; nil: nothing
	looking looking

	closing sync.Once
	reason  chan []byte // the close frame to send
}

func (d *Desk) socket(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	upgrader := upgrader
	upgrader.CheckOrigin = d.Hosts.OwnOrigin
	socket, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &session{desk: d, agent: agent, token: string(token), socket: socket, out: make(chan any, mostQueued),
		ended: cancel, follows: map[string]int64{}, behind: map[string]bool{}, reason: make(chan []byte, 1)}
	s.writing.do, s.following.do = s.write, func() { s.follow(ctx) }
	if !d.hub.add(s) {
		cancel()
		_ = socket.Close()
		return
	}
	go s.run(ctx) // the request's goroutine would keep the buffers of HTTP, 12 KB, for as long as the page is there; the hub waits for this one
}

// run serves the page until it is gone or ctx ends.
func (s *session) run(ctx context.Context) {
	defer s.desk.hub.remove(s)
	hungUp := make(chan struct{})
	context.AfterFunc(ctx, func() { s.hangUp(); close(hungUp) })
	err := s.read(ctx)
	s.ended()
	s.following.end()
	s.writing.end()
	<-hungUp
	if err := s.desk.Store.DisconnectDesk(context.WithoutCancel(ctx), s.agent.ID, s.node()); err != nil {
		s.desk.Log.Warn().Err(err).Int64("agent", s.agent.ID).Msg("desk not disconnected; its lease runs out")
	}
	s.desk.Log.Debug().Err(err).Int64("agent", s.agent.ID).Msg("desk closed")
}

// node names the lease's holder: this page on this node, so that an old page does not end a new one's lease.
func (s *session) node() string { return fmt.Sprintf("%s/%p", s.desk.Node, s) }

// frame is what a page sends.
type frame struct {
	Type    string           `json:"type"`    // hello, command, looking
	Streams map[string]int64 `json:"streams"` // hello: the numbers seen last
	SIP     bool             `json:"sip"`     // hello: the page has a SIP account that works
	Case    string           `json:"case"`    // hello, looking: the number of the case that the page has open; "": none
	Typing  bool             `json:"typing"`  // looking: something is being written in the case
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
		_, message, err := s.socket.ReadMessage()
		if err != nil {
			return err
		}
		// What asks Postgres makes its goroutine's stack deep: the reader's stays small, of which there are as many as pages.
		taken := make(chan error, 1)
		go func() { taken <- s.take(ctx, message) }()
		if err := <-taken; err != nil {
			return err
		}
	}
}

// take does what a message asks for. An error ends the session.
func (s *session) take(ctx context.Context, message []byte) (err error) {
	defer func() {
		if failed := recover(); failed != nil { // a fault in one command ends one page's session, as one in a request ends one request
			s.desk.Log.Error().Interface("panic", failed).Bytes("stack", debug.Stack()).Int64("agent", s.agent.ID).Msg("desk")
			err = errPanic
		}
	}()
	var m frame
	if err := json.Unmarshal(message, &m); err != nil {
		return err
	}
	switch m.Type {
	case "hello":
		if err := s.hello(ctx, m.Streams, m.SIP); err != nil {
			return err
		}
		return s.look(ctx, m.Case, false)
	case "looking":
		return s.look(ctx, m.Case, m.Typing)
	case "command":
		s.command(ctx, m)
	default:
		s.send(ctx, object{"type": "error", "code": "bad_message", "number": numbers["bad_message"]})
	}
	return nil
}

// hello connects the desk: whoever comes back gets what was missed, everybody gets the desk as it stands.
func (s *session) hello(ctx context.Context, seen map[string]int64, hasSIP bool) error {
	if err := s.lease(ctx); err != nil {
		return err
	}
	voice, err := s.desk.Store.HasVoice(ctx)
	if err != nil {
		return err
	}
	welcome := object{"type": "welcome", "agent": agentJSON(s.agent), "dispositions": contact.Dispositions, "pause_reasons": acd.PauseReasons,
		"voice": voice, "sip": nil}
	if voice && !hasSIP && s.agent.Endpoint == "" {
		account, err := NewAccount(ctx, s.desk.Store, call.Account{Name: floor.AccountName(s.agent.ID), Kind: call.AgentPage, AgentID: s.agent.ID}, login.Life)
		if err != nil { // the desk works for SMS, and says that it has no voice
			s.desk.Log.Warn().Err(err).Int64("agent", s.agent.ID).Msg("no sip account")
		} else {
			welcome["sip"] = account
		}
	}
	s.send(ctx, welcome)
	return s.snapshot(ctx, seen)
}

func (s *session) lease(ctx context.Context) error {
	err := s.desk.Store.ConnectDesk(ctx, s.agent.ID, acd.Reconnect, s.node())
	if err == nil {
		s.renewAt(time.Now().Add(leaseRenewal))
	}
	return err
}

func (s *session) renewAt(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewal = at
}

// isDue says whether the lease is to be renewed.
func (s *session) isDue(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.lapsed && !s.renewal.IsZero() && !now.Before(s.renewal)
}

// leaseAnew has the lease be taken anew: it has lapsed, or the agent's row was busy.
func (s *session) leaseAnew() {
	s.mu.Lock()
	s.lapsed = true
	s.mu.Unlock()
	s.wake()
}

// takeLapsed says whether the lease is to be taken anew, once.
func (s *session) takeLapsed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	lapsed := s.lapsed
	s.lapsed = false
	return lapsed
}

// snapshot sends the desk as it stands, and follows exactly the streams that go with it, whatever others the page says that it has seen. seen are
// the numbers that it has seen of contacts' streams; nil: those that it was sent.
func (s *session) snapshot(ctx context.Context, seen map[string]int64) error {
	snapshot, err := s.desk.Store.DeskSnapshot(ctx, s.agent.ID)
	if err != nil {
		return err
	}
	missed := map[string]int64{}
	s.mu.Lock()
	if seen == nil {
		seen = s.follows
	}
	for name, head := range snapshot.Streams {
		if last, ok := seen[name]; ok && strings.HasPrefix(name, "contact:") && last < head {
			missed[name] = last
			snapshot.Streams[name] = last
		}
	}
	s.follows = maps.Clone(snapshot.Streams)
	for name := range missed {
		s.behind[name] = true
	}
	s.mu.Unlock()
	s.desk.hub.ask(snapshot.Streams)
	body := s.desk.snapshotJSON(snapshot)
	body["type"], body["streams"] = "snapshot", snapshot.Streams
	s.send(ctx, body)
	if len(missed) > 0 {
		s.wake()
	}
	return nil
}

// addStreams adds the streams that the page follows.
func (s *session) addStreams(names map[string]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.follows {
		names[name] = true
	}
}

// tellStreams looks whether named streams that the page follows have more than the page was sent, and has that sent.
func (s *session) tellStreams(names []string, heads map[string]int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tell := func(name string) {
		if seen, ok := s.follows[name]; ok && heads[name] > seen {
			s.behind[name] = true
			s.wake()
		}
	}
	if len(names) <= len(s.follows) {
		for _, name := range names {
			tell(name)
		}
		return
	}
	for name := range s.follows {
		tell(name)
	}
}

// takeBehind gives the streams that have more, with the numbers seen last. One that could not be read is found again by the next look.
func (s *session) takeBehind() map[string]int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := make(map[string]int64, len(s.behind))
	for name := range s.behind {
		if seen, ok := s.follows[name]; ok {
			taken[name] = seen
		}
	}
	clear(s.behind)
	return taken
}

func (s *session) wake() { s.following.begin() }

// follow passes on what has happened.
func (s *session) follow(ctx context.Context) {
	var err error
	if s.takeLapsed() {
		err = s.lease(ctx)
	}
	s.sendLookers(ctx)
	if err = errors.Join(err, s.catchUp(ctx)); err != nil && ctx.Err() == nil {
		s.desk.Log.Warn().Err(err).Int64("agent", s.agent.ID).Msg("desk not up to date")
	}
}

// catchUp sends what the streams have that the page has not. A change of the agent's own stream changes what the desk
// consists of, so the whole, which is small, is sent again.
func (s *session) catchUp(ctx context.Context) error {
	own := fmt.Sprintf("agent:%d", s.agent.ID)
	changed := false
	for name, seen := range s.takeBehind() {
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
			s.send(ctx, object{"type": "event", "stream": e.Stream, "seq": e.Seq, "at": e.At, "kind": e.Kind, "data": e.Data})
		}
		s.mu.Lock()
		if _, ok := s.follows[name]; ok { // it may have left the desk meanwhile
			s.follows[name] = events[len(events)-1].Seq
		}
		if len(events) == mostReplayed {
			s.behind[name] = true
			s.wake()
		}
		s.mu.Unlock()
	}
	if changed {
		return s.snapshot(ctx, nil)
	}
	return nil
}

// send queues a message, and waits while the page has not taken those before. A page that takes none is closed by its writer's limit.
func (s *session) send(ctx context.Context, m any) {
	select {
	case s.out <- m:
		s.writing.begin()
	case <-ctx.Done():
	}
}

// beat has the page hear of the node, unless it has more to hear than it takes.
func (s *session) beat() {
	select {
	case s.out <- beat:
		s.writing.begin()
	default:
	}
}

// tellQueues has the page told how the queues stand now, once it has what was queued before.
func (s *session) tellQueues(now *queueNews) {
	s.mu.Lock()
	s.queues = now
	s.mu.Unlock()
	s.writing.begin()
}

// watches says whether a page shows how a queue stands: an agent's shows the own, and that of who leads shows all.
func (s *session) watches(queue string) bool {
	return s.agent.Role == access.Supervisor || s.agent.Role == access.Administrator || slices.Contains(s.agent.Queues, queue)
}

// takeQueues gives what tells the page how the agent's queues stand; nil: they have not changed.
func (s *session) takeQueues() *websocket.PreparedMessage {
	s.mu.Lock()
	now := s.queues
	s.queues = nil
	s.mu.Unlock()
	if now == nil {
		return nil
	}
	frame, err := now.frame(s.watches)
	if err != nil {
		s.desk.Log.Error().Err(err).Msg("queues not told")
		return nil
	}
	return frame
}

// close ends the session with a code that tells the page what to do.
func (s *session) close(why closing) {
	s.closing.Do(func() {
		s.reason <- websocket.FormatCloseMessage(why.Code, why.Why)
		s.ended()
	})
}

// write writes what is queued, and then how the queues stand.
func (s *session) write() {
	for {
		var m any
		select {
		case m = <-s.out:
		default:
			frame := s.takeQueues()
			if frame == nil {
				return
			}
			m = frame
		}
		err := s.writeMessage(m)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.close(closeSlow)
		}
		if err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			s.ended()
			return
		}
	}
}

func (s *session) writeMessage(m any) error {
	_ = s.socket.SetWriteDeadline(time.Now().Add(writeLimit))
	made, ok := m.(*websocket.PreparedMessage)
	if !ok {
		return s.socket.WriteJSON(m)
	}
	err := s.socket.WritePreparedMessage(made)
	if err == nil && made == beat {
		err = s.socket.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeLimit))
	}
	return err
}

// hangUp ends the socket, and its reader with it. It tells the page why, if there is a reason.
func (s *session) hangUp() {
	select {
	case frame := <-s.reason:
		_ = s.socket.WriteControl(websocket.CloseMessage, frame, time.Now().Add(writeLimit))
	default:
	}
	_ = s.socket.Close()
}
