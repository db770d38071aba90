package ivr_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// manyCalls is how many calls come; OKNO_CALLS has more of them come.
const manyCalls = 300

// callers are numbers as trunks give them, and what Okno takes each for.
var callers = []struct{ from, number string }{
	{"+77010000601", "+77010000601"}, {"87010000602", "+77010000602"}, {"+4915112345678", "+4915112345678"}, {"00491511234567", "+491511234567"},
	{"anonymous", ""}, {"restricted", ""}, {"BANK", ""}, {"BANK77010000603", ""}, {"0", ""}, {"%00%0a", ""}, {strings.Repeat("7", 60), ""}, {"2725000", "+77272725000"},
}

// Many short calls from all kinds of numbers, hung up at all moments: no channel, no bridge, no row and no goroutine stays. It runs apart from the other
// tests, whose goroutines would be counted.
func TestManyCallsLeaveNothing(t *testing.T) {
	calls := int(pgtest.Setting(t, "OKNO_CALLS", manyCalls))
	w := newWorld(t)
	idle := runtime.NumGoroutine()
	next := make(chan int)
	var working sync.WaitGroup
	for range 6 {
		working.Go(func() {
			for n := range next {
				t.Run(fmt.Sprint(n), func(t *testing.T) { w.shortCall(t, n) }) // whose telephone goes with it
			}
		})
	}
	for n := range calls {
		next <- n
	}
	close(next)
	working.Wait()
	w.ends(t)
	(&incident{world: w}).leavesNothing(t)
	require.Equal(t, calls, pgtest.Value[int](t, w.URL, `SELECT count(*) FROM interactions WHERE outcome <> ''`))
	require.Eventually(t, func() bool {
		http.DefaultClient.CloseIdleConnections()
		return runtime.NumGoroutine() <= idle+calls/20 // connections to Postgres and Asterisk have theirs
	}, 10*time.Second, 100*time.Millisecond, "%d goroutines before, and now more than a few", idle)
	for _, c := range callers {
		found := pgtest.Opened[int](t, w.URL, `SELECT count(*) FROM interactions WHERE number = $1`, c.number)
		require.NotZero(t, found, "%s is not taken for %q", c.from, c.number)
	}
}

// shortCall hangs up as the line answers, in the menu, after a key, or in the queue.
func (w *world) shortCall(t *testing.T, n int) {
	h := ivrtest.StartHandset(t, w.asterisk.SIP(), callers[n%len(callers)].from, "1414")
	switch n % 4 {
	case 1:
		h.Press(t, "1", usual)
	case 2:
		h.Press(t, "2", usual)
	case 3:
		h.Press(t, "3*#", fast)
	}
	h.HangUp(t)
}

// A telephone that changes its codec in the middle of a menu hears on, and its keys count.
func TestAnotherCodecInTheMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, interaction := w.dials(t, "+77010000611")
	menu := w.clip(t, "menu")
	at := h.Hears(t, menu.Until(2*time.Second), 0, 10*time.Second)
	h.OfferPCMA(t)
	h.Hears(t, menu.From(4*time.Second).Until(2*time.Second), at, 15*time.Second)
	h.Press(t, "1", usual)
	h.Hears(t, w.clip(t, "ask"), at, 15*time.Second)
	w.isTold(t, interaction, "keys 1")
	h.HangUp(t)
	w.ends(t)
}

// A trunk that sends progress without sound, and one that sends the call elsewhere: the first is waited for, the second is an attempt, and calls nobody.
func TestATrunkSendsProgressOrSendsElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.owed(t, "early")
	w.accepted(t, 0, id)
	citizen := w.phones.Rings(t, "early", 15*time.Second)
	w.requireTalk(t, citizen, w.connects(t, id, "1001"))
	citizen.HangUp(t)
	w.ends(t)

	id = w.owed(t, "moved")
	w.accepted(t, 1, id)
	require.Eventually(t, func() bool { c := w.Contact(t, id); return c.Attempts == 1 && c.AgentID == 0 }, 20*time.Second, 50*time.Millisecond, "no attempt")
	w.ends(t)
	require.Equal(t, 2, pgtest.Value[int](t, w.URL, `SELECT count(*) FROM interactions`), "the line has called itself")
}
