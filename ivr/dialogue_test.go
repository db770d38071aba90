package ivr_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

func TestCitizenKeysThroughTheDialogue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000001", "1414")
	at := w.hears(t, phone, "menu", "", 0)
	require.Equal(t, "+77010000001", w.only(t, call.InDialogue).Number)

	phone.Key(t, "1")
	at = w.hears(t, phone, "ask", "", at)
	phone.Key(t, "0")
	phone.Key(t, "31")
	at = w.hears(t, phone, "told", "031", at)

	phone.Key(t, "7")
	at = w.hears(t, phone, "wrong", "", at)
	phone.Key(t, "3")
	w.hears(t, phone, "bye", "", at)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
}

func TestKeyStopsThePrompt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000002", "1414")
	menu := w.clip(t, "menu")
	at := phone.Hears(t, menu.Until(2*time.Second), 0, 10*time.Second)
	pressed := phone.Heard().Length()
	phone.Key(t, "1")
	w.hears(t, phone, "ask", "", at)

	end := phone.Heard().Find(menu.From(menu.Length() - 3*time.Second))
	require.False(t, end.Found(), "the menu was said to its end: %v", end)
	require.Less(t, phone.Heard().Find(w.clip(t, "ask")).At, pressed+2*time.Second, "the prompt did not stop at once")
	phone.HangUp(t)
	w.ends(t)
}

func TestKeysAheadAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000003", "1414")
	phone.Key(t, "10313") // to the code, the code, and goodbye
	w.hears(t, phone, "bye", "", 0)
	phone.Ends(t, 5*time.Second)

	heard := phone.Heard()
	for _, passedOver := range []string{"ask", "told"} {
		place := heard.Find(w.clip(t, passedOver))
		require.False(t, place.Found(), "%q was said: %v", passedOver, place)
	}
	require.Less(t, heard.Length(), 8*time.Second)
	w.ends(t)
}

func TestSilenceIsAnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000004", "1414")
	phone.Key(t, "1")
	at := w.hears(t, phone, "ask", "", 0)
	at = w.hears(t, phone, "silence", "", at)
	phone.Key(t, "4")
	phone.Key(t, "#")
	w.hears(t, phone, "told", "4", at)
	phone.HangUp(t)
	w.ends(t)
}

// A trunk in a town gives its numbers as the town dials them.
func TestATownsNumberIsCompleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := ivrtest.StartHandset(t, w.asterisk.SIP(), "2725000", "1414")
	require.Equal(t, "+77272725000", w.only(t, call.InDialogue).Number)
	h.HangUp(t)
	w.ends(t)
	ivrtest.StartHandset(t, w.asterisk.SIP(), "25000", "1414")
	require.Empty(t, w.only(t, call.InDialogue).Number, "what cannot be completed is no number")
}

func TestHangUpDuringAPrompt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000005", "1414")
	phone.Hears(t, w.clip(t, "menu").Until(time.Second), 0, 10*time.Second)
	interaction := w.only(t, call.InDialogue).Interaction
	phone.HangUp(t)
	w.ends(t)
	require.Equal(t, []string{"hangup"}, w.inputs(t, interaction))
}

// Whoever gives up before Okno has answered was not served.
func TestACallThatIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cancelled := 0
	for n := 0; cancelled < 3; n++ {
		require.Less(t, n, 30, "Okno answers before a call can be cancelled")
		number := fmt.Sprintf("+770100007%02d", n)
		if !ivrtest.GiveUp(t, w.asterisk.SIP(), number, "1414", time.Duration(n%3)*time.Millisecond) {
			continue
		}
		cancelled++
		w.ends(t)
		// An answer that the CANCEL has crossed was one.
		require.Contains(t, []string{"", "cancelled", "incomplete"}, pgtest.Opened[string](t, w.URL, `SELECT coalesce(max(outcome), '') FROM interactions WHERE number = $1`, number))
	}
	require.Positive(t, pgtest.Value[int](t, w.URL, `SELECT count(*) FROM interactions WHERE outcome = 'cancelled'`))
}

// A database that is away for a moment is not heard; one that stays away is admitted.
func TestStepsThatFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000006", "1414")
	at := phone.Hears(t, w.clip(t, "menu").Until(time.Second), 0, 10*time.Second)
	w.script.fail(2)
	phone.Key(t, "3")
	// the key was taken by a step whose answer never came, so the last prompt is said again
	at = phone.Hears(t, w.clip(t, "menu").Until(3*time.Second), at, 15*time.Second)
	phone.Key(t, "3")
	w.hears(t, phone, "bye", "", at)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
}
