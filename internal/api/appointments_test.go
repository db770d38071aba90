package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// reminders are notices of appointments.
type reminders struct{}

func (reminders) Reminder(_ dialogue.Language, a appointment.Appointment, o appointment.Office, zone *time.Location) string {
	return a.Number + " " + a.From.In(zone).Format(appointment.ClockForm) + " " + o.Code
}

func (reminders) PlaceFree(dialogue.Language, appointment.Appointment, appointment.Office, *time.Location) string {
	return "free"
}

func (p *portal) bookings(t *testing.T, db *store.Store) *appointment.Portal {
	t.Helper()
	offices := appointment.NewCache(db, nil, zerolog.Nop())
	_ = offices.Fill(t.Context()) // of a database that is away there are none
	clock := func() time.Time { return p.now }
	return appointment.NewPortal(func(ctx context.Context, fn func(appointment.PortalWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, offices, oneService{}, reminders{}, casework.NewTeller(steps{}, func(string) int { return 1 }, clock), clock)
}

const bookingKey = "the key of a portal that books"

// newBookingPortal is a portal that books: its region has two offices, of which each has a counter with two hours a day, 3 days ahead.
func newBookingPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	pgtest.AddClient(t, p.db, "booking", bookingKey)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{appointments,cases}' WHERE name = 'booking'`)
	pgtest.Exec(t, p.url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	pgtest.Exec(t, p.url, `INSERT INTO service_versions (service, version, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
		VALUES ('031', 1, 'test', 'c', 'moj', 5, 'o', '2020-01-01', '2099-01-01', '2099-01-01', '{}')`)
	pgtest.Exec(t, p.url, `INSERT INTO services (code, version) VALUES ('031', 1)`)
	hours := `["09:00-11:00"]`
	dates, err := calendar.Read(strings.NewReader(fmt.Sprintf("default: kz\ncalendars:\n  kz: {zone: Asia/Almaty, week: {mon: %[1]s, tue: %[1]s, wed: %[1]s, thu: %[1]s, fri: %[1]s, sat: %[1]s, sun: %[1]s}, years: {%[2]d: {off: []}, %[3]d: {off: []}}}\n",
		hours, p.now.Year(), p.now.Year()+1)))
	require.NoError(t, err)
	office := `{name: {kk: "а", ru: "б", en: "c"}, address: {kk: "а", ru: "б", en: "c"}, ahead: 3, counters: {a: {services: ["031"], slot: 60m}}}`
	offices, err := appointment.Read(strings.NewReader("offices:\n  centre: " + office + "\n  north: " + office + "\n"))
	require.NoError(t, err)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		if _, err := w.KeepCalendars(t.Context(), dates, "test", ""); err != nil {
			return err
		}
		_, err := w.KeepOffices(t.Context(), offices, "test", "")
		return err
	})
	p.handler = p.node(t, p.db)
	return p
}

// slots are the moments at which an office has a place.
func (p *portal) slots(t *testing.T, office string) (from []string) {
	t.Helper()
	path := "/api/v1/offices/" + office + "/slots?service=031&limit=2"
	for next := path; ; {
		status, answer := p.ask(t, "GET", next, bookingKey, "")
		require.Equal(t, http.StatusOK, status, answer)
		require.Equal(t, "Asia/Almaty", answer["zone"])
		for _, s := range answer["slots"].([]any) {
			from = append(from, s.(map[string]any)["from"].(string))
		}
		after, more := answer["next"].(string)
		if !more {
			return from
		}
		next = path + "&after=" + after
	}
}

// books sends a request with an idempotency key, and holds the answer to the document.
func (p *portal) books(t *testing.T, handler http.Handler, key, path, idempotency, body string) (status int, answer map[string]any) {
	t.Helper()
	request := httptest.NewRequest("POST", "/api/v1/appointments"+path, strings.NewReader(body))
	request.RemoteAddr = "192.0.2.1:1234"
	request.Header.Set("Authorization", "Bearer "+key)
	request.Header.Set("Content-Type", "application/json")
	if idempotency != "" {
		request.Header.Set("Idempotency-Key", idempotency)
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	require.Empty(t, fits(t, "POST", "/api/v1/appointments"+path, "application/json", recorder), recorder.Body)
	if recorder.Code != http.StatusNoContent {
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
	}
	return recorder.Code, answer
}

func booking(from, more string) string {
	return fmt.Sprintf(`{"service": "031", "office": "centre", "from": %q, "contact": "8 701 000 00 01"%s}`, from, more)
}

const session = `"national_number": "850101300015"`

// A portal finds an office and a free slot, books once for a key, moves and cancels; the citizen is told of each, and a place is nobody else's.
func TestAPortalBooksAnAppointment(t *testing.T) {
	t.Parallel()
	p := newBookingPortal(t)
	_, offices := p.ask(t, "GET", "/api/v1/offices?service=031&limit=1", bookingKey, "")
	require.Equal(t, "centre", offices["offices"].([]any)[0].(map[string]any)["code"])
	require.Equal(t, "centre", offices["next"])
	_, offices = p.ask(t, "GET", "/api/v1/offices?service=031&after=centre", bookingKey, "")
	require.Equal(t, "north", offices["offices"].([]any)[0].(map[string]any)["code"])
	require.NotContains(t, offices, "next")
	free := p.slots(t, "centre")
	require.GreaterOrEqual(t, len(free), 6, "three days of two hours")
	last := free[len(free)-1]

	status, booked := p.books(t, p.handler, bookingKey, "", "a", booking(last, ", "+session))
	require.Equal(t, http.StatusCreated, status, booked)
	require.Equal(t, []any{"booked", last, "031"}, []any{booked["state"], booked["from"], booked["service"]})
	number := booked["number"].(string)
	status, again := p.books(t, p.handler, bookingKey, "", "a", booking(last, ", "+session))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, booked, again)
	require.Equal(t, []string{number + " 10:00 centre"}, pgtest.Texts(t, p.url, "destination_index = $1", pgtest.Index("+77010000001")), "told once")
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM cases WHERE client = 'booking' AND citizen_id IS NOT NULL AND kind = 'appointment'`))
	require.NotContains(t, p.slots(t, "centre"), last)

	for name, c := range map[string]struct {
		path, idempotency, body string
		status                  int
		code, field             string
	}{
		"taken":           {"", "b", booking(last, ""), 422, "taken", "from"},
		"no key":          {"", "", booking(free[0], ""), 400, "invalid", "Idempotency-Key"},
		"another request": {"", "a", booking(free[0], ""), 422, "key_used", "Idempotency-Key"},
		"no slot":         {"", "b", booking("2026-01-01T00:00:00Z", ""), 422, "taken", "from"},
		"no moment":       {"", "b", booking("tomorrow", ""), 400, "invalid", "from"},
		"no office":       {"", "b", strings.Replace(booking(free[0], ""), "centre", "south", 1), 400, "invalid", "office"},
		"no such service": {"", "b", strings.Replace(booking(free[0], ""), "031", "032", 1), 400, "invalid", "office"},
		"no contact":      {"", "b", strings.Replace(booking(free[0], ""), "8 701 000 00 01", "", 1), 400, "invalid", "contact"},
		"bad contact":     {"", "b", strings.Replace(booking(free[0], ""), "8 701 000 00 01", "x", 1), 422, "bad_number", ""},
		"bad national":    {"", "b", booking(free[0], `, "national_number": "850101300016"`), 422, "bad_national_number", ""},
		"language":        {"", "b", booking(free[0], `, "language": "de"`), 400, "invalid", "language"},
		"unknown field":   {"", "b", booking(free[0], `, "colour": "red"`), 400, "bad_request", ""},
		"move to nowhere": {"/" + number + "/move", "b", `{"from": "x"}`, 400, "invalid", "from"},
		"move of none":    {"/123456786/move", "b", fmt.Sprintf(`{"from": %q}`, free[0]), 404, "unknown_case", ""},
		"cancel of none":  {"/123456786/cancel", "", `{}`, 404, "unknown_case", ""},
		"find nobody":     {"/find", "", `{}`, 400, "invalid", "national_number"},
	} {
		status, answer := p.books(t, p.handler, bookingKey, c.path, c.idempotency, c.body)
		require.Equal(t, c.status, status, "%s: %v", name, answer)
		require.Equal(t, c.code, answer["code"], name)
		if c.field != "" {
			require.Equal(t, c.field, answer["field"], name)
		}
	}
	for _, wrong := range []string{"/offices?service=x", "/offices?service=031&limit=0", "/offices/centre/slots?service=031&after=x", "/offices/centre/slots", "/offices/south/slots?service=031",
		"/appointments?cursor=x", "/appointments?limit=201", "/appointments?updated_since=x"} {
		status, answer := p.ask(t, "GET", "/api/v1"+wrong, bookingKey, "")
		require.Equal(t, http.StatusBadRequest, status, wrong)
		require.NotEmpty(t, answer["field"], wrong)
	}

	move := func(idempotency, from string) (int, map[string]any) {
		return p.books(t, p.handler, bookingKey, "/"+number+"/move", idempotency, fmt.Sprintf(`{"from": %q}`, from))
	}
	status, moved := move("m", free[len(free)-2])
	require.Equal(t, http.StatusOK, status, moved)
	require.Equal(t, []any{"booked", free[len(free)-2], number}, []any{moved["state"], moved["from"], moved["number"]})
	require.Contains(t, p.slots(t, "centre"), last, "the old place is free again")
	status, same := move("m2", free[len(free)-2])
	require.Equal(t, http.StatusOK, status, same)
	require.Len(t, pgtest.Texts(t, p.url, "destination_index = $1", pgtest.Index("+77010000001")), 2, "nothing has changed")
	_, stands := p.ask(t, "GET", "/api/v1/appointments/"+number, bookingKey, "")
	require.Equal(t, moved["from"], stands["from"])

	for range 2 {
		status, cancelled := p.books(t, p.handler, bookingKey, "/"+number+"/cancel", "", `{}`)
		require.Equal(t, http.StatusOK, status, cancelled)
		require.Equal(t, "cancelled", cancelled["state"])
	}
	require.Equal(t, "withdrawn", pgtest.Value[string](t, p.url, `SELECT state FROM cases`))
	require.Equal(t, "withdrawn", pgtest.Opened[string](t, p.url, `SELECT told FROM case_moves WHERE to_state = 'withdrawn'`), "the history has what the citizen was told")
	require.ElementsMatch(t, free, p.slots(t, "centre"))
	status, over := move("m3", last)
	require.Equal(t, []any{422, "ended"}, []any{status, over["code"]})
	status, replayed := move("m", free[len(free)-2])
	require.Equal(t, []any{http.StatusOK, "cancelled"}, []any{status, replayed["state"]}, "a request that comes again changes nothing")
}

// What a citizen booked by telephone a portal sees and changes in the citizen's session alone; what another client booked it sees no other way.
func TestAPortalSeesWhoseAppointments(t *testing.T) {
	t.Parallel()
	p := newBookingPortal(t)
	const other = "another portal's"
	pgtest.AddClient(t, p.db, "other", other)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{appointments}' WHERE name = 'other'`)
	free := p.slots(t, "centre")
	_, mine := p.books(t, p.handler, bookingKey, "", "a", booking(free[2], ", "+session))
	_, numbers := p.books(t, p.handler, bookingKey, "", "b", booking(free[3], `, "national_number": "000101051361"`))
	require.Equal(t, "booked", numbers["state"], "nobody has this national number: it is the telephone number's")

	find := func(key, whose string) (found []string) {
		status, answer := p.books(t, p.handler, key, "/find", "", "{"+whose+"}")
		require.Equal(t, http.StatusOK, status, answer)
		for _, one := range answer["appointments"].([]any) {
			found = append(found, one.(map[string]any)["number"].(string))
		}
		return found
	}
	number := mine["number"].(string)
	require.Equal(t, []string{number}, find(other, session))
	require.Empty(t, find(bookingKey, `"national_number": "000101051361"`))
	for _, whose := range []string{`{}`, `{"national_number": "000101051361"}`} {
		status, answer := p.books(t, p.handler, other, "/"+number+"/cancel", "", whose)
		require.Equal(t, []any{404, "unknown_case"}, []any{status, answer["code"]}, whose)
	}
	status, _ := p.ask(t, "GET", "/api/v1/appointments/"+number, other, "")
	require.Equal(t, http.StatusNotFound, status)
	status, moved := p.books(t, p.handler, other, "/"+number+"/move", "m", fmt.Sprintf(`{"from": %q, %s}`, free[4], session))
	require.Equal(t, http.StatusOK, status, moved)
	require.Equal(t, free[4], moved["from"])

	// The client's own, by their last change.
	list := func(query string) (found []string, next string) {
		status, answer := p.ask(t, "GET", "/api/v1/appointments?"+query, bookingKey, "")
		require.Equal(t, http.StatusOK, status, answer)
		for _, one := range answer["appointments"].([]any) {
			found = append(found, one.(map[string]any)["number"].(string))
		}
		next, _ = answer["next"].(string)
		return found, next
	}
	first, next := list("limit=1")
	require.Equal(t, []string{numbers["number"].(string)}, first)
	second, next := list("limit=1&cursor=" + next)
	require.Equal(t, []string{number}, second, "it was moved last")
	none, kept := list("cursor=" + next)
	require.Empty(t, none)
	require.Equal(t, next, kept)
	_, answer := p.ask(t, "GET", "/api/v1/appointments", other, "")
	require.Empty(t, answer["appointments"])
	require.NotContains(t, answer, "next")
	status, _ = p.ask(t, "GET", "/api/v1/appointments", key, "")
	require.Equal(t, http.StatusForbidden, status, "it has not the scope")

	_, _ = p.books(t, p.handler, bookingKey, "", "c", booking(free[2], ", "+session))
	_, _ = p.books(t, p.handler, bookingKey, "", "d", booking(free[5], ", "+session))
	status, tooMany := p.books(t, p.handler, bookingKey, "", "e", booking(p.slots(t, "centre")[0], ", "+session))
	require.Equal(t, []any{422, "too_many"}, []any{status, tooMany["code"]})
}

// Whatever comes at once on several nodes: a place is one citizen's, a key is one appointment, and an appointment has one place.
func TestBookingsAtOnceByTheAPI(t *testing.T) {
	t.Parallel()
	p := newBookingPortal(t)
	free := p.slots(t, "centre")
	nodes := []http.Handler{p.node(t, pgtest.Open(t, p.url)), p.node(t, pgtest.Open(t, p.url))}
	var all sync.WaitGroup
	statuses := make([]int, 8)
	for i := range statuses {
		all.Go(func() {
			body := strings.Replace(booking(free[2], ""), "8 701 000 00 01", fmt.Sprintf("+7701000000%d", i/2), 1)
			statuses[i], _ = p.books(t, nodes[i%2], bookingKey, "", fmt.Sprint("k", i/2), body) // each twice
		})
	}
	all.Wait()
	counts := map[int]int{}
	for _, s := range statuses {
		counts[s]++
	}
	require.Equal(t, map[int]int{201: 1, 200: 1, 422: 6}, counts)
	number := pgtest.Value[string](t, p.url, `SELECT number FROM cases`)
	for i, from := range free[3:6] {
		all.Go(func() {
			status, answer := p.books(t, nodes[i%2], bookingKey, "/"+number+"/move", fmt.Sprint("m", i), fmt.Sprintf(`{"from": %q}`, from))
			require.Contains(t, []int{http.StatusOK, http.StatusConflict}, status, "%v", answer)
		})
	}
	all.Wait()
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM appointments WHERE state = 'booked'`))
	err := p.db.Do(t.Context(), func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		require.Equal(t, cases.Accepted, c.State)
		from, err := time.Parse(time.RFC3339, free[1])
		require.NoError(t, err)
		a, err := w.TakePlace(t.Context(), "centre", "031", []appointment.Slot{{Counter: "a", From: from, To: from.Add(time.Hour), Places: 1}}, time.Time{})
		require.NoError(t, err)
		return w.GivePlace(t.Context(), a.ID, c.ID)
	})
	require.ErrorIs(t, err, cases.ErrMoved, "the database refuses a second place, whoever gives it")
}

// Whoever finds no place waits for one, once, and is offered the first that is given up; whoever leaves the list is offered none.
func TestAPortalJoinsAWaitingList(t *testing.T) {
	t.Parallel()
	p := newBookingPortal(t)
	join := func(key, number, office string) (int, map[string]any) {
		return p.books(t, p.handler, bookingKey, "/waits", key, fmt.Sprintf(`{"service": "031", "office": %q, "contact": %q}`, office, number))
	}
	status, answer := join("w0", "+77010000050", "centre")
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Equal(t, "free", answer["code"])
	var booked []string
	for i, from := range p.slots(t, "centre") {
		status, answer := p.books(t, p.handler, bookingKey, "", fmt.Sprint("b", i), fmt.Sprintf(`{"service": "031", "office": "centre", "from": %q, "contact": "+770100001%02d"}`, from, i))
		require.Equal(t, http.StatusCreated, status, answer)
		booked = append(booked, answer["number"].(string))
	}
	require.NotEmpty(t, booked)

	status, first := join("w1", "8 701 000 00 51", "centre")
	require.Equal(t, http.StatusCreated, status, first)
	require.EqualValues(t, 0, first["ahead"])
	status, second := join("w2", "+77010000052", "centre")
	require.Equal(t, http.StatusCreated, status, second)
	require.EqualValues(t, 1, second["ahead"])
	status, again := join("w2", "+77010000052", "centre")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, second, again)
	for _, wrong := range []struct{ key, number, office, code, field string }{
		{"w2", "+77010000053", "centre", "key_used", "Idempotency-Key"},
		{"", "+77010000053", "centre", "invalid", "Idempotency-Key"},
		{"w3", "", "centre", "invalid", "contact"},
		{"w3", "1414", "centre", "bad_number", ""},
		{"w3", "+77010000053", "nowhere", "invalid", "office"},
	} {
		status, answer = join(wrong.key, wrong.number, wrong.office)
		require.GreaterOrEqual(t, status, 400, wrong)
		require.Equal(t, wrong.code, answer["code"], wrong)
		if wrong.field != "" {
			require.Equal(t, wrong.field, answer["field"], wrong)
		}
	}

	// The first leaves, once for all; another client's place is as unknown as none.
	leave := func(number string) (int, map[string]any) {
		return p.books(t, p.handler, bookingKey, "/waits/"+number+"/leave", "", `{}`)
	}
	for range 2 {
		status, _ = leave(first["number"].(string))
		require.Equal(t, http.StatusNoContent, status)
	}
	status, answer = leave(booked[0])
	require.Equal(t, http.StatusUnprocessableEntity, status, answer)
	require.Equal(t, "ended", answer["code"])
	pgtest.AddClient(t, p.db, "other", "the key of another")
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{appointments}' WHERE name = 'other'`)
	status, answer = p.books(t, p.handler, "the key of another", "/waits/"+second["number"].(string)+"/leave", "", `{}`)
	require.Equal(t, http.StatusNotFound, status, answer)
	_, again = join("w2", "+77010000052", "centre")
	require.EqualValues(t, 0, again["ahead"], "nobody is ahead any more")
}
