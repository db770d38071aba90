package conversation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// The dialogue takes a message, and one over the limit it never sees: the citizen is asked to slow down, in the open conversation if
// there is one.
func TestMessagesAreHandledOrSlowedDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	handle := func(mo message.MO) (interaction int64) {
		require.NoError(t, w.db.Do(t.Context(), func(work *store.Work) (err error) {
			interaction, err = w.engine.Handle(t.Context(), work, mo)
			return err
		}))
		return interaction
	}
	require.Zero(t, handle(message.MO{Source: unbound, Text: "HELP", Flood: true}), "no conversation is opened")
	require.Equal(t, "Слишком много сообщений. Напишите через минуту.", w.lastMT(t, unbound))
	open := handle(message.MO{Source: unbound, Text: " ИНФО брака "})
	require.NotZero(t, open)
	require.Contains(t, w.lastMT(t, unbound), "Ответьте номером")
	require.Equal(t, open, handle(message.MO{Source: unbound, Text: "1", Flood: true}))
	require.Equal(t, "Слишком много сообщений. Напишите через минуту.", w.lastMT(t, unbound))
	require.Equal(t, []string{"ИНФО брака"}, pgtest.Opened[[]string](t, w.url, `SELECT array_agg(body) FROM entries WHERE speaker = 'citizen'`))
}
