package ivr

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"okno/internal/call"
)

// soundPrefix begins the ids of the channels and bridges by which callers are heard.
const soundPrefix = call.LegPrefix + "speech-"

const (
	// soundLimit bounds the time until a caller's sound comes, and any pause in it: Asterisk sends silence, too.
	soundLimit = 3 * time.Second
	// mostFrames are kept for whoever listens: three seconds of 20 ms each, more than a slow engine is waited for.
	mostFrames = 150
	// removeLimit bounds what is left to do at the end: the owner of an Asterisk that hangs must be able to stop.
	removeLimit = 2 * time.Second
	// largestFrame is what one message has at most. Asterisk sends 320 octets.
	largestFrame = 16 << 10
)

// errNoSound says that Asterisk does not give a caller's sound.
var errNoSound = errors.New("no sound comes from asterisk")

// sound is what a caller says, as Asterisk gives it: a channel that snoops on the caller's, in a bridge with one whose far end is a WebSocket of ours. The
// call itself is not touched. With this process the WebSocket ends, and the channel behind it; the sweep of the next process finds what is left.
type sound struct {
	line   *Line
	of     string        // the caller's channel
	id     string        // of the bridge; the channels' begin with it
	came   chan struct{} // a token for each of the two channels that has come
	frames chan []byte   // signed 16-bit samples at 8 kHz; those that nobody takes in time are dropped
	over   chan struct{} // closed when no more come
}

func newSound(l *Line, channel string) *sound {
	return &sound{line: l, of: channel, id: soundPrefix + strings.ToLower(rand.Text()), came: make(chan struct{}, 2),
		frames: make(chan []byte, mostFrames), over: make(chan struct{})}
}

func (s *sound) snooping() string { return s.id + "-snoop" }

func (s *sound) leaving() string { return s.id + "-media" }

// run gives the sound until ctx ends, and then leaves nothing of it in Asterisk.
func (s *sound) run(ctx context.Context) error {
	s.line.keepSound(s, true)
	defer s.line.keepSound(s, false)
	defer s.remove(ctx)
	defer close(s.over)
	conn, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() {
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "") // Asterisk warns of each that goes without a word
		_ = conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(removeLimit))
		_ = conn.Close()
	})
	defer stop()
	for {
		if err := conn.SetReadDeadline(time.Now().Add(soundLimit)); err != nil {
			return err
		}
		kind, samples, err := conn.ReadMessage()
		if err != nil {
			return fmt.Errorf("%w: %w", errNoSound, err)
		}
		if kind != websocket.BinaryMessage { // news of the channel, in words
			continue
		}
		select {
		case s.frames <- samples:
		default:
		}
	}
}

// open makes the channels and joins them.
func (s *sound) open(ctx context.Context) (conn *websocket.Conn, err error) {
	ctx, cancel := context.WithTimeout(ctx, soundLimit)
	defer cancel()
	rest := s.line.rest
	spying := url.Values{"spy": {"in"}, "app": {application}, "appArgs": {earArg}}
	if err := rest.post(ctx, "snoop", "/channels/"+url.PathEscape(s.of)+"/snoop/"+s.snooping(), spying); err != nil {
		return nil, err
	}
	address, err := rest.media(ctx, s.leaving())
	if err != nil {
		return nil, err
	}
	dialer := websocket.Dialer{HandshakeTimeout: soundLimit, Subprotocols: []string{"media"}}
	if conn, _, err = dialer.DialContext(ctx, address, nil); err != nil {
		return nil, fmt.Errorf("%w: %w", errNoSound, err)
	}
	conn.SetReadLimit(largestFrame)
	for range cap(s.came) {
		select {
		case <-s.came:
		case <-ctx.Done():
			_ = conn.Close()
			return nil, fmt.Errorf("%w: its channels do not come", errNoSound)
		}
	}
	if err = rest.post(ctx, "create bridge", "/bridges/"+s.id, url.Values{"type": {"mixing"}}); err == nil {
		err = rest.post(ctx, "add to bridge", "/bridges/"+s.id+"/addChannel", url.Values{"channel": {s.snooping() + "," + s.leaving()}})
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// remove ends the channels and the bridge. What Asterisk does not answer about is left to the sweep.
func (s *sound) remove(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeLimit)
	defer cancel()
	var failed error
	for _, path := range []string{"/channels/" + s.leaving(), "/channels/" + s.snooping(), "/bridges/" + s.id} {
		response, err := s.line.rest.do(ctx, "remove sound", http.MethodDelete, path, nil)
		switch {
		case err == nil:
			_ = response.Body.Close()
		case !isGone(err):
			failed = errors.Join(failed, err)
		}
	}
	if failed != nil {
		s.line.log.Warn().Err(failed).Msg("channels of a caller's sound stay")
		s.line.sweepSoon()
	}
}

// keepSound has the sweep know what belongs to a sound, or no more.
func (l *Line) keepSound(s *sound, lives bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range []string{s.id, s.snooping(), s.leaving()} {
		if lives {
			l.sounds[id] = s
		} else {
			delete(l.sounds, id)
		}
	}
}

// soundCame tells a sound that one of its channels has come. It is false for any other channel.
func (l *Line) soundCame(channel string) bool {
	l.mu.Lock()
	s := l.sounds[channel]
	l.mu.Unlock()
	if s == nil {
		return false
	}
	select {
	case s.came <- struct{}{}:
	default:
	}
	return true
}

// hasSound says whether a channel or a bridge is of a sound that is here.
func (l *Line) hasSound(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sounds[id] != nil
}

// post makes a request of which nothing but its end is of interest.
func (r *rest) post(ctx context.Context, doing, path string, query url.Values) error {
	response, err := r.do(ctx, doing, http.MethodPost, path+"?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// media makes a channel, by an id of ours, whose sound comes and goes by a WebSocket, and gives the URL of that. Nobody can guess it, and Asterisk lets one
// connection in.
func (r *rest) media(ctx context.Context, id string) (address string, err error) {
	query := url.Values{
		"channelId": {id}, "app": {application}, "data": {earArg}, "external_host": {"INCOMING"}, "transport": {"websocket"}, "encapsulation": {"none"},
		"connection_type": {"server"}, "format": {"slin"},
	}
	response, err := r.do(ctx, "make media channel", http.MethodPost, "/channels/externalMedia?"+query.Encode(), nil)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var made struct {
		Variables map[string]string `json:"channelvars"`
	}
	if err := json.NewDecoder(response.Body).Decode(&made); err != nil {
		return "", wrap("make media channel", err)
	}
	connection := made.Variables["MEDIA_WEBSOCKET_CONNECTION_ID"]
	u, err := url.Parse(r.client.Options.URL)
	if err != nil || connection == "" {
		return "", wrap("make media channel", errNoSound)
	}
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	u.Path = path.Join(path.Dir(u.Path), "media", connection) // beside ari
	return u.String(), nil
}

// skip drops what came before the question.
func (s *sound) skip() {
	for {
		select {
		case <-s.frames:
		default:
			return
		}
	}
}

// next gives the next piece of the sound, all that has come. It is false once the question is over, or the sound.
func (s *sound) next(asked context.Context) (samples []byte, ok bool) {
	for len(samples) < atOnce || len(s.frames) > 0 {
		select {
		case frame := <-s.frames:
			samples = append(samples, frame...)
		case <-s.over:
			return nil, false
		case <-asked.Done():
			return nil, false
		}
	}
	return samples, true
}
