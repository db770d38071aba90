package ivr_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sandbox"
	"okno/ivr"
)

func TestLineWaitsForAnAsteriskThatIsAway(t *testing.T) {
	t.Parallel()
	line := ivr.New(ivr.Config{
		Asterisk: ivr.Asterisk{Name: "ast1", URL: "http://127.0.0.1:1/ari"}, Node: "node-1", Store: pgtest.New(t),
		Active: ivr.ActiveCalls(prometheus.NewRegistry(), "test"), Log: zerolog.Nop(),
	})
	require.ErrorContains(t, line.Ready(), "not connected yet")
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- line.Run(ctx) }()
	require.Eventually(t, func() bool {
		err := line.Ready()
		return err != nil && err.Error() == "asterisk ast1: dial tcp 127.0.0.1:1: connect: connection refused"
	}, 5*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, <-ran)
}

func TestAccountsLiveAsLongAsTheirRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	requireFiltered := func() {
		t.Helper()
		require.Eventually(t, func() bool {
			_, said := w.ari(t, http.MethodGet, "/applications/okno", "")
			var known struct {
				Disallowed []struct{ Type string } `json:"events_disallowed"`
			}
			require.NoError(t, json.Unmarshal([]byte(said), &known))
			return len(known.Disallowed) > 10
		}, 5*time.Second, 50*time.Millisecond, "all events come")
	}
	requireFiltered()
	show := func(name string) string {
		said, err := w.asterisk.Console(t.Context(), "pjsip show endpoint "+name)
		require.NoError(t, err)
		return said
	}
	becomes := func(name, pattern string) {
		t.Helper()
		require.Eventually(t, func() bool { return regexp.MustCompile(pattern).MatchString(show(name)) }, 5*time.Second, 100*time.Millisecond,
			"%s is not %s", name, pattern)
	}
	open := func(a call.Account) call.Account {
		t.Helper()
		a.Secret = rand.Text()
		opened, err := w.DB.OpenAccount(t.Context(), a, time.Hour)
		require.NoError(t, err)
		return opened
	}
	name := fmt.Sprint("agent-", w.Agents[0].ID)
	account := open(call.Account{Name: name, Kind: call.AgentPage, AgentID: w.Agents[0].ID})
	require.Equal(t, w.asterisk.WebSocket(), account.URL)
	becomes(name, `context +: agents`)
	open(call.Account{Name: "phone-1", Kind: call.CitizenPage, Number: "+77010000001"})
	becomes("phone-1", `(?s)callerid +: .*\+77010000001.*context +: citizens`)

	// An Asterisk that restarts has forgotten them, and gets them again.
	config := w.asterisk.Config
	require.NoError(t, w.asterisk.Stop())
	require.Eventually(t, func() bool { return w.line.Ready() != nil }, 5*time.Second, 10*time.Millisecond)
	var err error
	w.asterisk, err = sandbox.StartAsterisk(t.Context(), config)
	require.NoError(t, err)
	becomes(name, `context +: agents`)
	requireFiltered()

	// The login ends while nobody serves: the next process closes what the one before had opened.
	w.stop()
	w.Do(t, func(s *store.Work) error { return s.CloseAccounts(t.Context(), w.Agents[0].ID) })
	w.start(t)
	becomes(name, "Unable to find")
	becomes("phone-1", `context +: citizens`)
	require.Eventually(t, func() bool { return pgtest.Value[int](t, w.URL, `SELECT count(*) FROM sip_accounts`) == 1 }, 5*time.Second, 50*time.Millisecond)
}

// A call that comes while the process starts again rings for a moment, and is served.
func TestACallWhileOknoStarts(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	var starting sync.WaitGroup
	starting.Go(func() {
		<-time.After(2 * time.Second)
		w.line, w.stop = w.run(t, "node-1")
	})
	t.Cleanup(func() { starting.Wait(); w.stop() })
	phone := w.phones.Call(t, "+77010000032", "1414")
	w.hears(t, phone, "menu", "", 0)
	phone.HangUp(t)
	w.ends(t)
}

// Two nodes want one Asterisk: one serves it, and the other takes over when that one goes.
func TestOneNodeServesAnAsterisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, stop := w.run(t, "node-2")
	defer stop()
	require.Eventually(t, func() bool { return other.Ready() == nil }, 5*time.Second, 10*time.Millisecond, "a spare node is ready")
	citizen, _, id := w.queued(t, "+77010000031")
	w.stop()
	w.accepted(t, 0, id)
	operator := w.phones.Rings(t, "1001", 15*time.Second)
	w.comes(t, id, contact.Connected)
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	w.ends(t)
}

// A stranger who takes the events of our application serves from then on: the line ends instead of stealing them back.
func TestEventsTakenByAStranger(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	events := strings.Replace(w.asterisk.ARI(), "http", "ws", 1) + "/events?app=okno&api_key=okno:secret"
	stranger, _, err := websocket.DefaultDialer.DialContext(t.Context(), events, nil)
	require.NoError(t, err)
	defer stranger.Close()
	require.Eventually(t, func() bool {
		err := w.line.Ready()
		return err != nil && strings.Contains(err.Error(), "took over")
	}, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, stranger.SetReadDeadline(time.Now().Add(3*time.Second)))
	_, _, err = stranger.ReadMessage()
	var trouble net.Error
	require.ErrorAs(t, err, &trouble)
	require.True(t, trouble.Timeout(), "the events were stolen back: %v", err)
	require.Eventually(t, func() bool {
		return pgtest.Value[bool](t, w.URL, `SELECT expires_at < now() FROM leases WHERE name = 'voice:ast1'`)
	}, 5*time.Second, 50*time.Millisecond, "the lease is another's to take")
}
