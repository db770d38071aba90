package ivr_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/ivr/voice"
)

// mute is an engine that cannot speak one text, and takes its time to say so.
type mute struct {
	voice.Engine
	text string
	slow time.Duration
}

func (m mute) Speak(ctx context.Context, l dialogue.Language, text string) ([]byte, error) {
	if text != m.text {
		return m.Engine.Speak(ctx, l, text)
	}
	<-time.After(m.slow)
	return nil, errors.New("no such sound")
}

// What cannot be said is written: the caller hears music while it is tried, that it comes by SMS, and then the menu. A number that takes no SMS hears
// the menu alone.
func TestWhatCannotBeSaidIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorldWithoutLine(t)
	w.voice.Engines[dialogue.Russian] = mute{w.voice.Engines[dialogue.Russian], name, 2500 * time.Millisecond}
	w.pack = voice.New(w.voice)
	w.start(t)
	t.Cleanup(func() { w.stop() })

	mobile := w.phones.Call(t, "+77010000151", "1414")
	w.hears(t, mobile, "menu", "", 0)
	mobile.Key(t, "*")
	at := mobile.Hears(t, w.clip(t, "written"), 0, 30*time.Second)
	mobile.Hears(t, w.clip(t, "menu").Until(3*time.Second), at, 30*time.Second)
	require.Equal(t, []string{name}, pgtest.Texts(t, w.URL, "destination = $1", "+77010000151"))
	mobile.HangUp(t)

	fixed := w.phones.Call(t, "+77272100151", "1414")
	at = w.hears(t, fixed, "menu", "", 0)
	fixed.Key(t, "*")
	fixed.Hears(t, w.clip(t, "menu").Until(3*time.Second), at, 30*time.Second)
	fixed.HangUp(t)
	w.ends(t)
	require.Equal(t, 1, pgtest.Value[int](t, w.URL, `SELECT count(*)::int FROM mt_messages`))
}
