package floor_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/fault"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// Settings are imported as a whole, again without a change, and with a clear error; a year that is missing is told.
func TestQueuesAreImported(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Hours(t, "09:00-18:00", 0, acd.Tell)
	ring, calls := 30*time.Second, "10:00-24:00"
	lost, points, days := false, 7, 30
	f := acd.File{Queues: map[string]acd.Settings{
		"general": {Title: floortest.Titles, Calendar: "office", AtClosing: acd.Tell},
		"tax": {Title: floortest.Titles, Ring: &ring, Calls: calls, CallBackLost: &lost, Priority: &points, Ageing: &points,
			Overflow: &acd.Overflow{To: "duty", After: &ring}, Strategy: acd.Linear, Line: []string{"agent1"},
			Skills:    map[string]acd.Skill{"tax": {Level: 3, Relax: &ring}, "law": {Level: 1}},
			Recording: "asked", RecordedFor: &days, Transcripts: true, Survey: true, Target: &ring, TargetShare: &days},
		"duty": {Title: floortest.Titles}}}
	keep := func() (changed []string, err error) {
		err = h.DB.Do(t.Context(), func(w *store.Work) error {
			changed, err = w.KeepQueues(t.Context(), f, "test", "why not")
			return err
		})
		return changed, err
	}
	changed, err := keep()
	require.NoError(t, err)
	require.Equal(t, []string{"duty", "tax"}, changed)
	changed, err = keep()
	require.NoError(t, err)
	require.Empty(t, changed)
	kept, err := h.DB.QueueFile(t.Context())
	require.NoError(t, err)
	require.Equal(t, f, kept)
	h.Do(t, func(w *store.Work) error {
		rules, err := w.Rules(t.Context(), "tax")
		require.Equal(t, f.Queues["tax"].Rules(), rules)
		return err
	})
	queue, year, err := h.DB.HoursUnknown(t.Context())
	require.NoError(t, err)
	require.Equal(t, "general", queue)
	require.InDelta(t, time.Now().Year(), year, 1)

	f.Queues["tax"] = acd.Settings{Title: floortest.Titles, Calendar: "kyrgyzstan"}
	_, err = keep()
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, `there is no calendar "kyrgyzstan"`)
	f.Queues["tax"] = acd.Settings{Title: floortest.Titles, Strategy: acd.Linear, Line: []string{"nobody"}}
	_, err = keep()
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, `there is no agent "nobody"`)
	f.Queues["tax"] = acd.Settings{Title: floortest.Titles, Overflow: &acd.Overflow{To: "nowhere"}}
	_, err = keep()
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, `there is no queue "nowhere"`)
	f.Queues = map[string]acd.Settings{"tax": {Title: floortest.Titles}}
	changed, err = keep()
	require.NoError(t, err)
	require.Equal(t, []string{"tax"}, changed, "what is left out is the house's again")
	kept, err = h.DB.QueueFile(t.Context())
	require.NoError(t, err)
	require.Len(t, kept.Queues, 3, "others stay")
	require.Equal(t, f.Queues["tax"], kept.Queues["tax"])
}

// A queue whose agents have gone home is answered by those of the other: with the wait so far, where it was asked, and the story says so.
func TestAnotherQueueHelps(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Do(t, func(w *store.Work) error {
		_, err := w.KeepQueues(t.Context(), acd.File{Queues: map[string]acd.Settings{"tax": {Title: floortest.Titles}}}, "test", "")
		return err
	})
	pgtest.Exec(t, h.URL, `UPDATE agent_queues SET queue = 'tax'`)
	none := h.Writes(t, "+77010000002", "оператор")
	require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE interaction_id = $1`, none), "nobody serves the queue")

	after := time.Hour
	h.Do(t, func(w *store.Work) error {
		_, err := w.KeepQueues(t.Context(), acd.File{Queues: map[string]acd.Settings{"general": {Title: floortest.Titles,
			Overflow: &acd.Overflow{To: "tax", After: &after}}}}, "test", "")
		return err
	})
	interaction, id := h.ThreadWaits(t, number)
	queued := h.Contact(t, id).QueuedAt
	require.Equal(t, 1, h.Dispatch(t), "nobody of its own is there: nothing is waited for")
	require.Equal(t, "tax", pgtest.Value[string](t, h.URL, `SELECT via FROM offers`))
	h.Accept(t, h.Agents[0], id)
	c := h.Contact(t, id)
	require.Equal(t, contact.Connected, c.State)
	require.Equal(t, "general", c.Queue, "it is counted where it was asked")
	require.Equal(t, queued, c.QueuedAt)
	require.Equal(t, 1, pgtest.Opened[int](t, h.URL, `SELECT count(*)::int FROM entries WHERE interaction_id = $1 AND kind = 'did' AND body = 'overflow tax'`, interaction))
	require.Equal(t, []string{"general"}, pgtest.Value[[]string](t, h.URL, `SELECT queues FROM agent_times WHERE until IS NULL AND doing = 'talking'`))
}

// Queues with much to do are all seen, however many wait in one of them.
func TestAQueueDoesNotHideAnother(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	h.Do(t, func(w *store.Work) error {
		most := 100
		_, err := w.KeepQueues(t.Context(), acd.File{Queues: map[string]acd.Settings{"urgent": {Title: floortest.Titles, Priority: &most}}}, "test", "")
		return err
	})
	_, id := h.ThreadWaits(t, number)
	pgtest.Exec(t, h.URL, `INSERT INTO agent_queues SELECT id, 'urgent' FROM agents; UPDATE contacts SET queue = 'urgent';
		WITH i AS (INSERT INTO interactions (channel, language) SELECT 'sms', 'ru' FROM generate_series(1, 700) RETURNING id)
		INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, queued_at)
		SELECT id, 'general', 'sms', 'ru', 'x', '1', now() - interval '20 minutes' FROM i`)
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, contact.Offered, h.Contact(t, id).State, "the points say who is first, and all are seen")
}

// general gives the queue "general" rules.
func general(t *testing.T, h *floortest.House, s acd.Settings) {
	t.Helper()
	s.Title = floortest.Titles
	h.Do(t, func(w *store.Work) error {
		_, err := w.KeepQueues(t.Context(), acd.File{Queues: map[string]acd.Settings{"general": s}}, "test", "")
		return err
	})
}

// What the strategies go by is kept: who was asked last, what the last hour went into, and who stands first in the line.
func TestStrategiesGoByWhatWas(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 3)
	first, second, third := h.Agents[0], h.Agents[1], h.Agents[2]
	pgtest.Exec(t, h.URL, `UPDATE agents SET idle_since = now() - id * interval '1 minute'`) // the third is idle longest
	citizens := 0
	offered := func() (agent int64) {
		citizens++
		_, id := h.ThreadWaits(t, fmt.Sprintf("+7701000%04d", citizens))
		require.Equal(t, 1, h.Dispatch(t))
		agent = h.Contact(t, id).AgentID
		h.Do(t, func(w *store.Work) error {
			for _, a := range h.Agents {
				if a.ID == agent {
					return h.Floor.Decline(t.Context(), w, a, id)
				}
			}
			return nil
		})
		pgtest.Exec(t, h.URL, `UPDATE contacts SET state = 'ended', outcome = 'nobody', ended_at = now()`)
		return agent
	}
	require.Equal(t, third.ID, offered())
	require.Equal(t, third.ID, offered(), "by default whoever is idle longest, again and again")
	general(t, h, acd.Settings{Strategy: acd.RoundRobin})
	require.Equal(t, []int64{second.ID, first.ID, third.ID, second.ID}, []int64{offered(), offered(), offered(), offered()})
	general(t, h, acd.Settings{Strategy: acd.Linear, Line: []string{"agent2", "agent1"}})
	require.Equal(t, []int64{second.ID, second.ID}, []int64{offered(), offered()})
	pgtest.Exec(t, h.URL, fmt.Sprintf(`UPDATE agent_times SET since = now() - interval '50 minutes' WHERE until IS NULL;
		INSERT INTO agent_times (agent_id, since, until, doing, desk, load, capacity, queues) VALUES
		(%d, now() - interval '3 hours', now() - interval '50 minutes', 'talking', true, 100, 100, '{general}'),
		(%d, now() - interval '60 minutes', now() - interval '55 minutes', 'wrap_up', true, 100, 100, '{general}'),
		(%d, now() - interval '60 minutes', now() - interval '51 minutes', 'paused', true, 0, 100, '{general}'),
		(%d, now() - interval '9 hours', now() - interval '2 hours', 'talking', true, 100, 100, '{general}')`, third.ID, second.ID, first.ID, first.ID))
	general(t, h, acd.Settings{Strategy: acd.LeastOccupied})
	require.Equal(t, first.ID, offered(), "nothing of the last hour; a pause is none, and what was before does not count")
	s, err := h.DB.DistributionSnapshot(t.Context())
	require.NoError(t, err)
	for _, a := range s.Agents {
		require.InDelta(t, map[int64]float64{first.ID: 0, second.ID: 5.0 / 55, third.ID: 10.0 / 60}[a.Agent], a.Occupied, 0.01, a.Login)
	}
}

// A queue that wants a skill takes nobody while nobody who has it is there, and offers to whoever does.
func TestAQueueWantsASkill(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	general(t, h, acd.Settings{Skills: map[string]acd.Skill{"tax": {Level: 2}}})
	none := h.Writes(t, "+77010000002", "оператор")
	require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM contacts WHERE interaction_id = $1`, none))
	h.Do(t, func(w *store.Work) error {
		require.NoError(t, w.SetSkills(t.Context(), h.Agents[0].ID, map[string]int{"tax": 1}, "test"))
		require.NoError(t, w.SetSkills(t.Context(), h.Agents[1].ID, map[string]int{"tax": 2}, "test"))
		levels, err := w.Skills(t.Context(), h.Agents[1].ID)
		require.Equal(t, map[string]int{"tax": 2}, levels)
		return err
	})
	_, id := h.ThreadWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, h.Agents[1].ID, h.Contact(t, id).AgentID)
}

// An agent has a call and a conversation by SMS at a time, if the capacity says so; by default one or the other.
func TestCapacityIsASetting(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	_, thread := h.ThreadWaits(t, "+77010000002")
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], thread)
	_, call := h.CallWaits(t, number)
	require.Zero(t, h.Dispatch(t))
	h.Do(t, func(w *store.Work) error { return w.SetCapacity(t.Context(), h.Agents[0].ID, 120, "test") })
	require.Equal(t, 120, pgtest.Value[int](t, h.URL, `SELECT capacity FROM agent_times WHERE until IS NULL`), "reports count it from now on")
	require.Equal(t, 1, h.Dispatch(t))
	require.Equal(t, h.Agents[0].ID, h.Contact(t, call).AgentID)
	_, another := h.ThreadWaits(t, "+77010000003")
	require.Zero(t, h.Dispatch(t), "and no more")
	require.Equal(t, contact.Waiting, h.Contact(t, another).State)
	for points, good := range map[int]bool{19: false, 20: true, 100: true, 199: true, 200: false} {
		require.Equal(t, good, acd.CheckCapacity(points) == nil, points)
	}
}
