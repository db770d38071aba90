package floor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// leaves is a caller for whom no operator is there, and who is about to say a message.
func leaves(t *testing.T, h *floortest.House, number string) (interaction int64) {
	t.Helper()
	interaction = h.Calls(t, number)
	turn := keyed(t, h, interaction, "2")
	turn = keyed(t, h, interaction, "0")
	require.Equal(t, dialogue.ExpectKey, turn.Expect.Kind)
	turn = keyed(t, h, interaction, "2")
	require.Equal(t, dialogue.RecordMessage, turn.Expect.Does)
	return interaction
}

func keyed(t *testing.T, h *floortest.House, interaction int64, keys string) conversation.Turn {
	t.Helper()
	turn, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
	require.NoError(t, err)
	return turn
}

// A message is recorded, heard, recorded anew and sent: it is one case, which the caller is told.
func TestMessageByVoice(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 0)
	interaction := leaves(t, h, "+77010000111")
	names := func() (name string) {
		return pgtest.Value[string](t, h.URL, `SELECT string_agg(name, ' ') FROM recordings`)
	}
	first := names()
	turn, err := h.Floor.Advance(t.Context(), h.Voice, interaction, dialogue.Input{Kind: dialogue.Resumed})
	require.NoError(t, err)
	require.Equal(t, dialogue.RecordMessage, turn.Expect.Does)
	require.Equal(t, first, names(), "what is being recorded goes on")
	turn, err = h.Floor.MessageRecorded(t.Context(), h.Voice, interaction, 5*time.Second)
	require.NoError(t, err)
	require.Equal(t, "123", turn.Expect.Keys[:3])
	turn = keyed(t, h, interaction, "2")
	require.Equal(t, dialogue.HearMessage, turn.Expect.Does)
	_, err = h.Floor.MessageHeard(t.Context(), h.Voice, interaction)
	require.NoError(t, err)
	turn = keyed(t, h, interaction, "3")
	require.Equal(t, dialogue.RecordMessage, turn.Expect.Does)
	require.NotEqual(t, first, names(), "another one takes its place")
	require.NotContains(t, names(), " ")
	_, err = h.Floor.MessageRecorded(t.Context(), h.Voice, interaction, 9*time.Second)
	require.NoError(t, err)
	turn = keyed(t, h, interaction, "1")
	require.True(t, turn.Over)
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM cases c JOIN recordings r ON r.case_id = c.id JOIN interaction_cases i ON i.case_id = c.id`))
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	require.Equal(t, 1, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM cases`))
}

// A message of nothing is none, and one that cannot be recorded is told so.
func TestMessageOfNothing(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 0)
	interaction := leaves(t, h, "+77010000112")
	turn, err := h.Floor.MessageRecorded(t.Context(), h.Voice, interaction, time.Second)
	require.NoError(t, err)
	require.Contains(t, turn.Expect.Keys, "1")
	require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM recordings`))
	turn = keyed(t, h, interaction, "1")
	require.Equal(t, dialogue.RecordMessage, turn.Expect.Does)
	turn, err = h.Floor.MessageRecorded(t.Context(), h.Voice, interaction, -time.Second)
	require.NoError(t, err)
	require.True(t, turn.Over)
	require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.Finished))
	require.Zero(t, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM cases`))
}

// Who hangs up has sent what was said, if it is longer than two seconds and the dialogue does not drop it.
func TestHangUpSendsAMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		length time.Duration
		rule   string
		cases  int
	}{"long": {5 * time.Second, "false", 1}, "short": {time.Second, "false", 0}, "dropped": {5 * time.Second, "true", 0}} {
		h := floortest.New(t, 0)
		interaction := leaves(t, h, "+77010000113")
		pgtest.Exec(t, h.URL, `UPDATE recordings SET drop_left = `+c.rule)
		require.NoError(t, h.Floor.MessageLeft(t.Context(), h.Voice, interaction, c.length))
		require.NoError(t, h.Floor.HungUp(t.Context(), h.Voice, interaction, call.HungUp))
		require.Equal(t, c.cases, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM cases`), name)
		require.Equal(t, c.cases, pgtest.Value[int](t, h.URL, `SELECT count(*)::int FROM recordings`), name)
	}
}
