package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/sandbox"
	"okno/sms/smstest/foreign"
)

// gate is a TCP address behind which there is something, or for now nothing.
type gate struct {
	address, target string
	wanted          string // what /readyz names while it is shut

	listener net.Listener
	mu       sync.Mutex
	open     []net.Conn
	work     sync.WaitGroup
}

func newGate(t *testing.T, target, wanted string) *gate {
	t.Helper()
	port, err := sandbox.FreePort()
	require.NoError(t, err)
	g := &gate{address: fmt.Sprintf("127.0.0.1:%d", port), target: target, wanted: wanted}
	t.Cleanup(g.shut)
	return g
}

func (g *gate) unlock(t *testing.T) {
	t.Helper()
	var err error
	g.listener, err = net.Listen("tcp", g.address)
	require.NoError(t, err)
	listener := g.listener
	g.work.Go(func() {
		for {
			in, err := listener.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", g.target)
			if err != nil {
				in.Close()
				continue
			}
			g.mu.Lock()
			g.open = append(g.open, in, out)
			g.mu.Unlock()
			g.work.Go(func() { pass(in, out) })
			g.work.Go(func() { pass(out, in) })
		}
	})
}

func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

// shut cuts all connections, and refuses more.
func (g *gate) shut() {
	if g.listener == nil {
		return
	}
	g.listener.Close()
	g.mu.Lock()
	for _, conn := range g.open {
		conn.Close()
	}
	g.open = nil
	g.mu.Unlock()
	g.work.Wait()
	g.listener = nil
}

// What can come back is waited for: the process lives, /readyz says what it waits for, and all is well when that is there.
func TestServeWaits(t *testing.T) {
	t.Parallel()
	operator := foreign.Start(t)
	asterisk := startAsterisk(t, "", clipCache())
	database, err := url.Parse(pgtest.URL(t))
	require.NoError(t, err)
	ari, err := url.Parse(asterisk.ARI())
	require.NoError(t, err)

	gates := []*gate{
		newGate(t, database.Host, "database"), newGate(t, operator.Addr, "sms"), newGate(t, ari.Host, "asterisk ast1"),
	}
	database.Host, ari.Host = gates[0].address, gates[2].address
	o := newOkno(t, fmt.Sprintf(configuration, database.String(), gates[1].address, "", tools.Espeak, clipCache(), ari.String(), asterisk.SIP(), asterisk.WebSocket(), "", t.TempDir()))
	o.start(t)

	// waits wants the parts behind shut gates to be named, and Okno to be ready when there is none.
	waits := func(t *testing.T) {
		t.Helper()
		var status int
		var waiting map[string]string
		eventually(t, time.Minute, func() bool {
			require.True(t, o.lives(), "okno has ended")
			status, waiting = o.ready(t)
			want := http.StatusOK
			for i, g := range gates {
				if shut := g.listener == nil; shut {
					want = http.StatusServiceUnavailable
					// before the database is there, no other part has begun
					if _, named := waiting[g.wanted]; !named && (i == 0 || gates[0].listener != nil) {
						return false
					}
				}
			}
			return status == want && (want != http.StatusOK || len(waiting) == 0)
		}, func() string { return fmt.Sprintf("/readyz says %d and names %v", status, waiting) })
		response, err := http.Get(o.http + "/healthz")
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusOK, response.StatusCode)
	}
	waits(t)
	for _, g := range gates {
		g.unlock(t)
		waits(t)
	}
	for _, g := range gates {
		g.shut()
		waits(t)
		g.unlock(t)
		waits(t)
	}
}
