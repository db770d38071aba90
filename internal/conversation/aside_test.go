package conversation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// Whoever writes STOP in a thread with an operator gets no more notices, and the operator reads it; in a sentence the word says
// nothing.
func TestStopInAThreadWithAnOperator(t *testing.T) {
	t.Parallel()
	for said, stopped := range map[string]bool{"STOP": true, "«СТОП»": true, "тоқтату": true, "стоп, я не это имел в виду": false, "спасибо": false} {
		w := newWorld(t)
		w.dutyAgent(t)
		w.writes(t, bound, "оператор")
		before := pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`)
		w.writes(t, bound, said)
		require.Equal(t, stopped, pgtest.Value[bool](t, w.url, `SELECT EXISTS (SELECT FROM subscribers WHERE notices_stopped_at IS NOT NULL)`), said)
		confirmed := pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`) - before
		require.Equal(t, stopped, confirmed == 1, said)
		require.Equal(t, said, pgtest.Opened[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'citizen' ORDER BY id DESC LIMIT 1`))
		require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE state <> 'ended'`), "the thread goes on")
	}
}
