// Package vosk recognises speech by servers of Vosk's WebSocket protocol (alphacep/vosk-server, websocket/asr_server.py). A server has one model, and
// so one language.
//
// Okno sends a configuration, which is not answered; then samples, each message of which is answered by one; then the end, which is answered by what
// was left, and the server closes.
package vosk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"okno/internal/grammar"
	"okno/internal/speech"
)

const (
	connectLimit = 2 * time.Second
	// answerLimit is how long a server may take for one message. Samples of a second take one of its cores some 0.2 s.
	answerLimit = 10 * time.Second
	closeLimit  = 100 * time.Millisecond
	// longestAnswer is more than an hour of words takes.
	longestAnswer = 2 << 20
	// mostSamples are sent in one message: four seconds.
	mostSamples = 4 * speech.SampleRate * speech.BytesPerSample
)

// ErrAnswer says that a server has answered what is not of the protocol.
var ErrAnswer = errors.New("not an answer of vosk's protocol")

// unknown is what a server says in the place of words that are none of those in its list, if the list has it.
const unknown = "[unk]"

// Engine knows a server for each language.
type Engine struct {
	servers map[grammar.Language]string
	dialer  websocket.Dialer
	limit   time.Duration // of an answer
}

// New returns an engine of the servers at the URLs, ws://host:port or wss://host.
func New(servers map[grammar.Language]string) *Engine {
	return &Engine{servers: servers, dialer: websocket.Dialer{HandshakeTimeout: connectLimit}, limit: answerLimit}
}

// Check says what is wrong with the URL of a server.
func Check(server string) error {
	u, err := url.Parse(server)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return errors.New("no URL of a server: ws://127.0.0.1:2700")
	}
	return nil
}

type configuration struct {
	SampleRate   int      `json:"sample_rate"`
	Words        bool     `json:"words"`
	Alternatives int      `json:"max_alternatives"`
	Phrases      []string `json:"phrase_list,omitempty"`
}

// Listen connects to the server of a language.
func (e *Engine) Listen(ctx context.Context, l grammar.Language, expected []string) (speech.Listener, error) {
	server, ok := e.servers[l]
	if !ok {
		return nil, fmt.Errorf("listen in %q: %w", l, speech.ErrLanguage)
	}
	conn, response, err := e.dialer.DialContext(ctx, server, nil)
	if err != nil {
		if response != nil {
			err = errors.New(response.Status)
		}
		return nil, fmt.Errorf("connect to the recognition of %q: %w", l, err)
	}
	conn.SetReadLimit(longestAnswer)
	listener := &listener{conn: conn, limit: e.limit}
	message, err := json.Marshal(map[string]configuration{"config": {SampleRate: speech.SampleRate, Words: true, Phrases: phraseList(expected)}})
	if err == nil {
		err = listener.exchange(ctx, func() error { return conn.WriteMessage(websocket.TextMessage, message) })
	}
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("configure the recognition of %q: %w", l, err)
	}
	return listener, nil
}

// phraseList gives what a server is to expect. Models differ in whether they write ё: a phrase that a model does not know is passed over by it.
func phraseList(expected []string) []string {
	if len(expected) == 0 {
		return nil
	}
	var list []string
	for _, phrase := range expected {
		list = append(list, phrase)
		if other := strings.ReplaceAll(phrase, "ё", "е"); other != phrase {
			list = append(list, other)
		}
	}
	return append(list, unknown)
}

// listener is one connection.
type listener struct {
	conn  *websocket.Conn
	limit time.Duration
	close sync.Once
}

// Hear sends samples, and reads what the server answers to them.
func (l *listener) Hear(ctx context.Context, samples []byte) (heard speech.Utterance, err error) {
	for part := range slices.Chunk(samples, mostSamples) {
		next, err := l.ask(ctx, websocket.BinaryMessage, part)
		if err != nil {
			return speech.Utterance{}, err
		}
		heard = join(heard, next)
	}
	return heard, nil
}

// End tells the server that nothing more comes.
func (l *listener) End(ctx context.Context) (speech.Utterance, error) {
	return l.ask(ctx, websocket.TextMessage, []byte(`{"eof" : 1}`)) // as it stands: the server compares texts
}

// Close ends the connection, with a word: a server logs an error of each that breaks off.
func (l *listener) Close() {
	l.close.Do(func() {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(closeLimit))
		_ = l.conn.Close()
	})
}

// join gives what came of two messages. What was final is not lost by what comes after it.
func join(one, other speech.Utterance) speech.Utterance {
	switch {
	case !one.Final:
		return other
	case !other.Final:
		return one
	}
	return speech.Utterance{Words: slices.Concat(one.Words, other.Words), Final: true}
}

func (l *listener) ask(ctx context.Context, kind int, message []byte) (heard speech.Utterance, err error) {
	err = l.exchange(ctx, func() error {
		if err := l.conn.WriteMessage(kind, message); err != nil {
			return err
		}
		kind, said, err := l.conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage {
			return ErrAnswer
		}
		heard, err = parse(said)
		return err
	})
	if err != nil {
		return speech.Utterance{}, fmt.Errorf("recognise: %w", err)
	}
	return heard, nil
}

// exchange runs fn within the limit of an answer, and no longer than ctx.
func (l *listener) exchange(ctx context.Context, fn func() error) error {
	until := time.Now().Add(l.limit)
	if err := cmp.Or(ctx.Err(), l.conn.SetWriteDeadline(until), l.conn.SetReadDeadline(until)); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, l.Close)
	defer stop()
	if err := fn(); err != nil {
		return cmp.Or(context.Cause(ctx), err)
	}
	return nil
}

type answer struct {
	Partial *string `json:"partial"`
	Text    *string `json:"text"`
	Result  []word  `json:"result"`
}

type word struct {
	Word       string  `json:"word"`
	Begin      float64 `json:"start"` // seconds
	End        float64 `json:"end"`
	Confidence float64 `json:"conf"`
}

func parse(said []byte) (speech.Utterance, error) {
	var a answer
	if err := json.Unmarshal(said, &a); err != nil {
		return speech.Utterance{}, ErrAnswer
	}
	switch {
	case a.Text != nil:
		return a.final(), nil
	case a.Partial != nil:
		var u speech.Utterance
		for _, text := range strings.Fields(*a.Partial) {
			u.Words = append(u.Words, speech.Word{Text: known(text)})
		}
		return u, nil
	}
	return speech.Utterance{}, ErrAnswer
}

// final is an utterance that has ended. A server that gives no details is as sure as it can be.
func (a answer) final() speech.Utterance {
	u := speech.Utterance{Final: true}
	for _, w := range a.Result {
		u.Words = append(u.Words, speech.Word{Text: known(w.Word), Begin: duration(w.Begin), End: duration(max(w.Begin, w.End)), Confidence: max(0, min(w.Confidence, 1))})
	}
	if len(a.Result) == 0 {
		for _, text := range strings.Fields(*a.Text) {
			u.Words = append(u.Words, speech.Word{Text: known(text), Confidence: 1})
		}
	}
	u.Final = len(u.Words) > 0 // silence is no utterance
	return u
}

func known(text string) string {
	if text == unknown {
		return ""
	}
	return strings.ToLower(text)
}

func duration(seconds float64) time.Duration {
	const longest = float64(24 * time.Hour)
	return time.Duration(max(0, min(math.Round(seconds*1e3)*float64(time.Millisecond), longest)))
}
