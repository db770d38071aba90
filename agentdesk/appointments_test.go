package agentdesk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const visited = `
offices:
  centre:
    name: {kk: Орталық, ru: Центр, en: Centre}
    address: {kk: Абай, ru: Абая, en: Abai}
    counters:
      a: {services: ["028"], slot: 60m}
`

// An agent books a place for the citizen of a contact, moves it, and notes that the citizen came.
func TestAnAgentBooksAnAppointment(t *testing.T) {
	t.Parallel()
	o, cookie, p, held := talkingBySMS(t)
	tomorrow := time.Now().AddDate(0, 0, 1)
	week := `{mon: ["00:00-24:00"], tue: ["00:00-24:00"], wed: ["00:00-24:00"], thu: ["00:00-24:00"], fri: ["00:00-24:00"], sat: ["00:00-24:00"], sun: ["00:00-24:00"]}`
	years := tomorrow.Format("2006") + ": {off: []}, " + tomorrow.AddDate(1, 0, 0).Format("2006") + ": {off: []}"
	dates, err := calendar.Read(strings.NewReader("default: d\ncalendars: {d: {zone: UTC, week: " + week + ", years: {" + years + "}}}"))
	require.NoError(t, err)
	offices, err := appointment.Read(strings.NewReader(visited))
	require.NoError(t, err)
	pgtest.Exec(t, o.URL, `INSERT INTO services (code, version) VALUES ('028', 1); INSERT INTO agencies (code, name) VALUES ('moj', '{}');
		INSERT INTO service_versions (service, version, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
		VALUES ('028', 1, 'test', 'c', 'moj', 3, 'o', now(), now(), now(), '{}')`)
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		_, err := w.KeepCalendars(t.Context(), dates, "test", "")
		require.NoError(t, err)
		_, err = w.KeepOffices(t.Context(), offices, "test", "")
		return err
	})
	require.NoError(t, o.visits.Fill(t.Context()))
	ask := func(method, path string, body any) (int, m) {
		return asksAt(t, o.server.URL, cookie, method, path, body)
	}

	status, answer := ask(http.MethodGet, "/desk/offices?service=028", nil)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, answer["offices"], 1)
	_, answer = ask(http.MethodGet, "/desk/offices?service=001", nil)
	require.Empty(t, answer["offices"])
	status, _ = ask(http.MethodGet, "/desk/offices/nowhere/slots?service=028", nil)
	require.Equal(t, http.StatusNotFound, status)
	day := tomorrow.UTC().Format(time.DateOnly)
	times := func() []any {
		_, answer := ask(http.MethodGet, "/desk/offices/centre/slots?service=028", nil)
		for _, d := range answer["days"].([]any) {
			if d.(m)["date"] == day {
				return d.(m)["times"].([]any)
			}
		}
		return nil
	}
	require.Contains(t, times(), "10:00")

	book := m{"contact": held, "service": "028", "office": "centre", "day": day, "time": "10:00"}
	for field, value := range map[string]any{"office": "nowhere", "time": "10:30", "day": "yesterday", "service": "001"} {
		wrong := m{}
		for k, v := range book {
			wrong[k] = v
		}
		wrong[field] = value
		require.Equal(t, false, p.Sends("appointment_book", wrong)["ok"], field)
	}
	booked := p.Sends("appointment_book", book)
	require.Equal(t, true, booked["ok"], booked)
	number := booked["data"].(m)["number"]
	require.NotContains(t, times(), "10:00")
	told := pgtest.Texts(t, o.URL, `m.lane = 'notice'`)
	require.Contains(t, told[len(told)-1], "10:00: Центр, Абая. Отменить: ОТОЗВАТЬ "+number.(string))
	again := p.Sends("appointment_book", book)
	require.Equal(t, "conflict", again["code"])
	require.Equal(t, "time", again["field"])
	moved := p.Sends("appointment_move", m{"contact": held, "number": number, "day": day, "time": "12:00"})
	require.Equal(t, true, moved["ok"], moved)
	require.Contains(t, times(), "10:00")

	_, answer = ask(http.MethodGet, "/desk/offices/centre/appointments?day="+day, nil)
	require.Len(t, answer["appointments"], 1)
	line := answer["appointments"].([]any)[0].(m)
	require.Equal(t, []any{number, "12:00", "booked"}, []any{line["number"], line["time"], line["state"]})
	status, _ = ask(http.MethodGet, "/desk/offices/centre/appointments?day=today", nil)
	require.Equal(t, http.StatusBadRequest, status)
	path := "/desk/appointments/" + pgtest.Value[string](t, o.URL, `SELECT id::text FROM appointments WHERE state = 'booked'`)
	status, _ = ask(http.MethodPost, path, m{"state": "cancelled"})
	require.Equal(t, http.StatusBadRequest, status)
	status, _ = ask(http.MethodPost, "/desk/appointments/999999", m{"state": "kept"})
	require.Equal(t, http.StatusNotFound, status)
	status, _ = ask(http.MethodPost, path, m{"state": "kept"})
	require.Equal(t, http.StatusNoContent, status)
	status, _ = ask(http.MethodPost, path, m{"state": "missed"})
	require.Equal(t, http.StatusConflict, status, "it was noted already")
	require.Equal(t, "closed", pgtest.Value[string](t, o.URL, `SELECT state FROM cases WHERE kind = 'appointment'`))
}
