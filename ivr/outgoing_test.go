package ivr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/ivr"
)

// placed is an outgoing call of the first operator to a telephone on the other Asterisk. It gives the contact.
func (w *world) placed(t *testing.T, number string) (id int64) {
	t.Helper()
	pgtest.Exec(t, w.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	w.Do(t, func(s *store.Work) error { return s.SetStatus(t.Context(), w.Agents[0].ID, acd.Available, "", "test") })
	w.Do(t, func(s *store.Work) error {
		c, by, err := w.Floor.Place(t.Context(), s, w.Agents[0], conversation.OutgoingCall{Number: number, Queue: "general"}, 0)
		require.Empty(t, by)
		id = c.ID
		return err
	})
	return id
}

// The operator's phone rings once the citizen has answered; the citizen hears who calls, then music, then the operator.
func TestAnOperatorCallsACitizen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.placed(t, "1002")
	citizen := w.phones.Rings(t, "1002", 10*time.Second)
	w.hears(t, citizen, "queue", "", 0)
	operator := w.connects(t, id, "1001")
	w.requireTalk(t, citizen, operator)
	citizen.HangUp(t)
	operator.Ends(t, 5*time.Second)
	w.comes(t, id, contact.WrapUp)
	w.ends(t)
}

// A trunk that takes one call at a time is given one: who has to wait is called once the first is over.
func TestATrunkHasItsBounds(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	w.outward = ivr.Outward{Most: 1}
	w.start(t)
	t.Cleanup(func() { w.stop() })
	first := w.owed(t, "silent")
	w.accepted(t, 0, first)
	require.Eventually(t, func() bool { return w.activeCalls(t) == 1 }, 10*time.Second, 50*time.Millisecond)
	second := w.owed(t, "1002")
	w.accepted(t, 1, second)
	require.Never(t, func() bool { return w.activeCalls(t) > 1 }, 3*time.Second, 50*time.Millisecond, "two at once")
	require.Equal(t, contact.Accepted, w.Contact(t, second).State)
	w.releases(t, 0, first)
	w.phones.Rings(t, "1002", 10*time.Second).HangUp(t)
	w.ends(t)
}

// Calls begin no faster than the trunk allows.
func TestATrunkHasItsPace(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	w.outward = ivr.Outward{PerSecond: 0.5}
	w.start(t)
	t.Cleanup(func() { w.stop() })
	first, second := w.owed(t, "silent"), w.owed(t, "unanswered")
	began := time.Now()
	w.accepted(t, 0, first)
	w.accepted(t, 1, second)
	require.Eventually(t, func() bool { return w.activeCalls(t) == 2 }, 10*time.Second, 20*time.Millisecond)
	require.Greater(t, time.Since(began), 2*time.Second)
	w.releases(t, 0, first)
	w.ends(t)
}

// What the network says of a telephone that does not answer is what the contact comes to.
func TestWhyACitizenIsNotReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, row := range []struct {
		number  string
		outcome contact.Outcome
	}{{"busy", contact.Engaged}, {"rejects", contact.Engaged}, {"unanswered", contact.Unanswered}, {"nobody", contact.Unreachable}} {
		id := w.placed(t, row.number)
		require.Equal(t, row.outcome, w.comes(t, id, contact.Ended).Outcome, row.number)
		w.ends(t)
	}
}

// An operator who cancels while the citizen's telephone rings has it stop.
func TestAnOutgoingCallIsCancelled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.placed(t, "silent")
	require.Eventually(t, func() bool {
		return w.activeCalls(t) == 1 && pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM legs WHERE state = 'ringing'`) == 1
	}, 10*time.Second, 50*time.Millisecond)
	w.releases(t, 0, id)
	w.ends(t)
	require.Equal(t, contact.Cancelled, w.Contact(t, id).Outcome)
}

// A process is killed while the citizen's telephone rings: the next one goes on, and the telephone rings once.
func TestAnOutgoingCallSurvivesTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	for _, lives := range []time.Duration{0, 150 * time.Millisecond, 2 * time.Second} {
		id := w.placed(t, "late")
		<-time.After(lives)
		kill()
		kill = w.startChild(t)
		citizen := w.phones.Rings(t, "late", 15*time.Second)
		operator := w.connects(t, id, "1001")
		w.requireTalk(t, citizen, operator)
		citizen.HangUp(t)
		operator.Ends(t, 5*time.Second)
		w.comes(t, id, contact.WrapUp)
		w.ends(t)
		w.Do(t, func(s *store.Work) error { return w.Floor.File(t.Context(), s, w.Agents[0], id, "resolved", "") })
	}
	require.Equal(t, 3, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM call_orders WHERE kind = 'callback'`))
	require.Empty(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM calls WHERE state <> '`+string(call.Ended)+`'`))
}
