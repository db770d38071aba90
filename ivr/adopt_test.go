package ivr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
)

// crash ends the line without a word to anyone, and starts another.
func (w *world) crash(t *testing.T) {
	t.Helper()
	w.stop()
	w.start(t)
}

func TestNextProcessGoesOnInTheMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone := w.phones.Call(t, "+77010000021", "1414")
	menu := w.clip(t, "menu")
	phone.Hears(t, menu.Until(2*time.Second), 0, 10*time.Second)
	w.crash(t)
	after := phone.Heard().Length()
	at := phone.Hears(t, menu.Until(4*time.Second), after-time.Second, 10*time.Second)
	phone.Key(t, "3")
	w.hears(t, phone, "bye", "", at)
	phone.Ends(t, 5*time.Second)
	w.ends(t)
	end := phone.Heard().Find(menu.From(menu.Length() - 3*time.Second))
	require.False(t, end.Found(), "the prompt of the process before was said to its end: %v", end)
}

func TestNextProcessKeepsTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction, id := w.queued(t, "+77010000022")
	w.crash(t)
	require.Equal(t, interaction, w.only(t, call.Waiting).Interaction)
	w.accepted(t, 0, id)
	w.requireTalk(t, citizen, w.connects(t, id, "1001"))
	citizen.HangUp(t)
	w.ends(t)
}

// An operator accepts while nobody serves: the next process carries the order out.
func TestNextProcessCarriesOutWhatWasOrdered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, id := w.queued(t, "+77010000027")
	w.stop()
	w.accepted(t, 0, id)
	w.start(t)
	operator := w.connects(t, id, "1001")
	w.requireTalk(t, citizen, operator)
	w.stop()
	after := citizen.Heard().Length()
	w.releases(t, 0, id)
	w.start(t)
	operator.Ends(t, 10*time.Second)
	w.hears(t, citizen, "bye", "", after)
	w.ends(t)
}

func TestNextProcessFindsThePhoneRinging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, id := w.queued(t, "+77010000028")
	w.sitAt(t, 0, "late")
	w.accepted(t, 0, id)
	w.comes(t, id, contact.Ringing)
	w.crash(t)
	operator := w.phones.Rings(t, "late", 15*time.Second)
	w.comes(t, id, contact.Connected)
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	operator.Ends(t, 5*time.Second)
	w.ends(t)
}

func TestNextProcessWatchesTheTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000023")
	w.crash(t)
	w.requireTalk(t, citizen, operator)
	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.comes(t, id, contact.WrapUp)
	w.ends(t)
}

func TestNextProcessBuriesWhatEndedUnseen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone, inQueue, id := w.queued(t, "+77010000024")
	w.stop()
	gone.HangUp(t)
	w.start(t)
	w.ends(t)
	require.Equal(t, "hangup", w.inputs(t, inQueue)[1], "after the key")
	require.Equal(t, contact.Abandoned, w.Contact(t, id).Outcome)

	// and an operator who was lost meanwhile
	citizen, operator, _, id := w.talks(t, "+77010000025")
	w.stop()
	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.start(t)
	w.hears(t, citizen, "queue", "", after)
	w.comes(t, id, contact.Waiting)
	require.Len(t, w.only(t, call.Waiting).Legs, 1)
	citizen.HangUp(t)
	w.ends(t)
}

func TestNewCallsAreToldWhileNobodyServes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.pack.Prepare(t.Context(), nil))
	w.stop()
	phone := w.phones.Call(t, "+77010000026", "1414")
	phone.Ends(t, 2*time.Minute) // the apology, and twice the offer to be called back
	require.Greater(t, phone.Heard().Length(), 8*time.Second)
	w.start(t)
	again := w.phones.Call(t, "+77010000026", "1414")
	again.Hears(t, w.clip(t, "menu").Until(2*time.Second), 0, 10*time.Second)
	again.HangUp(t)
	w.ends(t)
}
