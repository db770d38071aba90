package ivr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
)

// A caller who waits hears the place, and again what changes; a key stops that, and is one choice however it is pressed. What was pressed in
// the same burst answers nothing.
func TestKeysWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	phone, interaction, id := w.queued(t, "+77010000311")
	at := w.hears(t, phone, "place", "1", 0)
	phone.Key(t, "7")
	at = w.hears(t, phone, "place", "1", at)
	at = w.hears(t, phone, "choices", "", at)
	require.Equal(t, contact.Waiting, w.Contact(t, id).State)
	phone.Key(t, "1")
	w.isTold(t, interaction, "keys 2", "keys 7", "keys 1") // before the menu is heard: whoever chooses nothing then is told of as silent
	w.hears(t, phone, "menu", "", at)
	require.Equal(t, contact.Left, w.Contact(t, id).Outcome)
	phone.HangUp(t)
	w.ends(t)

	h, interaction := w.dials(t, "+77010000312")
	h.Press(t, "2", usual)
	require.Eventually(t, func() bool {
		return pgtest.Value[int](t, w.URL, `SELECT count(*) FROM contacts WHERE announced_at IS NOT NULL`) == 2
	}, 10*time.Second, 50*time.Millisecond)
	h.Press(t, "111", fast)
	w.isTold(t, interaction, "keys 2", "keys 1")
	h.Press(t, "1", usual) // of the menu now
	w.isTold(t, interaction, "keys 2", "keys 1", "keys 1")
	h.HangUp(t)
	w.ends(t)
}

// What changes is told when it is time; that nothing has, too.
func TestACallerIsToldFromTimeToTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.URL, `UPDATE queues SET announce_seconds = 12`)
	first, _, _ := w.queued(t, "+77010000313")
	h, _ := w.dials(t, "+77010000314")
	h.Press(t, "2", usual)
	at := w.hears(t, first, "choices", "", 0)
	w.hears(t, first, "same", "", at)
	h.HangUp(t)
	first.HangUp(t)
	w.ends(t)
}

// The operator's telephone rings while the caller is being told how the wait stands: that ends at once, the two talk, and what the caller
// pressed meanwhile changes nothing, then or later.
func TestAnOperatorComesDuringAnAnnouncement(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction, id := w.queued(t, "+77010000315")
	w.hears(t, citizen, "place", "1", 0)
	w.accepted(t, 0, id) // in the middle of the choices
	citizen.Key(t, "1")
	operator := w.connects(t, id, "1001")
	w.requireTalk(t, citizen, operator)
	require.Equal(t, contact.Connected, w.Contact(t, id).State)
	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	w.isTold(t, interaction, "keys 2", "hangup")
	citizen.Ends(t, 5*time.Second)
	w.ends(t)
}

// An operator who comes before the caller has heard that one comes is not kept waiting: the phone rings at once.
func TestAnOperatorComesDuringTheFirstWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen := w.phones.Call(t, "+77010000317", "1414")
	citizen.Key(t, "8") // twelve seconds of words
	interaction := w.only(t, call.Waiting).Interaction
	id := w.ContactOf(t, interaction)
	w.accepted(t, 0, id)
	operator := w.connects(t, id, "1001")
	require.False(t, citizen.Heard().Find(w.clip(t, "queue")).Found(), "their end is not waited for")
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	w.ends(t)
}

// Whoever waits is not told again because a process was killed.
func TestTheNextProcessTellsNothingTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, id := w.queued(t, "+77010000316")
	at := w.hears(t, citizen, "choices", "", 0)
	told := func() string { return pgtest.Value[string](t, w.URL, `SELECT announced_at::text FROM contacts`) }
	before := told()
	for range 3 {
		w.stop()
		w.start(t)
	}
	require.Eventually(t, func() bool { return citizen.Heard().Length() > at+4*time.Second }, 15*time.Second, 50*time.Millisecond)
	require.Equal(t, before, told())
	w.accepted(t, 0, id)
	w.requireTalk(t, citizen, w.connects(t, id, "1001"))
	citizen.HangUp(t)
	w.ends(t)
}
