// Package desktest is a page's end of a desk for tests: it logs in, follows the desk and sends commands, as the page in the browser does.
package desktest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/protocol"
)

// schema is what every frame is checked against.
var schema = sync.OnceValues(protocol.Read)

// M is an object of the protocol.
type M = map[string]any

// LogIn logs an agent in at a server, and gives the cookie and the status of the answer.
func LogIn(t testing.TB, server, login, password string) (cookie string, status int) {
	t.Helper()
	body, err := json.Marshal(M{"login": login, "password": password})
	require.NoError(t, err)
	response, err := http.Post(server+"/desk/login", "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	for _, c := range response.Cookies() {
		require.True(t, c.HttpOnly && c.Secure && c.SameSite == http.SameSiteStrictMode)
		cookie = c.Name + "=" + c.Value
	}
	return cookie, response.StatusCode
}

// LogOut ends a login, and gives the status of the answer.
func LogOut(t testing.TB, server, cookie string) int {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, server+"/desk/logout", nil)
	require.NoError(t, err)
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	response.Body.Close()
	return response.StatusCode
}

// Page is a page that is connected. It reads on its own, as a browser does: a page that did not would be taken for lost.
type Page struct {
	Socket *websocket.Conn    // to write to, and to close
	Seen   map[string]float64 // the numbers of its streams
	Desk   M                  // the newest snapshot

	t      testing.TB
	schema *protocol.Schema
	news   chan struct{} // that there is something in what follows

	mu     sync.Mutex
	got    []M
	ended  error
	breach error // of the schema, the first
}

func (p *Page) read() {
	for {
		var got M
		err := p.Socket.ReadJSON(&got)
		var breach error
		if err == nil {
			breach = p.schema.Incoming(got)
		}
		p.mu.Lock()
		if p.breach == nil {
			p.breach = breach
		}
		if p.ended = err; err == nil && got["type"] != "beat" {
			p.got = append(p.got, got)
		}
		p.mu.Unlock()
		select {
		case p.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// next gives a message, or the error that ended the socket once all messages were given; neither: there is none yet.
func (p *Page) next() (M, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.got) == 0 {
		return nil, p.ended
	}
	got := p.got[0]
	p.got = p.got[1:]
	return got, nil
}

// Dial opens the socket of a login, without a word.
func Dial(server, cookie string) (*websocket.Conn, *http.Response, error) {
	return DialFrom(server, http.Header{"Cookie": {cookie}})
}

// DialFrom opens the socket with the headers of whatever page asks for it.
func DialFrom(server string, header http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server, "http")+"/desk/ws", header)
}

// Open opens a page, which says what it has seen.
func Open(t testing.TB, server, cookie string, seen map[string]float64) *Page {
	t.Helper()
	p, err := TryOpen(t, server, cookie, seen)
	require.NoError(t, err)
	return p
}

// TryOpen is Open at a server that may not be there.
func TryOpen(t testing.TB, server, cookie string, seen map[string]float64) (*Page, error) {
	socket, _, err := Dial(server, cookie)
	if err != nil {
		return nil, err
	}
	schema, err := schema()
	require.NoError(t, err)
	p := &Page{Socket: socket, Seen: map[string]float64{}, t: t, schema: schema, news: make(chan struct{}, 1)}
	t.Cleanup(func() {
		_ = socket.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		assert.NoError(t, p.breach, "a frame is not as agentdesk/protocol/schema.json has it")
	})
	go p.read() // until the socket is closed
	return p, socket.WriteJSON(M{"type": "hello", "streams": seen})
}

// patience is how long a page waits for what it wants.
const patience = 10 * time.Second

// Until reads messages up to the one that is wanted, and gives all of them.
func (p *Page) Until(what string, want func(M) bool) (wanted M, all []M) {
	p.t.Helper()
	wanted, all, err := p.Await(want, patience)
	require.NoError(p.t, err, "waiting for %s, after %v", what, all)
	return wanted, all
}

// Await is Until with an error when the message does not come, or the socket breaks.
func (p *Page) Await(want func(M) bool, within time.Duration) (wanted M, all []M, err error) {
	patience := time.NewTimer(within)
	defer patience.Stop()
	for {
		got, err := p.next()
		if err != nil {
			return nil, all, err
		}
		if got == nil {
			select {
			case <-p.news:
				continue
			case <-patience.C:
				return nil, all, os.ErrDeadlineExceeded
			}
		}
		all = append(all, got)
		switch got["type"] {
		case "event":
			p.Seen[got["stream"].(string)] = got["seq"].(float64)
		case "snapshot":
			p.Desk = got
		}
		if want(got) {
			return got, all, nil
		}
	}
}

// Closed waits until the socket is closed, and gives the code that it was closed with.
func (p *Page) Closed(within time.Duration) int {
	p.t.Helper()
	_, _, err := p.Await(func(M) bool { return false }, within)
	var end *websocket.CloseError
	require.ErrorAs(p.t, err, &end)
	return end.Code
}

// Snapshot waits until the desk's contacts are as wanted; they may be already.
func (p *Page) Snapshot(what string, want func(contacts []any) bool) []any {
	p.t.Helper()
	if p.Desk == nil || !want(p.Desk["contacts"].([]any)) {
		p.Until(what, func(got M) bool { return got["type"] == "snapshot" && want(got["contacts"].([]any)) })
	}
	for name, seq := range p.Desk["streams"].(map[string]any) {
		p.Seen[name] = max(p.Seen[name], seq.(float64))
	}
	return p.Desk["contacts"].([]any)
}

// InState wants one contact, in a state.
func InState(state string) func([]any) bool {
	return func(contacts []any) bool { return len(contacts) == 1 && contacts[0].(M)["state"] == state }
}

// Sends sends a command and gives its result.
func (p *Page) Sends(name string, args any) M {
	p.t.Helper()
	return p.SendsAs(uuid.NewString(), name, args)
}

// SendsAs is Sends under an id.
func (p *Page) SendsAs(id, name string, args any) M {
	p.t.Helper()
	got, err := p.TrySends(id, name, args)
	require.NoError(p.t, err, "waiting for the answer to %s", name)
	return got
}

// TrySends is SendsAs at a server that may go away. What the server has done is a command of the schema.
func (p *Page) TrySends(id, name string, args any) (M, error) {
	if err := p.Socket.WriteJSON(M{"type": "command", "id": id, "name": name, "args": args}); err != nil {
		return nil, err
	}
	got, _, err := p.Await(func(got M) bool { return got["type"] == "result" && got["id"] == id }, patience)
	if err == nil && got["ok"] == true {
		assert.NoError(p.t, p.schema.Command(name, read(p.t, args)), "%s was done with arguments that are not as agentdesk/protocol/schema.json has them", name)
	}
	return got, err
}

// read gives a value as it is read from JSON.
func read(t testing.TB, value any) (got any) {
	body, err := json.Marshal(value)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &got))
	return got
}
