// Package speechtest is a server of Vosk's WebSocket protocol for tests. It understands what a test has scripted, whatever is said: it hears only whether
// somebody speaks.
package speechtest

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"okno/internal/speech"
)

// Fault is what a server does wrong.
type Fault int

// The faults. Each begins with the next samples, but for Refuses, which begins with the next connection.
const (
	None     Fault = iota
	Refuses        // the connection
	Closes         // without an answer
	Silent         // reads, and never answers
	Nonsense       // answers with what is no JSON
	Foreign        // answers with JSON of something else
	Endless        // answers with more than anybody reads
)

const (
	// loud is more than the noise of a line, and less than speech.
	loud = 700
	// Pause is how much silence ends an utterance.
	Pause = 400 * time.Millisecond
)

// Saying is what the server understands of an utterance.
type Saying struct {
	Text       string
	Confidence float64
}

// Session is a connection, as far as it has got.
type Session struct {
	Phrases []string // that were expected
	Heard   time.Duration
	Ended   bool // by the client's word
	Open    bool
	Left    bool // with a word of the protocol of WebSockets
}

// Server is a server on a loopback port.
type Server struct {
	http *httptest.Server

	mu       sync.Mutex
	script   []Saying
	fault    Fault
	slow     time.Duration
	sessions []*Session
}

// Start starts a server that understands nothing, until the end of the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	return s
}

// URL is where it listens.
func (s *Server) URL() string { return strings.Replace(s.http.URL, "http", "ws", 1) }

// Understand adds what the next utterances are understood as: each with full confidence.
func (s *Server) Understand(texts ...string) {
	for _, text := range texts {
		s.UnderstandUnsurely(text, 1)
	}
}

// UnderstandUnsurely adds what the next utterance is understood as.
func (s *Server) UnderstandUnsurely(text string, confidence float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script = append(s.script, Saying{text, confidence})
}

// Fail has it do something wrong from now on.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// SlowDown has each answer take its time.
func (s *Server) SlowDown(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = d
}

// Sessions gives all connections so far.
func (s *Server) Sessions() []Session {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Session, len(s.sessions))
	for i, session := range s.sessions {
		all[i] = *session
	}
	return all
}

// state gives what to do wrong, and how slowly.
func (s *Server) state() (Fault, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fault, s.slow
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	if fault, _ := s.state(); fault == Refuses {
		http.Error(w, "no model", http.StatusServiceUnavailable)
		return
	}
	upgrader := websocket.Upgrader{}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	session := &Session{Open: true}
	s.note(func() { s.sessions = append(s.sessions, session) })
	defer s.note(func() { session.Open = false })
	ear := &ear{server: s}
	for {
		kind, message, err := conn.ReadMessage()
		if err != nil {
			s.note(func() { session.Left = websocket.IsCloseError(err, websocket.CloseNormalClosure) })
			return
		}
		if kind == websocket.TextMessage && string(message) != `{"eof" : 1}` {
			var config struct {
				Config struct {
					Phrases []string `json:"phrase_list"`
				} `json:"config"`
			}
			if json.Unmarshal(message, &config) != nil {
				return
			}
			s.note(func() { session.Phrases = config.Config.Phrases })
			continue
		}
		over := kind == websocket.TextMessage
		fault, slow := s.state()
		answer := ""
		switch {
		case fault == Closes:
			return
		case fault == Silent:
			continue
		case fault == Nonsense:
			answer = "<html>"
		case fault == Foreign:
			answer = `{"error": "out of memory"}`
		case fault == Endless:
			answer = `{"text": "` + strings.Repeat("да ", 2<<20) + `"}`
		case over:
			answer = ear.end()
		default:
			answer = ear.hear(message)
		}
		s.note(func() { session.Heard, session.Ended = ear.at, over })
		if slow > 0 {
			<-time.After(slow)
		}
		if conn.WriteMessage(websocket.TextMessage, []byte(answer)) != nil || over {
			return
		}
	}
}

func (s *Server) note(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// next gives what is understood next; take: and never again.
func (s *Server) next(take bool) (saying Saying) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.script) > 0 {
		saying = s.script[0]
		if take {
			s.script = s.script[1:]
		}
	}
	return saying
}

// ear hears when somebody speaks, by frames of 20 ms.
type ear struct {
	server       *Server
	at           time.Duration // since the beginning
	begun, ended time.Duration // of the utterance that goes on
	speaks       bool
}

const frame = 20 * time.Millisecond

func (e *ear) hear(samples []byte) string {
	const size = int(speech.SampleRate * frame / time.Second * speech.BytesPerSample)
	answer := ""
	for len(samples) > 0 {
		part := samples[:min(size, len(samples))]
		samples = samples[len(part):]
		e.at += time.Duration(len(part)/speech.BytesPerSample) * time.Second / speech.SampleRate
		switch {
		case level(part) >= loud:
			if !e.speaks {
				e.speaks, e.begun = true, e.at-frame
			}
			e.ended = e.at
		case e.speaks && e.at-e.ended >= Pause:
			answer = e.end()
		}
	}
	switch {
	case answer != "":
		return answer
	case e.speaks:
		return say(map[string]any{"partial": e.server.next(false).Text})
	}
	return say(map[string]any{"partial": ""})
}

// end gives the utterance that goes on, whose words took the same time each.
func (e *ear) end() string {
	if !e.speaks {
		return say(map[string]any{"text": ""})
	}
	e.speaks = false
	saying := e.server.next(true)
	words := strings.Fields(saying.Text)
	if len(words) == 0 {
		return say(map[string]any{"text": ""})
	}
	var result []map[string]any
	each := (e.ended - e.begun) / time.Duration(len(words))
	for i, word := range words {
		begin := e.begun + time.Duration(i)*each
		result = append(result, map[string]any{"word": word, "start": begin.Seconds(), "end": (begin + each).Seconds(), "conf": saying.Confidence})
	}
	return say(map[string]any{"text": saying.Text, "result": result})
}

// level is how loud samples are: their mean without a sign.
func level(samples []byte) (mean int) {
	n := len(samples) / speech.BytesPerSample
	if n == 0 {
		return 0
	}
	for i := range n {
		v := int(int16(binary.LittleEndian.Uint16(samples[2*i:])))
		mean += max(v, -v)
	}
	return mean / n
}

func say(answer map[string]any) string {
	said, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return string(said)
}
