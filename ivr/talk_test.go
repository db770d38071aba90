package ivr_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/postgres/store"
	"okno/ivr/ivrtest"
)

// holds has the first operator put the citizen on hold, or end it.
func (w *world) holds(t *testing.T, id int64, hold bool) {
	t.Helper()
	w.Do(t, func(s *store.Work) error { return w.Floor.Hold(t.Context(), s, w.Agents[0], id, hold) })
}

// requireMusic has a phone hear music, and nothing of what somebody else says.
func (w *world) requireMusic(t *testing.T, phone, other *ivrtest.Phone) {
	t.Helper()
	said := ivrtest.ReadSound(t, w.recorded("vm-nobodyavail"))
	after := phone.Heard().Length()
	other.Speak(t, w.recorded("vm-nobodyavail"))
	require.Eventually(t, func() bool { return phone.Heard().From(after).Length() > said.Length()+time.Second }, 15*time.Second, 100*time.Millisecond,
		"no music")
	heard := phone.Heard().From(after)
	require.Greater(t, heard.Level(), -50.0, "no music")
	require.False(t, heard.Find(said).Found(), "whoever is held hears the other")
}

// Held, the citizen hears music and not the operator, nor the operator the citizen; five times, and each time they talk again.
func TestHold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000061")
	for range 5 {
		w.holds(t, id, true)
		w.requireMusic(t, citizen, operator)
		quiet := operator.Heard().Length()
		citizen.Speak(t, w.recorded("agent-pass"))
		<-time.After(ivrtest.ReadSound(t, w.recorded("agent-pass")).Length())
		heard := operator.Heard().From(quiet)
		require.True(t, heard.Length() == 0 || !heard.Find(ivrtest.ReadSound(t, w.recorded("agent-pass"))).Found(), "the operator hears whoever is held")
		w.holds(t, id, false)
		require.Eventually(t, func() bool { return w.inRoom(t) == 2 }, 5*time.Second, 20*time.Millisecond)
		w.requireTalk(t, citizen, operator)
	}
	w.holds(t, id, true)
	w.releases(t, 0, id)
	operator.Ends(t, 5*time.Second)
	w.hears(t, citizen, "bye", "", 0)
	w.ends(t)
}

// inRoom is how many are in the room of the one live call.
func (w *world) inRoom(t *testing.T) int {
	t.Helper()
	live := w.only(t, call.Talking)
	return len(w.bridged(t, live.Room))
}

// A citizen who is held when Okno dies hears music on, and is still held afterwards.
func TestHoldSurvivesKill(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	citizen, operator, _, id := w.talks(t, "+77010000062")
	w.holds(t, id, true)
	w.requireMusic(t, citizen, operator)
	kill()
	w.requireMusic(t, citizen, operator)
	w.holds(t, id, false) // nobody is there to carry it out
	w.holds(t, id, true)
	kill = w.startChild(t)
	w.requireMusic(t, citizen, operator)
	leg, _ := w.only(t, call.Talking).Leg(call.Citizen)
	require.True(t, leg.Held)
	kill()
	w.holds(t, id, false)
	w.start(t)
	defer w.stop()
	require.Eventually(t, func() bool { return w.inRoom(t) == 2 }, 5*time.Second, 20*time.Millisecond)
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	w.ends(t)
}

// Keys of the desk come to the citizen's telephone, each once, and not while the citizen is held.
func TestKeysOfTheDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, interaction := w.dials(t, "+77010000063")
	citizen.Press(t, "2", usual)
	w.only(t, call.Waiting)
	id := w.ContactOf(t, interaction)
	w.accepted(t, 0, id)
	operator := w.connects(t, id, "1001")
	press := func(keys string) error {
		return w.DB.Do(t.Context(), func(s *store.Work) error { return w.Floor.Keys(t.Context(), s, w.Agents[0], id, keys) })
	}
	require.NoError(t, press("1122#*0"))
	require.Eventually(t, func() bool { return citizen.Keyed() == "1122#*0" }, 10*time.Second, 50*time.Millisecond)
	require.Error(t, press("12a"))
	require.Error(t, press(""))
	w.holds(t, id, true)
	require.ErrorIs(t, press("5"), contact.ErrState)
	w.holds(t, id, false)
	require.NoError(t, press("7"))
	require.Eventually(t, func() bool { return citizen.Keyed() == "1122#*07" }, 10*time.Second, 50*time.Millisecond)
	operator.Speak(t, w.recorded("vm-nobodyavail"))
	citizen.Hears(t, ivrtest.ReadSound(t, w.recorded("vm-nobodyavail")), 0, 10*time.Second)
	citizen.HangUp(t)
	w.ends(t)
}

// bridged lists the channels in a bridge of the line's Asterisk.
func (w *world) bridged(t *testing.T, bridge string) []string {
	t.Helper()
	status, said := w.ari(t, http.MethodGet, "/bridges/"+bridge, "")
	if status != http.StatusOK {
		return nil
	}
	var data struct{ Channels []string }
	require.NoError(t, json.Unmarshal([]byte(said), &data))
	return data.Channels
}
