package calendars_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/calendar"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const two = `
default: a
agencies: {moj: b}
calendars:
  a: {zone: Asia/Almaty, week: {mon: ["09:00-18:00"]}, years: {2026: {off: ["2026-12-16"]}}}
  b: {zone: Europe/Moscow, week: {mon: ["08:00-17:00"]}, years: {2026: {off: [], short: {"2026-11-03": 1h}}}}
`

func TestCalendarsHaveVersions(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	keep := func(text string) (changed []string, err error) {
		f, err := calendar.Read(strings.NewReader(text))
		require.NoError(t, err)
		require.Empty(t, f.Check())
		err = db.Do(t.Context(), func(w *store.Work) (err error) {
			changed, err = w.KeepCalendars(t.Context(), f, "cli:anna", "decree")
			return err
		})
		return changed, err
	}
	_, err := keep(two)
	require.ErrorContains(t, err, "there is no such agency")
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM calendars`), "all or nothing")
	pgtest.Do(t, db, func(w *store.Work) error {
		return w.SaveAgency(t.Context(), "moj", map[dialogue.Language]string{"ru": "М"})
	})
	changed, err := keep(two)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, changed)
	changed, err = keep(two)
	require.NoError(t, err)
	require.Empty(t, changed, "the same again changes nothing")
	changed, err = keep(strings.Replace(two, "2026-12-16", "2026-12-17", 1))
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, changed)

	set, err := db.Calendars(t.Context())
	require.NoError(t, err)
	of := func(agency string) string {
		c, ok := set.Of(agency)
		require.True(t, ok)
		return c.Name
	}
	require.Equal(t, []string{"b", "a", "a"}, []string{of("moj"), of("mia"), of("")})
	require.Equal(t, map[string]int{"a": 2027, "b": 2027}, set.Missing(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT version FROM calendars WHERE name = 'a'`))
	require.Equal(t, "decree", pgtest.Value[string](t, url, `SELECT why FROM calendar_versions WHERE name = 'a' AND version = 1`))

	f, err := db.CalendarFile(t.Context())
	require.NoError(t, err)
	var out strings.Builder
	require.NoError(t, calendar.Write(&out, f))
	changed, err = keep(out.String())
	require.NoError(t, err)
	require.Empty(t, changed, "what is exported is imported again")
}
