package ivr_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor"
	"okno/internal/postgres/pgtest"
	"okno/ivr/ivrtest"
)

// supervises has the second operator, as a supervisor, take part in a talk.
func (w *world) supervises(t *testing.T, id int64, mode call.Mode) {
	t.Helper()
	w.Agents[1].Role = access.Supervisor
	require.NoError(t, w.does(t, 1, func(ctx context.Context, s floor.Work, a acd.Agent) error {
		return w.Floor.Supervise(ctx, s, a, id, mode)
	}))
}

// requireUnheard has somebody say something that others do not hear.
func (w *world) requireUnheard(t *testing.T, speaker *ivrtest.Phone, others ...*ivrtest.Phone) {
	t.Helper()
	clip := ivrtest.ReadSound(t, w.recorded("vm-nobodyavail"))
	after := make([]time.Duration, len(others))
	for i, other := range others {
		after[i] = other.Heard().Length()
	}
	speaker.Speak(t, w.recorded("vm-nobodyavail"))
	<-time.After(clip.Length() + time.Second)
	for i, other := range others {
		require.Less(t, other.Heard().From(after[i]).Share(clip), 0.2, "%d hears it", i)
	}
}

// eared waits until the supervisor has an ear, and nobody else is in its bridge.
func (w *world) eared(t *testing.T, interaction int64, mode call.Mode) {
	t.Helper()
	require.Eventually(t, func() bool {
		inside := strings.Join(w.bridged(t, "okno-ear-"+fmt.Sprint(interaction)), " ")
		return strings.Contains(inside, "okno-snoop-"+string(mode)) && len(strings.Fields(inside)) == 2
	}, 5*time.Second, 20*time.Millisecond, "no ear")
}

// A supervisor listens and nobody hears it, whispers and the operator alone hears it, barges in and everybody hears it, and takes over.
func TestSupervisor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000081")
	err := w.does(t, 1, func(ctx context.Context, s floor.Work, a acd.Agent) error {
		return w.Floor.Supervise(ctx, s, a, id, call.Listen)
	})
	require.ErrorContains(t, err, "this is not allowed", "an agent listens to others")

	w.supervises(t, id, call.Listen)
	supervisor := w.phones.Rings(t, "1002", 10*time.Second)
	w.eared(t, interaction, call.Listen)
	w.requireAllHear(t, citizen, operator, supervisor)
	w.requireAllHear(t, operator, citizen, supervisor)
	w.requireUnheard(t, supervisor, citizen, operator)

	w.supervises(t, id, call.Whisper)
	w.eared(t, interaction, call.Whisper)
	w.requireAllHear(t, supervisor, operator)
	w.requireUnheard(t, supervisor, citizen)
	w.requireAllHear(t, citizen, operator, supervisor)

	w.supervises(t, id, call.Barge)
	w.together(t, 3)
	w.requireAllHear(t, supervisor, citizen, operator)
	w.requireAllHear(t, citizen, operator, supervisor)

	require.NoError(t, w.does(t, 1, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.TakeOver(ctx, s, a, id) }))
	operator.Ends(t, 5*time.Second)
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State)
	next := w.latest(t, interaction)
	require.Equal(t, contact.Connected, next.State)
	require.Equal(t, w.Agents[1].ID, next.AgentID)
	w.together(t, 2)
	w.requireTalk(t, citizen, supervisor)
	require.Equal(t, "contact.supervise contact.supervise contact.supervise contact.take_over",
		pgtest.Value[string](t, w.URL, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action IN ('contact.supervise', 'contact.take_over')`))
	citizen.HangUp(t)
	w.ends(t)
}

// Nothing of a supervisor stays: when the citizen goes, when the supervisor goes, and when Okno died in between.
func TestSupervisorLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000082")
	w.supervises(t, id, call.Whisper)
	supervisor := w.phones.Rings(t, "1002", 10*time.Second)
	w.eared(t, interaction, call.Whisper)
	kill()
	w.requireAllHear(t, citizen, operator, supervisor)
	w.start(t)
	defer w.stop()
	w.eared(t, interaction, call.Whisper)
	w.requireAllHear(t, supervisor, operator)
	w.requireUnheard(t, supervisor, citizen)

	supervisor.HangUp(t)
	require.Eventually(t, func() bool { return w.snoops(t) == 0 && len(w.bridged(t, "okno-ear-"+fmt.Sprint(interaction))) == 0 }, 3*time.Second, 20*time.Millisecond)
	w.requireTalk(t, citizen, operator)
	w.supervises(t, id, call.Listen)
	supervisor = w.phones.Rings(t, "1002", 10*time.Second)
	w.eared(t, interaction, call.Listen)
	citizen.HangUp(t)
	supervisor.Ends(t, 5*time.Second)
	require.Eventually(t, func() bool { return w.snoops(t) == 0 }, time.Second, 20*time.Millisecond, "the snoop stays")
	w.ends(t)
	_, bridges := w.ari(t, http.MethodGet, "/bridges", "")
	require.NotContains(t, bridges, "okno-")
}

// snoops counts the channels of the line's Asterisk that snoop.
func (w *world) snoops(t *testing.T) int {
	t.Helper()
	_, channels := w.ari(t, http.MethodGet, "/channels", "")
	return strings.Count(channels, `"okno-snoop-`)
}
