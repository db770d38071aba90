package agentdesk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/calendar"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// An administrator keeps hours and holidays: a wrong field is named, whoever was second is told, the journal has it, each version stays, and the
// terms of cases are counted anew.
func TestCalendarsAreKeptAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f, err := calendar.Read(strings.NewReader(`
default: city
calendars:
  city: {zone: Asia/Almaty, week: {mon: ["09:00-18:00"]}, years: {2026: {off: ["2026-01-01"]}}}
`))
	require.NoError(t, err)
	o.Do(t, func(w *store.Work) error {
		_, err := w.KeepCalendars(t.Context(), f, "test", "")
		return err
	})
	pgtest.Exec(t, o.URL, `UPDATE queues SET calendar = 'city'`)
	cookie, _ := o.logIn(t, floortest.Password)
	for _, role := range []string{"agent", "supervisor", "auditor"} {
		o.becomes(t, role)
		status, _ := o.asks(t, cookie, http.MethodGet, "/desk/calendars", nil)
		require.Equal(t, http.StatusForbidden, status, role)
		status, _ = o.asks(t, cookie, http.MethodPost, "/desk/calendars/city", m{"was": m{}, "to": m{}, "why": "x"})
		require.Equal(t, http.StatusForbidden, status, role)
	}
	o.becomes(t, "administrator")
	read := func() m {
		t.Helper()
		status, all := o.asks(t, cookie, http.MethodGet, "/desk/calendars", nil)
		require.Equal(t, http.StatusOK, status, all)
		return all["calendars"].(m)
	}
	city := read()["city"].(m)
	require.Equal(t, []any{[]any{"general"}, true}, []any{city["queues"], city["default"]})
	seen := city["calendar"].(m)
	const path = "/desk/calendars/city"
	for field, wrong := range map[string]m{"zone": {"zone": "Moon"}, "week.mon": {"week": m{"mon": []string{"18:00-09:00"}}}, "week.day": {"week": m{"day": []string{"09:00-18:00"}}},
		"years.2027": {"years": m{"2027": m{"off": []string{"2026-01-01"}}}}, "years": {"years": m{}}, "week": {"week": m{}}} {
		status, answer := o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": with(seen, wrong), "why": "x"})
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]}, answer)
	}
	status, answer := o.asks(t, cookie, http.MethodPost, "/desk/calendars/Город", m{"was": nil, "to": seen, "why": "x"})
	require.Equal(t, []any{http.StatusBadRequest, "name"}, []any{status, answer["field"]})
	status, answer = o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": seen, "why": " "})
	require.Equal(t, []any{http.StatusBadRequest, "why"}, []any{status, answer["field"]})

	to := with(seen, m{"years": m{"2026": m{"off": []any{"2026-01-01", "2026-03-21/2026-03-23"}, "short": m{"2026-12-31": "1h"}}}})
	status, answer = o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": to, "why": "указ"})
	require.Equal(t, http.StatusNoContent, status, answer)
	require.Equal(t, to, read()["city"].(m)["calendar"])
	status, _ = o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": to, "why": "второй"})
	require.Equal(t, http.StatusConflict, status, "somebody else was first")
	for _, want := range []int{http.StatusNoContent, http.StatusConflict} {
		status, answer = o.asks(t, cookie, http.MethodPost, "/desk/calendars/night", m{"was": nil, "to": seen, "why": "новый"})
		require.Equal(t, want, status, answer)
	}
	require.Equal(t, "указ новый", pgtest.Value[string](t, o.URL, `SELECT string_agg(detail ->> 'why', ' ' ORDER BY id) FROM audit WHERE action = 'calendar.change' AND actor = 'agent:1'`))
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM calendar_versions WHERE name = 'city'`))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM river_job WHERE kind = 'cases.reclock'`))
}
