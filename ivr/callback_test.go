package ivr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/contact"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// owed is a callback to a telephone on the other Asterisk. It gives the contact.
func (w *world) owed(t *testing.T, number string) (id int64) {
	t.Helper()
	pgtest.Exec(t, w.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
	w.Do(t, func(s *store.Work) error { return owe(t.Context(), s, number) })
	return pgtest.Value[int64](t, w.URL, `SELECT max(id) FROM contacts`)
}

// The citizen's telephone rings once an operator has accepted; the citizen hears why, then music, then the operator.
func TestACitizenIsCalledBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.owed(t, "1002")
	w.accepted(t, 0, id)
	citizen := w.phones.Rings(t, "1002", 10*time.Second)
	w.hears(t, citizen, "queue", "", 0)
	operator := w.connects(t, id, "1001")
	w.requireTalk(t, citizen, operator)
	after := citizen.Heard().Length()
	operator.HangUp(t)
	w.hears(t, citizen, "bye", "", after)
	citizen.Ends(t, 5*time.Second)
	w.comes(t, id, contact.WrapUp)
	w.ends(t)
}

// asksFor has talks recorded whose citizen says yes.
func (w *world) asksFor(t *testing.T) {
	t.Helper()
	pgtest.Exec(t, w.URL, `UPDATE queues SET recording = 'asked', recording_days = 7`)
}

// isRecorded holds that the talk of a contact is recorded, or is not.
func (w *world) isRecorded(t *testing.T, id int64, recorded bool) {
	t.Helper()
	interaction := w.Contact(t, id).Interaction
	if recorded {
		w.recording(t, interaction, true)
		return
	}
	require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM recordings WHERE interaction_id = $1`, interaction))
}

// Whoever is called where talks are recorded after a yes hears the question first; then comes the operator, whatever the answer, or without one.
func TestWhoIsCalledIsAskedWhetherTheTalkMayBeRecorded(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		key      string
		outgoing bool
		recorded bool
	}{"yes": {"1", false, true}, "no": {"2", false, false}, "nothing": {"", false, false}, "an outgoing call": {"1", true, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.asksFor(t)
			var id int64
			if row.outgoing {
				id = w.placed(t, "1002")
			} else {
				id = w.owed(t, "1002")
				w.accepted(t, 0, id)
			}
			citizen := w.phones.Rings(t, "1002", 10*time.Second)
			w.hears(t, citizen, "record", "", 0)
			require.Equal(t, contact.Accepted, w.Contact(t, id).State, "the operator's phone does not ring yet")
			if row.key != "" {
				citizen.Key(t, row.key)
			}
			operator := w.connects(t, id, "1001")
			w.isRecorded(t, id, row.recorded)
			w.requireTalk(t, citizen, operator)
			citizen.HangUp(t)
			operator.Ends(t, 5*time.Second)
			w.comes(t, id, contact.WrapUp)
			w.ends(t)
		})
	}
}

// Who hangs up in the question is gone, and no operator's phone rings.
func TestACitizenHangsUpInTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.asksFor(t)
	id := w.owed(t, "1002")
	w.accepted(t, 0, id)
	citizen := w.phones.Rings(t, "1002", 10*time.Second)
	citizen.Hears(t, w.clip(t, "record").Until(2*time.Second), 0, 10*time.Second)
	citizen.HangUp(t)
	require.Equal(t, contact.Abandoned, w.comes(t, id, contact.Ended).Outcome)
	w.ends(t)
	w.isRecorded(t, id, false)
	require.Zero(t, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM call_orders WHERE kind = 'connect'`))
}

// A process is killed while the question is heard, behind it, and as it is answered: the next one asks again, or goes on.
func TestTheQuestionSurvivesTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	w.asksFor(t)
	record := w.clip(t, "record")
	kill := w.startChild(t)
	for _, killed := range []string{"in the question", "behind it", "at the answer"} {
		id := w.owed(t, "1002")
		w.accepted(t, 0, id)
		citizen := w.phones.Rings(t, "1002", 10*time.Second)
		switch killed {
		case "in the question":
			citizen.Hears(t, record.Until(2*time.Second), 0, 10*time.Second)
		case "behind it":
			w.hears(t, citizen, "record", "", 0)
		case "at the answer":
			w.hears(t, citizen, "record", "", 0)
			citizen.Key(t, "1")
		}
		kill()
		after := citizen.Heard().Length()
		kill = w.startChild(t)
		if killed != "at the answer" {
			w.hears(t, citizen, "record", "", after)
		}
		citizen.Key(t, "1")
		operator := w.connects(t, id, "1001")
		w.isRecorded(t, id, true)
		w.requireTalk(t, citizen, operator)
		citizen.HangUp(t)
		operator.Ends(t, 5*time.Second)
		w.comes(t, id, contact.WrapUp)
		w.ends(t)
		w.Do(t, func(s *store.Work) error { return w.Floor.File(t.Context(), s, w.Agents[0], id, "resolved", "") })
	}
}

// A telephone that is busy is an attempt; one that nobody wants to ring any more stops, and was none; one that rings too long is one.
func TestACitizenWhoIsCalledBackIsNotReached(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.owed(t, "busy")
	for attempt, outcome := range []contact.Outcome{"", contact.Unreached} {
		w.accepted(t, 0, id)
		require.Eventually(t, func() bool {
			c := w.Contact(t, id)
			return c.Outcome == outcome && (c.Attempts == attempt+1 || outcome != "") && c.AgentID == 0
		}, 15*time.Second, 50*time.Millisecond)
		w.ends(t)
		pgtest.Exec(t, w.URL, `UPDATE contacts SET due_at = now()`)
	}

	id = w.owed(t, "silent")
	w.accepted(t, 0, id)
	require.Eventually(t, func() bool { return w.activeCalls(t) == 1 }, 10*time.Second, 50*time.Millisecond)
	w.releases(t, 0, id)
	w.ends(t)
	c := w.Contact(t, id)
	require.Equal(t, contact.Waiting, c.State)
	require.Zero(t, c.Attempts)
}

// A process is killed at any moment between the operator's yes and the talk: the next one goes on, and the telephone rings once.
func TestACallbackSurvivesTheProcess(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	kill := w.startChild(t)
	const answered = 400 * time.Millisecond // after that a telephone that answers at once has
	for _, row := range []struct {
		number string
		lives  time.Duration
	}{{"1002", 0}, {"1002", 30 * time.Millisecond}, {"1002", 150 * time.Millisecond}, {"1002", 400 * time.Millisecond}, {"1002", 1500 * time.Millisecond},
		{"1002", 4 * time.Second}, {"late", 2 * time.Second}} {
		id := w.owed(t, row.number)
		if row.lives == 0 {
			kill()
		}
		w.accepted(t, 0, id)
		<-time.After(row.lives)
		kill()
		kill = w.startChild(t)
		citizen := w.phones.Rings(t, row.number, 15*time.Second)
		operator := w.connects(t, id, "1001")
		if row.lives < answered && !citizen.IsUp() { // answered while no process was there: Asterisk ends that call, and the next process calls again
			citizen = w.phones.Rings(t, row.number, time.Second)
		}
		w.requireTalk(t, citizen, operator)
		citizen.HangUp(t)
		operator.Ends(t, 5*time.Second)
		w.comes(t, id, contact.WrapUp)
		w.ends(t)
		w.Do(t, func(s *store.Work) error { return w.Floor.File(t.Context(), s, w.Agents[0], id, "resolved", "") })
	}
}
