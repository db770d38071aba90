package conversation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/postgres/pgtest"
)

// Whoever guesses at case numbers is blocked after ten misses for a quarter of an hour, and hears the same of any case then, but for the
// own ones; and nobody else is blocked by it.
func TestGuessesAtCaseNumbersAreFew(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Now()
	texts := w.library.Current().Texts
	text := func(key string) string { return texts.Write(dialogue.Utterance{Key: key, Language: dialogue.Russian}) }
	asks := func(number, of string) string {
		t.Helper()
		pgtest.Exec(t, w.url, `UPDATE mo_messages SET received_at = received_at - interval '2 hours'`) // no flood
		w.flood(t, number, "СТАТУС "+of)
		written := w.written(t, number)
		return written[len(written)-1]
	}
	const missing = "123456786" // its check digit is right
	for range lockout.Most {
		require.Contains(t, asks(unbound, missing), text("status.unknown"))
	}
	require.Equal(t, text("status.blocked"), asks(unbound, missing))
	require.Equal(t, text("status.blocked"), asks(unbound, w.number), "a case that exists is told from one that does not")
	require.NotEqual(t, text("status.blocked"), asks("+77015550077", w.number), "somebody else is blocked")
	w.now = w.now.Add(lockout.Block)
	require.NotEqual(t, text("status.blocked"), asks(unbound, w.number))

	for range lockout.Most + 2 {
		asks(bound, missing)
	}
	require.Equal(t, text("status.blocked"), asks(bound, missing))
	require.NotEqual(t, text("status.blocked"), asks(bound, w.number), "the own case is no guess")
}
