package ivr

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/CyCoreSystems/ari/v6"
	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
)

// serveEvents is an Asterisk that sends messages on each connection, in turn, and then breaks it off. It tells of the requests.
func serveEvents(t *testing.T, connections ...[]string) (url string, requests <-chan *http.Request) {
	t.Helper()
	got := make(chan *http.Request, 100)
	next := make(chan []string, len(connections))
	for _, messages := range connections {
		next <- messages
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- r
		upgrader := websocket.Upgrader{}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer conn.Close()
		select {
		case messages := <-next:
			for _, message := range messages {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(message))
			}
		default:
			_, _, _ = conn.ReadMessage() // until the client goes
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/ari", got
}

// follow runs a stream until the test ends, and gives its events and losses.
func follow(t *testing.T, url string) (events <-chan ari.Event, losses <-chan error) {
	t.Helper()
	seen, lost := make(chan ari.Event, 100), make(chan error, 100)
	s := &stream{
		config: Asterisk{Name: "ast1", URL: url, Username: "okno", Password: "a secret"}, log: zerolog.Nop(),
		connected: func(context.Context) {}, event: func(e ari.Event) { seen <- e }, lost: func(err error) { lost <- err },
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return seen, lost
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case item := <-from:
		return item
	case <-time.After(5 * time.Second):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

func TestStreamPassesOverWhatItDoesNotKnowAndComesBack(t *testing.T) {
	t.Parallel()
	pressed := func(digit string) string {
		return `{"type":"ChannelDtmfReceived","digit":"` + digit + `","channel":{"id":"c"}}`
	}
	url, requests := serveEvents(t,
		[]string{pressed("1"), `{"type":"SomethingNew"}`, `no json at all`, `{}`, pressed("2")},
		[]string{pressed("3"), `{"type":"ApplicationReplaced"}`, pressed("4")},
		[]string{pressed("never")},
	)
	events, losses := follow(t, url)
	for _, want := range []string{"1", "2", "3"} {
		require.Equal(t, want, receive(t, events).(*ari.ChannelDtmfReceived).Digit)
	}
	require.ErrorContains(t, receive(t, losses), "event stream")
	require.ErrorIs(t, receive(t, losses), errReplaced)

	request := receive(t, requests)
	require.Equal(t, "/ari/events", request.URL.Path)
	require.Equal(t, "false", request.URL.Query().Get("subscribeAll"))
	user, password, _ := request.BasicAuth()
	require.Equal(t, [2]string{"okno", "a secret"}, [2]string{user, password})
}

func TestStreamSaysWhyThereIsNone(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(refusing.Close)
	_, losses := follow(t, refusing.URL)
	err := receive(t, losses)
	require.ErrorContains(t, err, "ast1")
	require.ErrorContains(t, err, "401")
	require.False(t, strings.Contains(err.Error(), "a secret"))

	_, losses = follow(t, "http://127.0.0.1:1/ari")
	require.ErrorContains(t, receive(t, losses), "connection refused")
}
