package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/report"
)

// The transcript names the node at which the dialogue waits, once a turn, and the interaction the dialogue that the nodes are of.
func TestTheTranscriptNamesWhereTheDialogueWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	advance := func(in dialogue.Input, of int64) conversation.Turn {
		return w.turn(t, func(work *store.Work) (conversation.Turn, error) { return w.engine.Advance(t.Context(), work, of, in) })
	}
	nodes := func(of int64) string {
		return pgtest.Value[string](t, w.url, `SELECT string_agg(coalesce(node, '-'), ' ' ORDER BY id) FROM entries WHERE speaker = 'okno' AND interaction_id = $1`, of)
	}
	call := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
		return w.engine.Begin(t.Context(), work, dialogue.Voice, conversation.Caller{Number: unbound})
	}).Interaction
	advance(dialogue.Input{Kind: dialogue.Keys, Keys: "2"}, call)
	require.Equal(t, "- - - - - language main", nodes(call), "the choice of a language is one stop, in three languages")
	advance(dialogue.Input{Kind: dialogue.Silence}, call)
	require.Equal(t, "- - - - - language main - main", nodes(call), "silence leads to the same stop")
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		outcome, err := w.engine.Leave(t.Context(), work, call)
		require.NoError(t, err)
		return work.EndInteraction(t.Context(), call, outcome)
	}))
	require.Equal(t, w.library.Current().Version, pgtest.Value[string](t, w.url, `SELECT dialogue FROM interactions WHERE id = $1`, call))

	w.writes(t, bound, "ИНФО брака")
	text := pgtest.Value[int64](t, w.url, `SELECT max(id) FROM interactions`)
	require.Equal(t, "- - service_choose", nodes(text), "a list is one stop")
	w.writes(t, bound, "2")
	require.Regexp(t, "^- - service_choose ", nodes(text))

	now := time.Now().UTC().Truncate(time.Hour)
	hours := report.Span{From: now.Add(-time.Hour), To: now.Add(2 * time.Hour)}
	require.NoError(t, w.db.RecountHours(t.Context(), report.Nodes, hours))
	funnel := map[string]report.Counts{} // by channel and node
	for _, channel := range []string{"voice", "sms"} {
		q, err := report.Ask(report.Asked{Report: "funnel", By: "node", Only: map[string]string{"channel": channel}}, time.UTC, time.Now())
		require.NoError(t, err)
		lines, err := w.db.ReportLines(t.Context(), q)
		require.NoError(t, err)
		for _, l := range lines {
			funnel[channel+" "+l.Key[1]] = l.Counts
		}
	}
	require.Equal(t, report.Counts{"stops": 2, "visits": 1, "left": 1, "gave_up": 1, "gave_up_unanswered": 1}, funnel["voice main"], "the citizen hung up, and had been told nothing")
	require.Equal(t, report.Counts{"stops": 1, "visits": 1}, funnel["voice language"])
	require.Equal(t, report.Counts{"stops": 1, "visits": 1}, funnel["sms service_choose"])
	last := strings.TrimPrefix(nodes(text), "- - service_choose ")
	require.Equal(t, report.Counts{"stops": 1, "visits": 1, "left": 1, "finished": 1}, funnel["sms "+last], "the dialogue ended by itself")
}
