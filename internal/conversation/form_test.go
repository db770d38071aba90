package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/postgres/pgtest"
)

// What the dialogue says goes in the form of its lane, and is counted in it; what the citizen wrote stays as it was.
func TestRepliesGoInTheFormOfTheirLane(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	form := func(lane message.Lane, l dialogue.Language, s string) string {
		return string(lane) + " " + string(l) + " " + strings.ToUpper(s)
	}
	engine := conversation.NewEngine(w.library, w.shelf, w.vault, conversation.Writing{Segments: func(s string) int { return len(s) }, Form: form},
		func() time.Time { return w.now }, zerolog.Nop())
	require.NoError(t, w.db.Do(t.Context(), func(work *postgres.Work) error {
		_, err := engine.Hear(t.Context(), work, unbound, "help")
		return err
	}))
	sent := w.lastMT(t, unbound)
	require.True(t, strings.HasPrefix(sent, "reply en INFO CODE"), sent)
	require.Equal(t, len(sent), pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_segments`))
	require.Equal(t, "help", pgtest.Value[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'citizen'`))
	require.NoError(t, w.db.Do(t.Context(), func(work *postgres.Work) error {
		_, err := engine.SlowDown(t.Context(), work, unbound)
		return err
	}))
	require.True(t, strings.HasPrefix(w.lastMT(t, unbound), "reply en TOO MANY"))
}
