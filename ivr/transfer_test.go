package ivr_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/floor"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/ivr/ivrtest"
)

// does is something that an operator does at the desk with a contact.
func (w *world) does(t *testing.T, agent int, what func(ctx context.Context, w floor.Work, a acd.Agent) error) error {
	t.Helper()
	return w.DB.Do(t.Context(), func(s *store.Work) error { return what(t.Context(), s, w.Agents[agent]) })
}

func (w *world) transfers(t *testing.T, id int64, to floor.Target) error {
	t.Helper()
	return w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error {
		return w.Floor.Transfer(ctx, s, a, id, to, "Спрашивает о налоге")
	})
}

// consults has the first operator ask somebody.
func (w *world) consults(t *testing.T, id int64, to floor.Target) {
	t.Helper()
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Consult(ctx, s, a, id, to) }))
}

// The commands of a consultation.
func (w *world) swaps(t *testing.T, id int64) {
	t.Helper()
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Swap(ctx, s, a, id) }))
}

func (w *world) confers(t *testing.T, id int64) {
	t.Helper()
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Conference(ctx, s, a, id) }))
}

func (w *world) completes(t *testing.T, id int64) {
	t.Helper()
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error {
		return w.Floor.Complete(ctx, s, a, id, "Спрашивает о налоге")
	}))
}

func (w *world) cancels(t *testing.T, id int64) {
	t.Helper()
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Cancel(ctx, s, a, id) }))
}

// comesBack makes an agent available.
func (w *world) comesBack(t *testing.T, agent int) {
	t.Helper()
	w.Do(t, func(s *store.Work) error {
		return s.SetStatus(t.Context(), w.Agents[agent].ID, acd.Available, "", "test")
	})
}

// outside is a telephone of an extension on the other Asterisk.
func (w *world) outside(extension string) floor.Target {
	return floor.Target{Outside: call.Destination{Name: extension, Number: extension}}
}

// latest is the newest contact of an interaction.
func (w *world) latest(t *testing.T, interaction int64) contact.Contact {
	t.Helper()
	return w.Contact(t, w.ContactOf(t, interaction))
}

// consulted is an operator who has accepted to help the first.
func (w *world) consulted(t *testing.T, interaction, id int64) *ivrtest.Phone {
	t.Helper()
	w.comesBack(t, 1)
	w.consults(t, id, floor.Target{Agent: w.Agents[1].ID})
	help := w.latest(t, interaction)
	require.Equal(t, id, help.Helps)
	require.Equal(t, contact.Offered, help.State)
	w.Accept(t, w.Agents[1], help.ID)
	return w.connects(t, help.ID, "1002")
}

// together waits until so many are in the room.
func (w *world) together(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return w.inRoom(t) == n }, 5*time.Second, 20*time.Millisecond, "not %d in the room", n)
}

// requireAllHear has somebody say something that all others hear: again, when a busy machine tore it.
func (w *world) requireAllHear(t *testing.T, speaker *ivrtest.Phone, others ...*ivrtest.Phone) {
	t.Helper()
	clip := ivrtest.ReadSound(t, w.recorded("vm-nobodyavail"))
	after := make([]time.Duration, len(others))
	for i, other := range others {
		after[i] = other.Heard().Length()
	}
	shares := make([]float64, len(others))
	for range 3 {
		speaker.Speak(t, w.recorded("vm-nobodyavail"))
		speaker.Spoken(t)
		<-time.After(500 * time.Millisecond) // what is under way arrives
		for i, other := range others {
			shares[i] = other.Heard().From(after[i]).Share(clip)
		}
		if slices.Min(shares) > 0.6 {
			return
		}
	}
	require.FailNow(t, "not all hear", "heard of it: %.2f", shares)
}

func TestTransferToAQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Do(t, func(s *store.Work) error {
		return s.SaveQueue(t.Context(), "tax", map[string]string{"ru": "Налоги"})
	})
	citizen, operator, interaction, id := w.talks(t, "+77010000071")
	require.ErrorIs(t, w.transfers(t, id, floor.Target{Queue: "nowhere"}), contact.ErrNowhere)
	require.ErrorIs(t, w.transfers(t, id, floor.Target{Queue: "tax"}), contact.ErrClosed, "nobody serves it")
	w.requireTalk(t, citizen, operator)

	pgtest.Exec(t, w.URL, `INSERT INTO agent_queues VALUES (`+fmt.Sprint(w.Agents[1].ID)+`, 'tax')`)
	after := citizen.Heard().Length()
	require.NoError(t, w.transfers(t, id, floor.Target{Queue: "tax"}))
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State)
	operator.Ends(t, 5*time.Second)
	w.hears(t, citizen, "queue", "", after)
	next := w.latest(t, interaction)
	require.Equal(t, "tax", next.Queue)
	require.Equal(t, contact.Waiting, next.State)
	w.accepted(t, 1, next.ID)
	w.requireTalk(t, citizen, w.connects(t, next.ID, "1002"))
	require.Equal(t, 1, pgtest.Opened[int](t, w.URL, `SELECT count(*)::int FROM entries WHERE interaction_id = $1 AND kind = 'note' AND body = 'Спрашивает о налоге'`, interaction),
		"the story goes along")
	citizen.HangUp(t)
	w.ends(t)
}

// An agent is offered the contact alone; who does not take it leaves it to the queue.
func TestTransferToAnAgent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000072")
	require.ErrorIs(t, w.transfers(t, id, floor.Target{Agent: w.Agents[1].ID}), contact.ErrBusyAgent, "on a break")
	require.Equal(t, id, w.ContactOf(t, interaction), "nothing has changed")
	w.comesBack(t, 1)
	after := citizen.Heard().Length()
	require.NoError(t, w.transfers(t, id, floor.Target{Agent: w.Agents[1].ID}))
	operator.Ends(t, 5*time.Second)
	w.hears(t, citizen, "queue", "", after)
	next := w.latest(t, interaction)
	require.Equal(t, contact.Offered, next.State)
	require.NoError(t, w.does(t, 1, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Decline(ctx, s, a, next.ID) }))
	require.Equal(t, contact.Waiting, w.Contact(t, next.ID).State)
	require.NoError(t, w.does(t, 0, func(ctx context.Context, s floor.Work, a acd.Agent) error {
		return w.Floor.File(ctx, s, a, id, "forwarded", "")
	}))
	w.accepted(t, 0, next.ID)
	operator = w.connects(t, next.ID, "1001")
	w.requireTalk(t, citizen, operator)

	w.comesBack(t, 1)
	require.NoError(t, w.transfers(t, next.ID, floor.Target{Agent: w.Agents[1].ID}))
	last := w.latest(t, interaction)
	w.Accept(t, w.Agents[1], last.ID) // faster than the telephone
	w.requireTalk(t, citizen, w.connects(t, last.ID, "1002"))
	operator.Ends(t, 5*time.Second)
	citizen.HangUp(t)
	w.ends(t)
}

// A telephone outside takes the citizen, who hears music until it answers; when it hangs up, the dialogue goes on.
func TestTransferOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000073")
	require.NoError(t, w.transfers(t, id, w.outside("late"))) // it rings for six seconds
	operator.Ends(t, 5*time.Second)
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State)
	from := citizen.Heard().Length()
	require.Eventually(t, func() bool { return citizen.Heard().Length() > from+2*time.Second }, 6*time.Second, 50*time.Millisecond)
	require.Greater(t, citizen.Heard().From(from).Level(), -50.0, "no music")
	outside := w.phones.Rings(t, "late", 10*time.Second)
	require.Eventually(t, func() bool { return len(w.bridged(t, w.only(t, call.Passed).Room)) == 2 }, 5*time.Second, 20*time.Millisecond)
	w.requireTalk(t, citizen, outside)
	after := citizen.Heard().Length()
	outside.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.ends(t)
}

// Whoever is not reached outside leaves the citizen in front of the queue.
func TestTransferOutsideInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, _, interaction, id := w.talks(t, "+77010000074")
	after := citizen.Heard().Length()
	require.NoError(t, w.transfers(t, id, w.outside("busy")))
	w.hears(t, citizen, "queue", "", after)
	next := w.latest(t, interaction)
	require.NotEqual(t, id, next.ID)
	require.Equal(t, contact.Waiting, next.State)
	w.accepted(t, 1, next.ID)
	w.requireTalk(t, citizen, w.connects(t, next.ID, "1002"))
	citizen.HangUp(t)
	w.ends(t)
}

// A consultation: the citizen hears music while the operators talk, then the second alone, then both; the first leaves, and they talk on.
func TestConsultation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000075")
	expert := w.consulted(t, interaction, id)
	help := w.ContactOf(t, interaction)
	w.together(t, 2)
	w.requireTalk(t, operator, expert)
	w.requireMusic(t, citizen, operator)

	w.swaps(t, id)
	w.requireMusic(t, expert, operator)
	w.requireTalk(t, citizen, operator)
	w.swaps(t, id)
	w.requireMusic(t, citizen, operator)

	w.confers(t, id)
	w.together(t, 3)
	w.requireAllHear(t, citizen, operator, expert)
	w.requireAllHear(t, operator, citizen, expert)
	w.requireAllHear(t, expert, citizen, operator)

	w.completes(t, id)
	operator.Ends(t, 5*time.Second)
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State)
	w.together(t, 2)
	w.requireTalk(t, citizen, expert)
	c := w.Contact(t, help)
	require.Zero(t, c.Helps, "it is the expert's citizen now")
	require.Equal(t, contact.Connected, c.State)
	after := citizen.Heard().Length()
	expert.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	w.ends(t)
	w.comes(t, help, contact.WrapUp)
}

// A consultation that comes to nothing: declined, cancelled while the phone rings, cancelled in the talk, left by the expert. The citizen is
// back each time.
func TestConsultationInVain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000076")
	w.comesBack(t, 1)
	w.consults(t, id, floor.Target{Agent: w.Agents[1].ID})
	help := w.ContactOf(t, interaction)
	require.NoError(t, w.does(t, 1, func(ctx context.Context, s floor.Work, a acd.Agent) error { return w.Floor.Decline(ctx, s, a, help) }))
	require.Equal(t, contact.Ended, w.Contact(t, help).State)
	w.requireMusic(t, citizen, operator)
	w.holds(t, id, false)
	w.requireTalk(t, citizen, operator)

	w.sitAt(t, 1, "silent")
	w.consults(t, id, floor.Target{Agent: w.Agents[1].ID})
	help = w.ContactOf(t, interaction)
	w.Accept(t, w.Agents[1], help)
	w.comes(t, help, contact.Ringing)
	w.cancels(t, id)
	require.Equal(t, contact.Ended, w.Contact(t, help).State)
	w.requireTalk(t, citizen, operator)
	require.Eventually(t, func() bool { return len(w.only(t, call.Talking).Legs) == 2 }, 5*time.Second, 20*time.Millisecond, "the phone rings on")

	w.sitAt(t, 1, "1002")
	expert := w.consulted(t, interaction, id)
	w.cancels(t, id)
	expert.Ends(t, 5*time.Second)
	w.requireTalk(t, citizen, operator)

	expert = w.consulted(t, interaction, id)
	help = w.ContactOf(t, interaction)
	expert.HangUp(t)
	w.comes(t, help, contact.Ended)
	require.Equal(t, contact.Consulted, w.Contact(t, help).Outcome)
	w.holds(t, id, false)
	w.requireTalk(t, citizen, operator)

	// The citizen hangs up in the middle of it: both operators are free.
	expert = w.consulted(t, interaction, id)
	help = w.ContactOf(t, interaction)
	citizen.HangUp(t)
	operator.Ends(t, 5*time.Second)
	expert.Ends(t, 5*time.Second)
	w.ends(t)
	require.Equal(t, contact.Ended, w.Contact(t, help).State)
	require.Equal(t, contact.WrapUp, w.Contact(t, id).State)
}

// A telephone outside is asked, and takes the citizen when the operator hangs up.
func TestConsultationOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	citizen, operator, _, id := w.talks(t, "+77010000077")
	w.consults(t, id, w.outside("1003"))
	outside := w.phones.Rings(t, "1003", 10*time.Second)
	w.together(t, 2)
	w.requireTalk(t, operator, outside)
	w.requireMusic(t, citizen, outside)
	w.releases(t, 0, id)
	operator.Ends(t, 5*time.Second)
	require.Eventually(t, func() bool { return len(w.bridged(t, w.only(t, call.Passed).Room)) == 2 }, 5*time.Second, 20*time.Millisecond)
	w.requireTalk(t, citizen, outside)
	citizen.HangUp(t)
	outside.Ends(t, 5*time.Second)
	w.ends(t)
}

// kill -9 in a consultation: music and talk go on, and it ends as it would have.
func TestConsultationSurvivesKill(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	citizen, operator, interaction, id := w.talks(t, "+77010000078")
	w.sitAt(t, 1, "late")
	w.comesBack(t, 1)
	w.consults(t, id, floor.Target{Agent: w.Agents[1].ID})
	help := w.ContactOf(t, interaction)
	w.Accept(t, w.Agents[1], help)
	w.comes(t, help, contact.Ringing)
	kill() // while the expert's phone rings

	kill = w.startChild(t)
	expert := w.connects(t, help, "late")
	w.together(t, 2)
	w.requireTalk(t, operator, expert)
	w.requireMusic(t, citizen, operator)
	kill() // in the talk

	w.requireTalk(t, operator, expert)
	w.requireMusic(t, citizen, operator)
	w.completes(t, id) // nobody is there to carry it out
	w.start(t)
	defer w.stop()
	operator.Ends(t, 10*time.Second)
	w.together(t, 2)
	w.requireTalk(t, citizen, expert)
	citizen.HangUp(t)
	w.ends(t)
}
