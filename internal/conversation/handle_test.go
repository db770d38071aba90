package conversation_test

import (
	"testing"
	"time"

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

// What is written soon after the end of a thread goes on with it, with the operator who had it; a command is one, and later it is a new talk.
func TestAQuestionAfterTheEndOfAThreadGoesOnWithIt(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		said   string
		before string // is done before it is said
		goesOn bool
	}{
		"a question":        {said: "и ещё вопрос", goesOn: true},
		"a command":         {said: "СТАТУС 123456789"},
		"after ten minutes": {said: "и ещё вопрос", before: `UPDATE interactions SET ended_at = ended_at - interval '11 minutes'`},
		"nobody there":      {said: "и ещё вопрос", before: `UPDATE agents SET status = 'offline'`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.dutyAgent(t)
			w.writes(t, bound, "оператор")
			pgtest.Exec(t, w.url, `UPDATE contacts SET state = 'ended', outcome = 'handled', connected_at = now(), ended_at = now(), agent_id = (SELECT id FROM agents)`)
			pgtest.Exec(t, w.url, `UPDATE interactions SET ended_at = '`+w.now.Add(-time.Minute).Format(time.RFC3339)+`', outcome = 'operator'`)
			if row.before != "" {
				pgtest.Exec(t, w.url, row.before)
			}
			sent := pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`)
			w.writes(t, bound, row.said)
			again := pgtest.Value[bool](t, w.url, `SELECT EXISTS (SELECT FROM contacts c WHERE state = 'waiting' AND reason = 'why.again' AND queue = 'general'
				AND addressed_to = (SELECT id FROM agents) AND addressed_until > now())`)
			require.Equal(t, row.goesOn, again)
			require.Equal(t, row.goesOn, sent == pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`), "in the middle of a talk nobody is told to wait")
			require.Equal(t, row.said, pgtest.Opened[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'citizen' ORDER BY id DESC LIMIT 1`))
			require.Equal(t, 2, pgtest.Value[int](t, w.url, `SELECT count(DISTINCT interaction_id)::int FROM entries`))
		})
	}
}
