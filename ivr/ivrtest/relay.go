package ivrtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Fate is what becomes of a request to ARI on a [Relay].
type Fate int

// The fates.
const (
	Passes     Fate = iota
	Refused         // 500, and not carried out
	LosesReply      // carried out, and the connection is cut before the answer
	Hangs           // neither carried out nor answered while the trouble lasts, or the client waits
)

// Relay stands between a line and the ARI of its Asterisk, and can fail requests and cut the stream of events.
type Relay struct {
	URL string // of ARI, by the relay

	mu      sync.Mutex
	fates   map[string]Fate // of the next request of a kind
	all     Fate            // of all requests, until
	until   time.Time
	away    time.Time // until when the events are not to be had
	cutters map[int]context.CancelFunc
	streams int
}

// kinds are the kinds of request by which a line acts on Asterisk.
var kinds = map[string]*regexp.Regexp{
	"answer":        regexp.MustCompile(`^POST /ari/channels/[^/]+/answer$`),
	"play":          regexp.MustCompile(`^POST /ari/channels/[^/]+/play/`),
	"stop":          regexp.MustCompile(`^DELETE /ari/playbacks/`),
	"start music":   regexp.MustCompile(`^POST /ari/channels/[^/]+/moh$`),
	"stop music":    regexp.MustCompile(`^DELETE /ari/channels/[^/]+/moh$`),
	"ring":          regexp.MustCompile(`^POST /ari/channels(/create)?$`),
	"bridge":        regexp.MustCompile(`^POST /ari/bridges/[^/]+$`),
	"add":           regexp.MustCompile(`^POST /ari/bridges/[^/]+/addChannel$`),
	"remove bridge": regexp.MustCompile(`^DELETE /ari/bridges/[^/]+$`),
	"send on":       regexp.MustCompile(`^POST /ari/channels/[^/]+/continue$`),
	"hang up":       regexp.MustCompile(`^DELETE /ari/channels/[^/]+$`),
}

// StartRelay opens a relay to an ARI; it ends with the test.
func StartRelay(t *testing.T, ari string) *Relay {
	t.Helper()
	target, err := url.Parse(strings.TrimSuffix(ari, "/ari"))
	require.NoError(t, err)
	r := &Relay{fates: map[string]Fate{}, cutters: map[int]context.CancelFunc{}}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(response *http.Response) error {
		if response.Request.Context().Value(losesReply{}) != nil {
			return errors.New("the answer is lost")
		}
		return nil
	}
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) { r.serve(proxy, w, request) }))
	t.Cleanup(func() {
		r.CutEvents(time.Minute)
		server.CloseClientConnections()
		server.Close()
	})
	r.URL = server.URL + "/ari"
	return r
}

type losesReply struct{}

func (r *Relay) serve(proxy http.Handler, w http.ResponseWriter, request *http.Request) {
	if strings.HasSuffix(request.URL.Path, "/events") {
		r.follow(proxy, w, request)
		return
	}
	switch fate, until := r.fate(request.Method + " " + request.URL.Path); fate {
	case Refused:
		http.Error(w, `{"message":"the relay refuses"}`, http.StatusInternalServerError)
		return
	case LosesReply:
		request = request.WithContext(context.WithValue(request.Context(), losesReply{}, true))
	case Hangs:
		_, _ = io.Copy(io.Discard, request.Body) // the server sees a client go once it has read all
		var over <-chan time.Time                // never of a request that hangs alone
		if !until.IsZero() {
			over = time.After(time.Until(until))
		}
		select {
		case <-over:
		case <-request.Context().Done():
		}
		panic(http.ErrAbortHandler)
	}
	proxy.ServeHTTP(w, request)
}

func (r *Relay) fate(request string) (Fate, time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Now().Before(r.until) {
		return r.all, r.until
	}
	for kind, fate := range r.fates {
		if kinds[kind].MatchString(request) {
			delete(r.fates, kind)
			return fate, time.Time{}
		}
	}
	return Passes, time.Time{}
}

func (r *Relay) follow(proxy http.Handler, w http.ResponseWriter, request *http.Request) {
	ctx, cut := context.WithCancel(request.Context())
	defer cut()
	r.mu.Lock()
	if time.Now().Before(r.away) {
		r.mu.Unlock()
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	}
	r.streams++
	id := r.streams
	r.cutters[id] = cut
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.cutters, id)
	}()
	proxy.ServeHTTP(w, request.WithContext(ctx))
}

// EachOnce gives the next request of every kind that a call makes a fate.
func (r *Relay) EachOnce(fate Fate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind := range kinds {
		if kind != "send on" { // which is of no call
			r.fates[kind] = fate
		}
	}
}

// Once gives the next request of a kind a fate.
func (r *Relay) Once(kind string, fate Fate) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fates[kind] = fate
}

// Left are the kinds whose request with a fate has not come yet.
func (r *Relay) Left() (left []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for kind := range r.fates {
		left = append(left, kind)
	}
	return left
}

// All gives all requests a fate for a while. The stream of events goes on.
func (r *Relay) All(fate Fate, lasting time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all, r.until = fate, time.Now().Add(lasting)
}

// CutEvents cuts the stream of events, which is not to be had for a while.
func (r *Relay) CutEvents(lasting time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.away = time.Now().Add(lasting)
	for _, cut := range r.cutters {
		cut()
	}
}
