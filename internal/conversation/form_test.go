package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// What the dialogue says goes in the form of its lane, and is counted in it; what the citizen wrote stays as it was.
func TestRepliesGoInTheFormOfTheirLane(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	form := func(lane message.Lane, l dialogue.Language, _ dialogue.Transliteration, s string) string {
		return string(lane) + " " + string(l) + " " + strings.ToUpper(s)
	}
	engine := conversation.NewEngine(w.library, w.services, w.vault, conversation.Writing{Segments: func(s string) int { return len(s) }, Form: form},
		func() time.Time { return w.now }, zerolog.Nop())
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := engine.Handle(t.Context(), work, message.MO{Source: unbound, Text: "help"})
		return err
	}))
	sent := w.lastMT(t, unbound)
	require.True(t, strings.HasPrefix(sent, "reply en INFO CODE"), sent)
	require.Equal(t, len(sent), pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_segments`))
	require.Equal(t, "help", pgtest.Opened[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'citizen'`))
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := engine.Handle(t.Context(), work, message.MO{Source: unbound, Flood: true})
		return err
	}))
	require.True(t, strings.HasPrefix(w.lastMT(t, unbound), "reply en TOO MANY"))
}

// A reply of several texts is in one script: Latin only where each of them may be.
func TestMessageIsInOneScript(t *testing.T) {
	t.Parallel()
	d := &dialogue.Definition{Transliterate: map[string]dialogue.Transliteration{"a": dialogue.Always, "b": dialogue.Always, "n": dialogue.Never}}
	for keys, want := range map[string]dialogue.Transliteration{
		"": dialogue.AsConfigured, "x": dialogue.AsConfigured, "a": dialogue.Always, "n": dialogue.Never, "a b": dialogue.Always,
		"a x": dialogue.AsConfigured, "x n": dialogue.Never, "a n b": dialogue.Never,
	} {
		require.Equal(t, want, d.Transliteration(strings.Fields(keys)...), keys)
	}
}

// What a text chooses reaches the form of each message that the dialogue sends.
func TestEachMessageGoesWithTheChoiceOfItsTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	files[dialogue.File] = strings.Replace(files[dialogue.File], "transliterate:", "transliterate:\n  help: always\n  common.slow_down: always\n  status.unknown: never", 1)
	vocabulary := conversation.Vocabulary(nil)
	d, err := dialogue.Parse(files, vocabulary)
	require.NoError(t, err)
	library, err := conversation.NewLibrary(t.Context(), d, files, w.db, vocabulary)
	require.NoError(t, err)
	form := func(_ message.Lane, _ dialogue.Language, choice dialogue.Transliteration, _ string) string {
		return "choice: " + string(choice)
	}
	engine := conversation.NewEngine(library, w.services, w.vault, conversation.Writing{Segments: func(string) int { return 1 }, Form: form},
		func() time.Time { return w.now }, zerolog.Nop())
	for said, want := range map[string]string{"help": "always", "status 123456786": "never", "stop": ""} {
		require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
			_, err := engine.Handle(t.Context(), work, message.MO{Source: unbound, Text: said})
			return err
		}))
		require.Equal(t, "choice: "+want, w.lastMT(t, unbound), said)
	}
	require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) error {
		_, err := engine.Handle(t.Context(), work, message.MO{Source: unbound, Flood: true})
		return err
	}))
	require.Equal(t, "choice: always", w.lastMT(t, unbound))
}
