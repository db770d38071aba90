package ivr_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/postgres/pgtest"
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
	require.ErrorIs(t, line.Connect(t.Context(), ivr.ConnectRequest{Interaction: 1}), call.ErrOver)
}

func TestAccountsLiveAsLongAsTheLogin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	show := func() string {
		said, err := w.asterisk.Console(t.Context(), "pjsip show endpoint agent-7")
		require.NoError(t, err)
		return said
	}
	account, err := w.line.OpenAccount(t.Context(), "agent-7", ivr.OperatorPage, "")
	require.NoError(t, err)
	require.Equal(t, w.asterisk.WebSocket(), account.URL)
	require.Equal(t, "PJSIP/agent-7", account.Endpoint)
	require.Regexp(t, `context +: agents`, show())

	again, err := w.line.OpenAccount(t.Context(), "agent-7", ivr.OperatorPage, "")
	require.NoError(t, err)
	require.NotEqual(t, account.Secret, again.Secret)

	// an Asterisk that restarts has forgotten it, and gets it again
	config := w.asterisk.Config
	require.NoError(t, w.asterisk.Stop())
	require.Eventually(t, func() bool { return w.line.Ready() != nil }, 5*time.Second, 10*time.Millisecond)
	w.asterisk, err = sandbox.StartAsterisk(t.Context(), config)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return w.line.Ready() == nil }, 15*time.Second, 50*time.Millisecond)
	require.Regexp(t, `context +: agents`, show())

	require.NoError(t, w.line.CloseAccount(t.Context(), "agent-7"))
	require.Contains(t, show(), "Unable to find")

	_, err = w.line.OpenAccount(t.Context(), "phone-1", ivr.CitizenPage, "+77010000001")
	require.NoError(t, err)
	said, err := w.asterisk.Console(t.Context(), "pjsip show endpoint phone-1")
	require.NoError(t, err)
	require.Regexp(t, `context +: citizens`, said)
	require.Regexp(t, `callerid +: .*\+77010000001`, said)
}

// Two nodes want one Asterisk: one serves it, and the other takes over when that one goes.
func TestOneNodeServesAnAsterisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := ivr.New(ivr.Config{
		Asterisk: ivr.Asterisk{Name: "ast1", URL: w.asterisk.ARI(), Username: "okno", Password: "secret"}, Node: "node-2",
		Conversation: w.script, Operators: w.script, Store: w.db, Voice: w.pack, Active: w.active, Log: zerolog.Nop(),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- other.Run(ctx) }()
	defer func() {
		cancel()
		require.NoError(t, <-ran)
	}()
	require.Eventually(t, func() bool { return other.Ready() == nil }, 5*time.Second, 10*time.Millisecond, "a spare node is ready")

	citizen, interaction := w.queued(t, "+77010000031")
	require.ErrorIs(t, other.Hangup(t.Context(), interaction), call.ErrOver, "the spare node has the call")
	w.stop()
	require.Eventually(t, func() bool { return other.Hangup(t.Context(), interaction) == nil }, 10*time.Second, 100*time.Millisecond)
	citizen.Ends(t, 5*time.Second)
	w.ends(t)
}
