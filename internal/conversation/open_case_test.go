package conversation_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
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
