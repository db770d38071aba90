package cases_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// always is an office that never closes: hours are hours.
const always = `
default: always
calendars:
  always:
    zone: UTC
    week: {mon: ["00:00-24:00"], tue: ["00:00-24:00"], wed: ["00:00-24:00"], thu: ["00:00-24:00"], fri: ["00:00-24:00"], sat: ["00:00-24:00"], sun: ["00:00-24:00"]}
    years: {2026: {off: []}, 2027: {off: []}, 2028: {off: []}, 2029: {off: []}, 2030: {off: []}}
`

const rules = `
rules:
  - {kind: inquiry, queue: general, first_response: 2h, resolution: 10h, escalate: [{before: 4h, do: notify}, {do: raise}, {after: 2h, do: queue, queue: appeals}]}
`

func keepCalendars(t testing.TB, db *store.Store, text string) {
	t.Helper()
	f, err := calendar.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Empty(t, f.Check())
	pgtest.Do(t, db, func(w *store.Work) error {
		_, err := w.KeepCalendars(t.Context(), f, "test", "")
		return err
	})
}

func keepRules(t testing.TB, db *store.Store, text string) (changed bool) {
	t.Helper()
	f, err := cases.ReadRules(strings.NewReader(text))
	require.NoError(t, err)
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		for _, queue := range f.Queues() {
			require.NoError(t, w.SaveQueue(t.Context(), queue, map[string]string{"ru": queue}))
		}
		changed, err = w.KeepRules(t.Context(), f, "test", "")
		return err
	})
	return changed
}

// open opens an inquiry, and gives its number.
func open(t testing.TB, db *store.Store) (number string) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, Contact: "+77010000001", Subject: "вопрос", By: "citizen"})
		number = c.Number
		return err
	})
	return number
}

func move(t testing.TB, db *store.Store, number string, to cases.State, by string) {
	t.Helper()
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		_, err = w.CorrectCase(t.Context(), c, to, c.DueOn, by, "")
		return err
	})
}

func TestClocksFollowTheCase(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Do(t, db, func(w *store.Work) error {
		return w.SaveQueue(t.Context(), "appeals", map[string]string{"ru": "Обращения"})
	})
	now := time.Now()
	keeper := cases.NewTimekeeper(db, nil, func() time.Time { return now }, zerolog.Nop())
	keep := func() { require.NoError(t, keeper.Keep(t.Context())) }
	hours := func(column string) int {
		return pgtest.Value[int](t, url, `SELECT coalesce(round(extract(epoch FROM `+column+` - began_at) / 3600)::int, -1) FROM cases`)
	}

	number := open(t, db)
	keep()
	require.Equal(t, -1, hours("due_at"), "no rule")
	keepCalendars(t, db, always)
	require.True(t, keepRules(t, db, rules))
	require.False(t, keepRules(t, db, rules), "the same again")
	n, err := db.Reclock(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	keep()
	require.Equal(t, "general", pgtest.Value[string](t, url, `SELECT queue FROM cases`), "the rule says whose it is")
	require.Equal(t, []int{2, 10, 6}, []int{hours("first_due_at"), hours("due_at"), hours("escalates_at")})
	require.NotEmpty(t, pgtest.Value[string](t, url, `SELECT due_on::text FROM cases`), "the citizen can be told")

	move(t, db, number, cases.AwaitingCitizen, "agent:7")
	keep()
	require.Equal(t, []int{-1, -1, -1}, []int{hours("first_due_at"), hours("due_at"), hours("escalates_at")}, "the citizen is awaited")
	pgtest.Exec(t, url, `UPDATE case_moves SET at = at - interval '5 hours'`)
	pgtest.Exec(t, url, `UPDATE case_moves SET at = at - interval '1 hour' WHERE to_state = 'registered'`)
	move(t, db, number, cases.InProgress, "citizen")
	keep()
	require.Equal(t, 15, hours("due_at"), "five hours did not count")

	// Each level once, by however many timekeepers.
	now = now.Add(24 * time.Hour)
	var all sync.WaitGroup
	for range 4 {
		other := cases.NewTimekeeper(pgtest.Open(t, url), nil, func() time.Time { return now }, zerolog.Nop())
		all.Go(func() { require.NoError(t, other.Keep(t.Context())) })
	}
	all.Wait()
	keep()
	require.Equal(t, "notify,raise,queue appeals", pgtest.Value[string](t, url, `SELECT string_agg(did, ',' ORDER BY level) FROM case_escalations`))
	require.Equal(t, "1 appeals", pgtest.Value[string](t, url, `SELECT priority || ' ' || queue FROM cases`))
	byAgency, unknown, err := db.Overdue(t.Context(), now)
	require.NoError(t, err)
	require.Equal(t, map[string]int{"": 1}, byAgency)
	require.Zero(t, unknown)

	// Opened anew, it escalates anew.
	move(t, db, number, cases.Closed, "agent:7")
	keep()
	require.Equal(t, -1, hours("due_at"))
	move(t, db, number, cases.InProgress, "citizen")
	now = now.Add(24 * time.Hour)
	keep()
	require.Equal(t, 6, pgtest.Value[int](t, url, `SELECT count(*) FROM case_escalations`))
}

// A year that the calendar lacks is no term that somebody made up.
func TestATermThatNobodyCanTell(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	keepCalendars(t, db, strings.Replace(always, "{2026: {off: []}, 2027: {off: []}, 2028: {off: []}, 2029: {off: []}, 2030: {off: []}}", "{2001: {off: []}}", 1))
	keepRules(t, db, rules)
	open(t, db)
	keeper := cases.NewTimekeeper(db, nil, time.Now, zerolog.Nop())
	require.NoError(t, keeper.Keep(t.Context()))
	require.Contains(t, pgtest.Value[string](t, url, `SELECT clock_problem FROM cases WHERE due_at IS NULL`), "the calendar has not this year")
	_, unknown, err := db.Overdue(t.Context(), time.Now())
	require.NoError(t, err)
	require.Equal(t, 1, unknown)

	keepCalendars(t, db, always)
	_, err = db.Reclock(t.Context())
	require.NoError(t, err)
	require.NoError(t, keeper.Keep(t.Context()))
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM cases WHERE due_at IS NOT NULL AND clock_problem IS NULL`))
}

// Rules that name a queue which there is not are refused.
func TestRulesNameQueuesThatThereAre(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	f, err := cases.ReadRules(strings.NewReader(rules))
	require.NoError(t, err)
	err = db.Do(t.Context(), func(w *store.Work) error {
		_, err := w.KeepRules(t.Context(), f, "test", "")
		return err
	})
	require.ErrorContains(t, err, `there is no queue "appeals"`)
}

// What an agency or an agent says of the term stands before the clock's.
func TestATermThatSomebodySaysStands(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	keepCalendars(t, db, always)
	keepRules(t, db, rules)
	number := open(t, db)
	keeper := cases.NewTimekeeper(db, nil, time.Now, zerolog.Nop())
	require.NoError(t, keeper.Keep(t.Context()))
	said := time.Date(2029, 5, 4, 0, 0, 0, 0, time.UTC)
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		_, err = w.MoveCase(t.Context(), c, cases.Accepted, said, "agency:moj", "")
		return err
	})
	require.NoError(t, keeper.Keep(t.Context()))
	require.Equal(t, "2029-05-04", pgtest.Value[string](t, url, `SELECT due_on::text FROM cases WHERE NOT due_by_clock`))
	require.Equal(t, "2029-05-05 00:00:00", pgtest.Value[string](t, url, `SELECT (due_at AT TIME ZONE 'UTC')::text FROM cases`), "to the end of that day")
}
