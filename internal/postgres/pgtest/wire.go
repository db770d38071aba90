package pgtest

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Fate is what becomes of a commit on a [Wire]. The client sees the same of both that fail: its connection is gone.
type Fate int

const (
	Commits    Fate = iota // as without the wire
	LosesReply             // it is in force, and the connection is cut before the reply
	LosesOrder             // the connection is cut before the server gets it
)

// Wire is a way to a database that can be cut at a commit.
type Wire struct {
	URL string // of the database, by the wire

	listener net.Listener
	server   string
	running  sync.WaitGroup

	mu    sync.Mutex
	about string
	fates []Fate
	conns map[net.Conn]bool
	cut   bool
}

// NewWire opens a wire to the database of a URL. It ends with the test, after what was opened on it later.
func NewWire(t testing.TB, database string) *Wire {
	t.Helper()
	u, err := url.Parse(database)
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &Wire{listener: listener, server: u.Host, conns: map[net.Conn]bool{}}
	u.Host = listener.Addr().String()
	w.URL = u.String()
	w.running.Go(w.accept)
	t.Cleanup(func() {
		listener.Close()
		w.mu.Lock()
		for conn := range w.conns {
			conn.Close()
		}
		w.mu.Unlock()
		w.running.Wait()
	})
	return w
}

// Decide gives the next commits their fates, in order: of transactions in which a statement contains the text. Commits after
// them, and all others, go through.
func (w *Wire) Decide(about string, fates ...Fate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.about, w.fates = about, fates
}

// Undecided is how many of the fates have not come about yet.
func (w *Wire) Undecided() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.fates)
}

// Cut cuts all connections, and lets no new one through until the wire is mended.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = true
	for conn := range w.conns {
		conn.Close()
	}
}

// Mend lets connections through again.
func (w *Wire) Mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
}

func (w *Wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.running.Go(func() { w.serve(client) })
	}
}

func (w *Wire) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	w.mu.Lock()
	if w.cut {
		w.mu.Unlock()
		return
	}
	w.conns[client], w.conns[server] = true, true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.conns, client)
		delete(w.conns, server)
	}()
	p := &pipe{wire: w, client: client, server: server, prepared: map[string]string{}}
	w.running.Go(p.down)
	p.up()
}

// pipe is one connection.
type pipe struct {
	wire           *Wire
	client, server net.Conn

	mu   sync.Mutex
	lose bool // the next bytes of the server

	prepared map[string]string // statements by name
	about    bool              // the transaction does
}

// down passes on what the server says. Whatever it says to a commit whose reply is to be lost ends the connection: the commit
// is in force then.
func (p *pipe) down() {
	defer p.client.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := p.server.Read(buffer)
		p.mu.Lock()
		lose := p.lose
		p.mu.Unlock()
		if err != nil || lose {
			return
		}
		if _, err := p.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// up passes on what the client says, message by message (PostgreSQL manual, "Frontend/Backend Protocol").
func (p *pipe) up() {
	defer p.server.Close()
	const sslRequest, gssRequest = 80877103, 80877104
	for typed := false; ; {
		head := make([]byte, 4)
		if typed {
			head = make([]byte, 5)
		}
		if _, err := io.ReadFull(p.client, head); err != nil {
			return
		}
		body := make([]byte, max(0, int(binary.BigEndian.Uint32(head[len(head)-4:]))-4))
		if _, err := io.ReadFull(p.client, body); err != nil {
			return
		}
		switch {
		case typed:
			if p.hear(head[0], body) == LosesOrder {
				p.client.Close()
				return
			}
		case len(body) < 4:
			return
		default:
			code := binary.BigEndian.Uint32(body)
			typed = code != sslRequest && code != gssRequest
		}
		if _, err := p.server.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// hear follows which statements the transaction has, and gives the fate of its commit.
func (p *pipe) hear(kind byte, body []byte) Fate {
	field := func(n int) string { return string(append(bytes.SplitN(body, []byte{0}, n+2), nil, nil)[n]) }
	w := p.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	contains := func(sql string) bool { return w.about != "" && strings.Contains(sql, w.about) }
	switch kind {
	case 'P': // parse: name, statement
		p.prepared[field(0)] = field(1)
	case 'B': // bind: portal, name
		p.about = p.about || contains(p.prepared[field(1)])
	case 'Q':
		sql := strings.ToLower(field(0))
		switch {
		case strings.HasPrefix(sql, "begin"):
			p.about = false
		case sql == "commit" && p.about && len(w.fates) > 0:
			fate := w.fates[0]
			w.fates = w.fates[1:]
			if fate == LosesReply {
				p.mu.Lock()
				p.lose = true
				p.mu.Unlock()
			}
			return fate
		default:
			p.about = p.about || contains(field(0))
		}
	}
	return Commits
}
