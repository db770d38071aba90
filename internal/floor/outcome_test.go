package floor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// wrapsUp has an agent finish a thread, and gives the contact in its wrap-up.
func wrapsUp(t *testing.T, h *floortest.House, number string) (id int64) {
	t.Helper()
	_, id = h.ThreadWaits(t, number)
	require.Equal(t, 1, h.Dispatch(t))
	h.Accept(t, h.Agents[0], id)
	h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], id) })
	require.Equal(t, contact.WrapUp, h.Contact(t, id).State)
	return id
}

// A queue requires an outcome unless it says otherwise. What was not given in time is filed as that, and the journal and the timeline have it.
func TestAnOutcomeIsRequired(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	file := func(id int64, disposition string) error {
		return h.DB.Do(t.Context(), func(w *store.Work) error {
			return h.Floor.File(t.Context(), w, h.Agents[0], id, disposition, "")
		})
	}
	ends := func(id int64) string {
		require.NoError(t, h.Floor.EndWrapUps(t.Context(), h.ACD, []int64{id}))
		require.Equal(t, contact.Ended, h.Contact(t, id).State)
		return h.Contact(t, id).Disposition
	}
	journal := `SELECT count(*) FROM audit WHERE action = 'contact.outcome_not_given' AND detail->>'queue' = 'general'`

	id := wrapsUp(t, h, "+77010000001")
	require.ErrorIs(t, file(id, ""), contact.ErrDisposition)
	require.Equal(t, contact.NotGiven, ends(id))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, journal))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM entries WHERE kind = 'disposition' AND speaker = 'okno'`))

	chosen := wrapsUp(t, h, "+77010000002")
	h.Do(t, func(w *store.Work) error {
		return w.SaveDraft(t.Context(), h.Contact(t, chosen), h.Agents[0].ID, contact.WrapUpField, `{"disposition": "informed"}`)
	})
	require.Equal(t, "informed", ends(chosen), "what the agent has chosen by then counts")

	general(t, h, acd.Settings{Disposition: acd.Optional})
	require.NoError(t, file(wrapsUp(t, h, "+77010000003"), ""))
	require.Empty(t, ends(wrapsUp(t, h, "+77010000004")))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, journal))
}

// Limits of pauses are kept by role: a file replaces those of the roles that it names.
func TestLimitsOfPausesAreKept(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 1)
	keep := func(limits acd.PauseLimits) (changed bool) {
		h.Do(t, func(w *store.Work) (err error) {
			changed, err = w.KeepPauseLimits(t.Context(), limits, "test", "too long")
			return err
		})
		return changed
	}
	until := func() time.Duration {
		a, err := h.DB.Agent(t.Context(), h.Agents[0].ID)
		require.NoError(t, err)
		if a.PauseUntil().IsZero() {
			return 0
		}
		return a.PauseUntil().Sub(a.StatusAt)
	}
	limits := acd.PauseLimits{"agent": {"break": 15 * time.Minute, "lunch": time.Hour}, "supervisor": {"break": 20 * time.Minute}}
	require.True(t, keep(limits))
	require.False(t, keep(limits))
	require.False(t, keep(nil))
	f, err := h.DB.QueueFile(t.Context())
	require.NoError(t, err)
	require.Equal(t, limits, f.Pauses)

	require.Zero(t, until(), "the agent is available")
	for reason, want := range map[string]time.Duration{"break": 15 * time.Minute, "lunch": time.Hour, "training": 0} {
		h.Do(t, func(w *store.Work) error { return w.SetStatus(t.Context(), h.Agents[0].ID, acd.Paused, reason, "test") })
		require.Equal(t, want, until(), reason)
	}
	require.True(t, keep(acd.PauseLimits{"agent": {"break": time.Minute}}))
	f, err = h.DB.QueueFile(t.Context())
	require.NoError(t, err)
	require.Equal(t, acd.PauseLimits{"agent": {"break": time.Minute}, "supervisor": {"break": 20 * time.Minute}}, f.Pauses)
	require.True(t, keep(acd.PauseLimits{"agent": {}}), "none of the role")
	require.Equal(t, 2, pgtest.Value[int](t, h.URL, `SELECT count(*) FROM audit WHERE action = 'pause.change' AND detail->'roles' = '["agent"]'`))
}
