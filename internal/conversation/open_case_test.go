package conversation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// An appeal by SMS keeps all that the citizen wrote, with the line breaks, and goes by its first line.
func TestALetterIsTheBodyOfItsAppeal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	letter := "Яма на улице Абая, 17\nНаш двор уже третий месяц просит починить дорогу. " +
		strings.Repeat("Скорая помощь объезжает её по газону, такси во двор не заезжают вовсе. ", 8) + "Примите меры."
	require.Contains(t, w.writes(t, bound, letter), "Ответьте 1")
	require.Contains(t, w.writes(t, bound, "2"), "Обращение зарегистрировано")
	number := pgtest.Value[string](t, w.url, `SELECT number FROM cases WHERE kind = 'appeal'`)
	pgtest.Do(t, w.db, func(work *store.Work) error {
		c, err := work.CaseByNumber(t.Context(), number)
		require.Equal(t, cases.Appeal, c.Kind)
		require.Equal(t, "Яма на улице Абая, 17", c.Subject)
		require.Equal(t, letter, c.Body)
		return err
	})
}

// After a hundred million cases numbers are longer: they are written, asked for and keyed like the others.
func TestALongNumberIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Exec(t, w.url, `SELECT setval('case_serials', 99999999, false)`)
	var last, first cases.Case
	pgtest.Do(t, w.db, func(work *store.Work) (err error) {
		o := cases.Opening{Kind: cases.Application, CitizenID: w.citizen, Subject: "справка", By: "okno", DueOn: w.now.AddDate(0, 0, 14)}
		if last, err = work.OpenCase(t.Context(), o); err == nil {
			first, err = work.OpenCase(t.Context(), o)
		}
		return err
	})
	require.Len(t, last.Number, cases.NumberDigits)
	require.Len(t, first.Number, cases.LongNumberDigits)
	grouped := first.Number[:3] + " " + first.Number[3:6] + "-" + first.Number[6:]
	for _, text := range []string{"СТАТУС " + first.Number, "мое дело " + grouped, first.Number} {
		require.Equal(t, "Дело "+first.Number+". Зарегистрировано. Дальше: приём органом. Срок: 05.12.2026", w.writes(t, bound, text))
	}
	require.Contains(t, w.writes(t, bound, last.Number), last.Number)
	w.process(t, time.Now(), true)
	w.arrive(t, [2]string{bound, first.Number})
	w.process(t, time.Now(), true)
	require.Contains(t, w.lastMT(t, bound), first.Number, "in a batch")

	turn := w.turn(t, func(work *store.Work) (conversation.Turn, error) {
		return w.engine.Begin(t.Context(), work, dialogue.Voice, conversation.Caller{Number: bound, Vouched: true})
	})
	for _, keys := range []string{"2", first.Number} {
		turn = w.turn(t, func(work *store.Work) (conversation.Turn, error) {
			return w.engine.Advance(t.Context(), work, turn.Interaction, dialogue.Input{Kind: dialogue.Keys, Keys: keys})
		})
	}
	require.Contains(t, turn.Spoken[0], dialogue.Fragment{Kind: dialogue.SpokenCase, Language: dialogue.Russian, Text: first.Number}, "by phone")
}

// A duplicate's number tells where the case stands that goes on: all of it to its citizen, the stage alone to anybody else. The citizen
// neither rates it nor opens it anew.
func TestADuplicateStandsWhereTheOtherCaseStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pgtest.Do(t, w.db, func(work *store.Work) error {
		c, err := work.CaseByNumber(t.Context(), w.number)
		require.NoError(t, err)
		into, err := work.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, CitizenID: w.citizen, Subject: "та же справка", By: "okno", DueOn: w.now.AddDate(0, 0, 7)})
		require.NoError(t, err)
		c, err = work.MergeCase(t.Context(), c, into, "agent:1", "то же самое")
		require.NoError(t, err)
		require.Equal(t, into.ID, c.DuplicateOf)
		_, err = work.MoveCase(t.Context(), into, cases.InProgress, into.DueOn, "agent:1", "x")
		return err
	})
	require.Equal(t, "Дело "+w.number+". Рассматривается. Дальше: решение органа. Срок: 28.11.2026", w.writes(t, bound, "СТАТУС "+w.number))
	require.Equal(t, "Case "+w.number+". Under review. For details, reply 1 and prove that it is you.", w.writes(t, unbound, "STATUS "+w.number))
	require.Contains(t, w.writes(t, bound, "ВОЗОБНОВИТЬ "+w.number), "нельзя")
	require.Contains(t, w.writes(t, bound, "ОТОЗВАТЬ "+w.number), "нельзя")
	require.NotContains(t, w.writes(t, bound, "ОЦЕНКА 5"), w.number)
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM cases WHERE rating IS NOT NULL`))
}
