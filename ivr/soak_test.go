package ivr_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/ivr/ivrtest"
)

// soak is a line with calls of three kinds, as many of each, which is killed again and again.
type soak struct {
	*world
	random *rand.Rand
	talks  []*soakedTalk
	waits  []*soakedWait
	menus  []*ivrtest.Phone
}

type soakedTalk struct {
	citizen, operator *ivrtest.Phone
	interaction, id   int64
	held              bool
	since             time.Duration // what the citizen had heard when the recording began
}

type soakedWait struct {
	citizen *ivrtest.Phone
	id      int64
	place   time.Time
}

// Calls are in a menu, in the queue, in talks that are recorded, and on hold, and at random moments the line is killed, in the middle of what
// people do and before it has taken them over, too. No call is lost, each goes on where it was, and no second of a recording is missing.
// OKNO_KILLS is the number of kills, OKNO_KILLED_CALLS that of calls, OKNO_KILLS_SEED what the moments are drawn from.
// It runs apart from the other tests, which it would leave no time.
func TestKillsUnderCalls(t *testing.T) {
	kills, calls := int(pgtest.Setting(t, "OKNO_KILLS", 4)), int(pgtest.Setting(t, "OKNO_KILLED_CALLS", 6))
	seed := uint64(pgtest.Setting(t, "OKNO_KILLS_SEED", time.Now().UnixNano()))
	t.Logf("OKNO_KILLS=%d OKNO_KILLED_CALLS=%d OKNO_KILLS_SEED=%d", kills, calls, seed)
	s := &soak{world: newWorldWithoutLine(t), random: rand.New(rand.NewPCG(seed, 0))}
	kill := s.startChild(t)
	s.fill(t, calls/3)

	var slowest time.Duration
	for n := range kills {
		kill()
		began := time.Now()
		var ready <-chan struct{}
		ready, kill = s.launchChild(t)
		s.act(t)
		moment := time.After(time.Duration(s.random.Int64N(int64(2 * time.Second))))
		if s.random.IntN(4) > 0 {
			select {
			case <-ready:
				slowest = max(slowest, time.Since(began))
			case <-time.After(30 * time.Second):
				require.Fail(t, "the line does not get ready")
			}
			s.act(t)
		}
		<-moment
		s.requireUp(t, n)
	}
	kill()
	s.startChild(t)
	s.requireUp(t, kills)
	t.Logf("%d kills under %d calls; the slowest line was ready after %s", kills, 3*len(s.talks), slowest)
	s.goOn(t)
	s.end(t)
}

// fill begins so many calls of each kind.
func (s *soak) fill(t *testing.T, each int) {
	t.Helper()
	s.Agents = nil
	s.AddAgents(t, max(each, 2)) // those that the world has are the first two
	s.asksFor(t)
	for i := range s.Agents {
		s.sets(t, i, acd.Paused)
	}
	for i := range each {
		extension := fmt.Sprint(1001 + i)
		s.sitAt(t, i, extension)
		talk := &soakedTalk{citizen: s.phones.Call(t, s.number(), "1414")}
		talk.interaction, talk.id = s.joins(t, talk.citizen)
		pgtest.Exec(t, s.URL, fmt.Sprintf(`UPDATE interactions SET may_record = true WHERE id = %d`, talk.interaction))
		s.sets(t, i, acd.Available)
		require.Eventually(t, func() bool {
			s.Dispatch(t)
			return s.Contact(t, talk.id).State == contact.Offered
		}, 5*time.Second, 20*time.Millisecond, "no offer")
		s.Accept(t, s.Agents[i], talk.id)
		talk.operator = s.connects(t, talk.id, extension)
		s.recording(t, talk.interaction, true)
		talk.since = talk.citizen.Heard().Length()
		s.talks = append(s.talks, talk)
	}
	for range each {
		wait := &soakedWait{citizen: s.phones.Call(t, s.number(), "1414")}
		_, wait.id = s.joins(t, wait.citizen)
		wait.place = s.Contact(t, wait.id).QueuedAt
		s.waits = append(s.waits, wait)
	}
	for range each {
		phone := s.phones.Call(t, s.number(), "1414")
		phone.Hears(t, s.clip(t, "menu").Until(time.Second), 0, 15*time.Second)
		s.menus = append(s.menus, phone)
	}
}

func (s *soak) number() string { return fmt.Sprint("+7701001", 1000+s.random.IntN(9000)) }

func (s *soak) sets(t *testing.T, agent int, status acd.Status) {
	t.Helper()
	reason := ""
	if status == acd.Paused {
		reason = "break"
	}
	s.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), s.Agents[agent].ID, status, reason, "test") })
}

// joins has a caller choose the queue, and gives the newest contact.
func (s *soak) joins(t *testing.T, phone *ivrtest.Phone) (interaction, id int64) {
	t.Helper()
	before := pgtest.Value[int64](t, s.URL, `SELECT coalesce(max(id), 0) FROM contacts`)
	phone.Key(t, "2")
	require.Eventually(t, func() bool {
		id = pgtest.Value[int64](t, s.URL, `SELECT coalesce(max(id), 0) FROM contacts`)
		return id > before
	}, 15*time.Second, 20*time.Millisecond, "the caller does not join the queue")
	return pgtest.Value[int64](t, s.URL, `SELECT interaction_id FROM contacts WHERE id = $1`, id), id
}

// act has somebody do something: an operator puts a call on hold or takes it back, a caller presses a key.
func (s *soak) act(t *testing.T) {
	t.Helper()
	switch i := s.random.IntN(len(s.talks)); s.random.IntN(4) {
	case 0, 1:
		talk := s.talks[i]
		talk.held = !talk.held
		s.Do(t, func(w *store.Work) error { return s.Floor.Hold(t.Context(), w, s.Agents[i], talk.id, talk.held) })
	case 2:
		s.menus[i].Key(t, "7") // no choice
	case 3:
		s.waits[i].citizen.Key(t, "5") // does nothing
	}
}

func (s *soak) requireUp(t *testing.T, kill int) {
	t.Helper()
	for i := range s.talks {
		require.True(t, s.talks[i].citizen.IsUp(), "kill %d: a citizen's talk is lost", kill)
		require.True(t, s.talks[i].operator.IsUp(), "kill %d: an operator's talk is lost", kill)
		require.True(t, s.waits[i].citizen.IsUp(), "kill %d: who waits is lost", kill)
		require.True(t, s.menus[i].IsUp(), "kill %d: a caller in the menu is lost", kill)
	}
}

// goOn holds that each call is where it was, and that what people do now is done.
func (s *soak) goOn(t *testing.T) {
	t.Helper()
	for i, talk := range s.talks {
		if talk.held {
			s.Do(t, func(w *store.Work) error { return s.Floor.Hold(t.Context(), w, s.Agents[i], talk.id, false) })
		}
		s.requireTalk(t, talk.citizen, talk.operator)
	}
	for _, wait := range s.waits {
		c := s.Contact(t, wait.id)
		require.Equal(t, contact.Waiting, c.State)
		require.Equal(t, wait.place, c.QueuedAt, "a place is lost")
		at := wait.citizen.Heard().Length()
		if !assert.Eventually(t, func() bool { return wait.citizen.Heard().Length() > at+time.Second }, 15*time.Second, 50*time.Millisecond) {
			_, bridges := s.ari(t, http.MethodGet, "/bridges", "")
			require.Fail(t, "who waits hears nothing", "contact %d; rooms of Asterisk: %s", wait.id, bridges)
		}
		require.Greater(t, wait.citizen.Heard().From(at).Level(), -60.0, "silence instead of music")
	}
	for _, phone := range s.menus {
		at := phone.Heard().Length()
		phone.Key(t, "2")
		s.hears(t, phone, "queue", "", at)
	}
}

// end hangs up all calls, and holds that nothing is left of them but recordings without a hole.
func (s *soak) end(t *testing.T) {
	t.Helper()
	for _, talk := range s.talks {
		talk.citizen.HangUp(t)
		length := talk.citizen.Heard().Length() - talk.since // sound itself is lost where the machine is too slow for it
		left, right := s.keptRecording(t, talk.interaction, 1)
		least := length - time.Second - length/100 // what a busy machine's Asterisk leaves out, kills or not
		require.Greater(t, left.Length(), least, "of what the citizen said")
		require.Greater(t, right.Length(), least, "of what the operator said")
	}
	for _, phone := range slices.Concat(s.menus, func() (all []*ivrtest.Phone) {
		for _, wait := range s.waits {
			all = append(all, wait.citizen)
		}
		return all
	}()) {
		phone.HangUp(t)
	}
	require.Eventually(t, func() bool {
		live, err := s.DB.LiveCalls(t.Context(), "ast1")
		return err == nil && len(live) == 0
	}, 15*time.Second, 50*time.Millisecond, "a call stays")
	(&incident{world: s.world}).leavesNothing(t)
	s.requireSpoolEmpty(t)
	require.Equal(t, 3*len(s.talks), pgtest.Value[int](t, s.URL, `SELECT count(*) FROM interactions WHERE outcome NOT IN ('', $1)`, conversation.Lost))
}
