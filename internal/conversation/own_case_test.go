package conversation_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// What could not be said in a call goes by SMS, as it is written; a number that takes none gets nothing.
func TestWhatCouldNotBeSaidIsWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inWriting := func(p *phone) (told []dialogue.Fragment) {
		require.Len(t, p.turn.Said, len(p.turn.Spoken))
		pgtest.Do(t, w.db, func(work *store.Work) (err error) {
			told, err = w.engine.InWriting(t.Context(), work, p.turn.Interaction, p.turn.Said[:1])
			return err
		})
		return told
	}
	p := w.call(t, bound, true)
	said := p.keys(t, "2", w.number)
	told := inWriting(p)
	require.Len(t, told, 1)
	require.Equal(t, w.say("common.in_writing"), told[0].Text)
	require.Contains(t, w.lastMT(t, bound), w.number)
	require.Contains(t, said, "Зарегистрировано")

	fixed := w.call(t, "+77272725000", true)
	fixed.keys(t, "2", w.number)
	require.Empty(t, inWriting(fixed))
	require.Zero(t, pgtest.Opened[int](t, w.url, `SELECT count(*)::int FROM mt_messages WHERE destination = $1`, "+77272725000"))
}

// A citizen withdraws an own case, opens it anew and says how it went, by SMS and by phone; nobody else does.
func TestACitizenDisposesOfAnOwnCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	state := func() string {
		return pgtest.Value[string](t, w.url, `SELECT state FROM cases WHERE number = $1`, w.number)
	}
	require.Contains(t, w.writes(t, unbound, "ОТОЗВАТЬ "+w.number), "только заявитель")
	require.Contains(t, w.writes(t, unbound, "ОТОЗВАТЬ 123456786"), "только заявитель", "no stranger learns which numbers there are")
	require.Contains(t, w.writes(t, bound, "ОЦЕНКА 5"), "не закрыто ни одного")
	require.Equal(t, "registered", state())

	require.Contains(t, w.writes(t, bound, "ОТОЗВАТЬ "+w.number), "отозвано")
	require.Equal(t, "withdrawn", state())
	require.Contains(t, w.writes(t, bound, "отозвать "+w.number), "уже нельзя")
	require.Contains(t, w.writes(t, bound, "ВОЗОБНОВИТЬ "+w.number), "открыто заново")
	require.Equal(t, "registered", state())
	require.Contains(t, w.writes(t, bound, "REOPEN "+w.number), "cannot be opened again", "it is open")

	pgtest.Do(t, w.db, func(work *store.Work) error {
		c, err := work.CaseByNumber(t.Context(), w.number)
		require.NoError(t, err)
		_, err = work.MoveCase(t.Context(), c, cases.Closed, time.Time{}, "agent:7", "решено")
		return err
	})
	require.Contains(t, w.writes(t, bound, "ОЦЕНКА 7"), "одна цифра от 1 до 5")
	require.Contains(t, w.writes(t, bound, "4"), "Спасибо")
	require.Equal(t, 4, pgtest.Value[int](t, w.url, `SELECT rating FROM cases WHERE number = $1`, w.number))

	// By phone: the status, then two rates it, three opens it anew; then three withdraws it, once it is confirmed.
	p := w.call(t, bound, true)
	require.Contains(t, p.keys(t, "2", w.number), w.say("status.after_settled"))
	p.keys(t, "2", "5")
	require.Equal(t, 5, pgtest.Value[int](t, w.url, `SELECT rating FROM cases WHERE number = $1`, w.number))
	p = w.call(t, bound, true)
	p.keys(t, "2", w.number, "3")
	require.Equal(t, "in_progress", state())
	pgtest.Exec(t, w.url, `UPDATE cases SET due_on = '2030-01-01'`)
	p = w.call(t, bound, true)
	require.Contains(t, p.keys(t, "2", w.number), w.say("status.after_open"))
	require.Contains(t, p.keys(t, "3"), w.say("withdraw.sure"))
	p.keys(t, "2")
	require.Equal(t, "in_progress", state(), "kept")
	p = w.call(t, bound, true)
	p.keys(t, "2", w.number, "3", "1")
	require.Equal(t, "withdrawn", state())

	// After thirty days it stays where it is.
	pgtest.Exec(t, w.url, `UPDATE cases SET updated_at = '`+w.now.AddDate(0, 0, -31).Format(time.RFC3339)+`'`)
	require.Contains(t, w.writes(t, bound, "ВОЗОБНОВИТЬ "+w.number), "нельзя")
	require.Equal(t, "withdrawn", state())
	require.Equal(t, 4, pgtest.Value[int](t, w.url, `SELECT count(*) FROM case_moves m JOIN cases c ON c.id = m.case_id WHERE c.number = $1 AND by = 'citizen'`, w.number))
}

// Where a number is asked for, the word of a command before one is that command; a word that only names the number is not.
func TestACommandIsOneWhereANumberIsAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Contains(t, w.writes(t, bound, "СТАТУС 123456786"), "Напишите номер дела")
	require.Contains(t, w.writes(t, bound, "дело "+w.number), "Дело "+w.number)
	require.Contains(t, w.writes(t, bound, "СТАТУС 123456786"), "Напишите номер дела")
	require.Contains(t, w.writes(t, bound, "ОТОЗВАТЬ "+w.number), "отозвано")
}
