package ivr_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// Two thousand INVITEs of strangers in two seconds, some of whom say that they are the carrier: each is refused, none is a call, the log does not
// grow with them, and whoever calls meanwhile is answered in time.
func TestAFloodOfStrangers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lines := func() int {
		content, err := os.ReadFile(w.asterisk.Messages())
		require.NoError(t, err)
		return strings.Count(string(content), "\n")
	}
	before := lines()
	flood := make(chan map[string]int, 1)
	go func() {
		flood <- ivrtest.Strangers(t, w.asterisk.SIP(), "127.0.0.2", []string{"1000", "loopback", "+77010000721", "anonymous"}, 2000, 2*time.Second)
	}()
	<-time.After(500 * time.Millisecond)
	called := time.Now()
	h := ivrtest.StartHandset(t, w.asterisk.SIP(), "+77010000722", "1414")
	require.Less(t, time.Since(called), 3*time.Second, "a citizen waits for the strangers")
	h.Hears(t, w.clip(t, "menu").Until(2*time.Second), 0, 15*time.Second)
	answers := <-flood
	require.NotZero(t, answers["401"])
	require.Len(t, answers, 1, "refused in one way, whatever a stranger says: %v", answers)
	require.EqualValues(t, 1, w.activeCalls(t))
	require.Equal(t, 1, pgtest.Value[int](t, w.URL, `SELECT count(*) FROM interactions`), "a stranger is in the ledger")
	require.Less(t, lines()-before, 50, "the log grows with the strangers")
	t.Logf("%v answered, %d lines in the log", answers, lines()-before)
	h.HangUp(t)
	w.ends(t)
}
