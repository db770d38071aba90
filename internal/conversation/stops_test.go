package conversation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
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
	require.Equal(t, "- - language main", nodes(call), "the choice of a language is one stop, in three languages")
	advance(dialogue.Input{Kind: dialogue.Silence}, call)
	require.Equal(t, "- - language main - main", nodes(call), "silence leads to the same stop")
	advance(dialogue.Input{Kind: dialogue.Hangup}, call)
	require.Equal(t, w.library.Current().Version, pgtest.Value[string](t, w.url, `SELECT dialogue FROM interactions WHERE id = $1`, call))

	w.writes(t, bound, "ИНФО брака")
	text := pgtest.Value[int64](t, w.url, `SELECT max(id) FROM interactions`)
	require.Equal(t, "- - service_choose", nodes(text), "a list is one stop")
}
