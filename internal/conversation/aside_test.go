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

// Commands work in a thread with an operator, who reads the word and the answer; what would have to be asked back is the operator's, and so is
// everything else. The thread goes on, and its place in the dialogue is as it was.
func TestCommandsInAThreadWithAnOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.dutyAgent(t)
	session := func() string {
		return pgtest.Opened[string](t, w.url, `SELECT (state::jsonb - 'steps')::text FROM sessions`)
	}
	sent := func() int { return pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM mt_messages`) }
	w.writes(t, bound, "оператор")
	was := session()
	for _, row := range []struct{ said, answer string }{
		{"СТАТУС " + w.number, "Дело " + w.number + ". Зарегистрировано. Дальше: приём органом. Срок: 05.12.2026"},
		{"мой статус " + w.number, ""},
		{"status " + w.number, "Дело " + w.number + ". Зарегистрировано. Дальше: приём органом. Срок: 05.12.2026"},
		{"Статус 123456789", "В номере дела ошибка: проверьте цифры."},
		{"статус", ""},
		{"Мой номер " + w.number, ""},
		{w.number, ""},
		{"1", ""},
		{"оператор", ""},
		{"ИНФО 028", ""},
		{"помощь", "ИНФО код или слова, СТАТУС номер, ОПЕРАТОР, СТОП. Звонок: 1414"},
		{"помощь мне с этой справкой", ""},
		{"STOP", "Уведомления отключены. Ответы и пароли приходят. Включить: СТАРТ"},
		{"старт", "Уведомления включены. Отключить: СТОП"},
	} {
		before := sent()
		answer := w.writes(t, bound, row.said)
		require.Equal(t, row.answer != "", sent() == before+1, row.said)
		if row.answer != "" {
			require.Equal(t, row.answer, answer, row.said)
			require.Equal(t, row.answer, pgtest.Opened[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'okno' ORDER BY id DESC LIMIT 1`), "the operator reads it")
		}
		require.Equal(t, row.said, pgtest.Opened[string](t, w.url, `SELECT body FROM entries WHERE speaker = 'citizen' ORDER BY id DESC LIMIT 1`))
		require.Equal(t, 1, pgtest.Value[int](t, w.url, `SELECT count(*)::int FROM contacts WHERE state <> 'ended'`), "the thread goes on")
		require.Equal(t, was, session(), row.said)
	}

	// Of another's case anybody learns the stage, and is not asked to prove anything here.
	w.writes(t, unbound, "оператор")
	require.Equal(t, "Дело "+w.number+". Зарегистрировано. Подробности узнаёт только заявитель.", w.writes(t, unbound, "STATUS "+w.number))
}
