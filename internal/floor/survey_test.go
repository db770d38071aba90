package floor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A caller whose operator hangs up first is asked how it was, if the queue wants that: the mark stands with the contact, once.
func TestSurveyAfterATalk(t *testing.T) {
	t.Parallel()
	for _, survey := range []bool{true, false} {
		h := floortest.New(t, 1)
		if survey {
			pgtest.Exec(t, h.URL, `UPDATE queues SET survey = true`)
		}
		interaction, id, o := h.Talks(t, "+77010000121")
		h.Do(t, func(w *store.Work) error { return h.Floor.Release(t.Context(), w, h.Agents[0], id) })
		turn, _, err := h.Floor.LegLeft(t.Context(), h.Voice, interaction, o.ID, false, "")
		require.NoError(t, err)
		if !survey {
			require.True(t, turn.Over, "nobody is asked")
			continue
		}
		require.Equal(t, dialogue.ExpectDigits, turn.Expect.Kind)
		require.False(t, keyed(t, h, interaction, "9").Over, "9 is no mark")
		require.True(t, keyed(t, h, interaction, "4").Over)
		require.Equal(t, 4, pgtest.Value[int](t, h.URL, `SELECT mark::int FROM contacts`))
		require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	}
}
