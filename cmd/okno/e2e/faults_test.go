package e2e

import (
	"context"
	"encoding/json"
	"strings"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/sandbox"
)

// wire is the way between Okno and the operator: up is what Okno sends, down what it hears.
type wire struct{ proxy *toxiproxy.Proxy }

func newWire(t *testing.T, operator string) *wire {
	log := zerolog.Nop()
	w := &wire{toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), log), "operator", "127.0.0.1:0", operator)}
	require.NoError(t, w.proxy.Start())
	t.Cleanup(w.proxy.Stop)
	return w
}

func (w *wire) addr() string { return w.proxy.Listen }

// spoil does to a direction what toxiproxy calls kind; with "" to both.
func (w *wire) spoil(t *testing.T, kind, direction string, attributes map[string]any) {
	for _, stream := range []string{"upstream", "downstream"} {
		if direction != "" && direction != stream {
			continue
		}
		toxic, err := json.Marshal(map[string]any{"type": kind, "stream": stream, "attributes": attributes})
		require.NoError(t, err)
		_, err = w.proxy.Toxics.AddToxicJson(strings.NewReader(string(toxic)))
		require.NoError(t, err)
	}
}

// cut loses all connections, and whatever is under way in them.
func (w *wire) cut(t *testing.T) {
	w.proxy.Stop()
	require.NoError(t, w.proxy.Start())
}

// heal takes away all that was done. Connections that have lost octets are lost with them.
func (w *wire) heal(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	w.proxy.Toxics.ResetToxics(ctx)
}

// strike waits for a random moment and does one of what goes wrong.
func (s *soak) strike(t *testing.T) {
	// For the most part once things go well again, and so under load; now and then while they still recover.
	if s.random.IntN(4) > 0 {
		s.awaitProgress(t)
	}
	s.wait(2 * soakPause)
	faults := []struct {
		name string
		do   func(*testing.T)
	}{
		{"kill", s.crash}, {"kill", s.crash}, {"kill", s.crash},
		{"postgres", s.crashPostgres}, {"postgres", s.crashPostgres},
		{"reset", s.reset}, {"timeout", s.timeout}, {"half-open", s.halfOpen}, {"slow", s.slow},
	}
	fault := faults[s.random.IntN(len(faults))]
	if s.cutOnly >= 3 { // a minute's pause between binds proves nothing more than a second's
		fault = faults[0]
	}
	s.struck[fault.name]++
	begun := time.Now()
	fault.do(t)
	t.Logf("%s, for %v", fault.name, time.Since(begun).Round(time.Millisecond))
}

// awaitProgress waits until messages are acknowledged.
func (s *soak) awaitProgress(t *testing.T) {
	before := s.sent.Load()
	eventually(t, soakLimit, func() bool { return s.sent.Load() > before+soakRate/2 }, func() string { return "messages do not get on" })
}

// wait takes a random time up to a limit.
func (s *soak) wait(most time.Duration) {
	<-time.After(time.Duration(s.random.Int64N(int64(most))))
}

func (s *soak) crash(t *testing.T) {
	s.kill(t)
	s.wait(soakPause / 2)
	s.start(t)
	s.cutOnly = 0
}

// crashPostgres stops it in the mode immediate: its processes end as they are, and the next start recovers from the log.
func (s *soak) crashPostgres(t *testing.T) {
	require.NoError(t, syscall.Kill(s.postgres.PID(), syscall.SIGQUIT))
	select {
	case <-s.postgres.Done():
	case <-time.After(soakLimit):
		require.FailNow(t, "postgres does not stop")
	}
	s.wait(2 * soakPause)
	var err error
	s.postgres, err = sandbox.StartPostgres(t.Context(), s.config)
	require.NoError(t, err)
}

func (s *soak) reset(t *testing.T) {
	s.cutOnly++
	if s.random.IntN(2) == 0 {
		s.wire.cut(t)
		return
	}
	s.wire.spoil(t, "reset_peer", "", map[string]any{"timeout": 0})
	s.wait(soakPause)
	s.wire.heal(t)
}

// timeout swallows all that is sent, and then drops the connections.
func (s *soak) timeout(t *testing.T) {
	s.cutOnly++
	s.wire.spoil(t, "timeout", "", map[string]any{"timeout": 1 + s.random.IntN(1000)})
	s.wait(2 * soakPause)
	s.wire.heal(t)
	s.wire.cut(t)
}

// halfOpen swallows one direction only, until the connection is given up.
func (s *soak) halfOpen(t *testing.T) {
	s.cutOnly++
	s.wire.spoil(t, "timeout", []string{"upstream", "downstream"}[s.random.IntN(2)], map[string]any{"timeout": 0})
	s.wait(4 * soakPause)
	s.wire.heal(t)
	s.wire.cut(t)
}

func (s *soak) slow(t *testing.T) {
	s.wire.spoil(t, "latency", "", map[string]any{"latency": 200, "jitter": 150})
	s.wire.spoil(t, "slicer", "", map[string]any{"average_size": 50, "size_variation": 40, "delay": 100})
	s.wait(4 * soakPause)
	s.wire.heal(t)
}
