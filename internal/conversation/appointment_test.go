package conversation_test

import (
	"context"
	"errors"
	"regexp"
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
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const visited = `
offices:
  centre:
    name: {kk: "№ 1 орталық", ru: "Центр № 1", en: "Centre 1"}
    address: {kk: "Абай, 12", ru: "Абая, 12", en: "12 Abai"}
    ahead: 3
    counters:
      a: {services: ["028"], slot: 60m}
`

const working = `
default: kz
calendars:
  kz: {zone: Asia/Almaty, week: {mon: ["09:00-11:00"], tue: ["09:00-10:00"]}, years: {2036: {off: []}}}
`

// visits gives the world an office: three places until the engine's calendar ends, on Monday 24 November at 9 and 10, and on Tuesday at 9.
func (w *world) visits(t *testing.T) *appointment.Keeper {
	t.Helper()
	ctx := t.Context()
	dates, err := calendar.Read(strings.NewReader(working))
	require.NoError(t, err)
	offices, err := appointment.Read(strings.NewReader(visited))
	require.NoError(t, err)
	pgtest.Do(t, w.db, func(work *store.Work) error {
		_, err := work.KeepCalendars(ctx, dates, "test", "")
		require.NoError(t, err)
		changed, err := work.KeepOffices(ctx, offices, "test", "")
		require.Equal(t, []string{"centre"}, changed)
		return err
	})
	pgtest.Exec(t, w.url, `UPDATE service_versions SET valid_until = '2040-01-01' WHERE service <> '030'`)
	require.NoError(t, w.services.Fill(ctx))
	cache := appointment.NewCache(w.db, nil, zerolog.Nop())
	require.NoError(t, cache.Fill(ctx))
	w.engine.Visits(cache)
	segments := func(string) int { return 1 }
	notices := conversation.NewNotices(w.library, conversation.Writing{Segments: segments})
	clock := func() time.Time { return w.now }
	return appointment.NewKeeper(func(ctx context.Context, fn func(appointment.KeeperWork) error) error {
		return w.db.Do(ctx, func(work *store.Work) error { return fn(work) })
	}, cache, notices, casework.NewTeller(notices, segments, clock), clock, zerolog.Nop())
}

// says is writes, with the conversation's last line at the world's time, which is years ahead: jobs that are due at once are then due.
func (w *world) says(t *testing.T, from, text string) string {
	t.Helper()
	reply := w.writes(t, from, text)
	pgtest.Exec(t, w.url, `UPDATE interactions SET active_at = '`+w.now.Format(time.RFC3339)+`' WHERE ended_at IS NULL`)
	return reply
}

var caseNumber = regexp.MustCompile(`\b\d{9}\b`)

// does has the keeper do all jobs that are due at the world's time, in the order of their times.
func (w *world) does(t *testing.T, k *appointment.Keeper) {
	t.Helper()
	for {
		raw := pgtest.Value[string](t, w.url, `
WITH due AS (DELETE FROM river_job WHERE id = (SELECT id FROM river_job WHERE kind LIKE 'appointment.%' AND scheduled_at <= '`+w.now.Format(time.RFC3339)+`' ORDER BY scheduled_at, id LIMIT 1)
    RETURNING kind, args) SELECT coalesce((SELECT kind || ' ' || args FROM due), '')`)
		if raw == "" {
			return
		}
		name, args, _ := strings.Cut(raw, " ")
		for _, kind := range k.Kinds() {
			if kind.Name == name {
				err := kind.Do(t.Context(), []byte(args))
				var later job.Later
				if errors.As(err, &later) {
					pgtest.Exec(t, w.url, `INSERT INTO river_job (kind, args, max_attempts, state, scheduled_at) VALUES ('`+name+`', '`+args+`', 10, 'scheduled', '`+
						w.now.Add(time.Duration(later)).Format(time.RFC3339)+`')`)
					continue
				}
				require.NoError(t, err)
			}
		}
	}
}

func TestAnAppointmentBySMS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2036, 11, 22, 12, 0, 0, 0, time.UTC) // Saturday
	keeper := w.visits(t)

	require.Contains(t, w.says(t, bound, "ЗАПИСЬ 029"), "не записывают")
	require.Equal(t, "Отделение, ответьте номером:\n1 Центр № 1", w.says(t, bound, "ЗАПИСЬ 028"))
	require.Equal(t, "День, ответьте номером:\n1 24.11.2036\n2 25.11.2036", w.says(t, bound, "1"))
	require.Equal(t, "Время, ответьте номером:\n1 09:00\n2 10:00", w.says(t, bound, "1"))
	booked := w.says(t, bound, "2")
	require.Contains(t, booked, "24.11.2036 в 10:00, Центр № 1")
	number := caseNumber.FindString(booked)
	require.Equal(t, "Вы записаны: 24.11.2036 в 10:00, Центр № 1. Номер "+number, w.says(t, bound, number))
	require.Contains(t, w.says(t, unbound, "STATUS "+number), "For details", "where somebody goes is nobody else's")
	require.Contains(t, w.says(t, unbound, "RESCHEDULE "+number), "Only the applicant")

	// A day and two hours before the citizen is told; by then it has moved.
	require.Equal(t, "День, ответьте номером:\n1 24.11.2036\n2 25.11.2036", w.says(t, bound, "ПЕРЕНЕСТИ "+number))
	require.Equal(t, "Время, ответьте номером:\n1 09:00", w.says(t, bound, "1"), "its own place is not free")
	require.Contains(t, w.says(t, bound, "1"), "24.11.2036 в 09:00")
	told := func() int {
		return len(pgtest.Texts(t, w.url, `m.lane = 'notice' AND destination = $1`, bound))
	}
	w.now = time.Date(2036, 11, 23, 3, 59, 0, 0, time.UTC)
	w.does(t, keeper)
	require.Zero(t, told())
	w.now = time.Date(2036, 11, 23, 4, 0, 0, 0, time.UTC) // Sunday, 9:00
	w.does(t, keeper)
	require.Equal(t, 1, told())
	require.Contains(t, w.lastMT(t, bound), "Вы записаны 24.11.2036 в 09:00: Центр № 1, Абая, 12. Отменить: ОТОЗВАТЬ "+number)
	w.now = time.Date(2036, 11, 24, 2, 0, 0, 0, time.UTC)
	w.does(t, keeper)
	require.Equal(t, 2, told(), "of the place that was given up nobody is reminded")

	require.Contains(t, w.says(t, bound, "ОТОЗВАТЬ "+number), "отменена")
	require.Contains(t, w.says(t, bound, "ВОЗОБНОВИТЬ "+number), "нельзя", "its place may be somebody else's")
	require.Equal(t, "withdrawn moved cancelled", pgtest.Value[string](t, w.url, `
SELECT (SELECT state FROM cases WHERE number = '`+number+`') || ' ' || string_agg(state, ' ' ORDER BY id) FROM appointments`))
}

func TestAnAppointmentByPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2036, 11, 22, 12, 0, 0, 0, time.UTC)
	w.visits(t)
	p := w.call(t, bound, true)
	require.Contains(t, p.keys(t, "6"), w.say("appointment.service"))
	require.Contains(t, p.keys(t, "028", "1"), w.say("appointment.day"))
	p.keys(t, "2", "1")
	written := w.lastMT(t, bound)
	require.Contains(t, written, "25.11.2036 в 09:00", "a caller gets it in writing")
	number := caseNumber.FindString(written)
	p = w.call(t, bound, true)
	require.Contains(t, p.keys(t, "6"), w.say("appointment.what"))
	p.keys(t, "2", "1", "2") // moved to Monday at ten
	require.Contains(t, w.lastMT(t, bound), "24.11.2036 в 10:00")
	p = w.call(t, bound, true)
	require.Contains(t, p.keys(t, "2", number), w.say("appointment.after"))
	p.keys(t, "3", "1")
	require.Equal(t, "withdrawn", pgtest.Value[string](t, w.url, `SELECT state FROM cases WHERE number = $1`, number))

	// Whoever withholds the number cannot be reminded: an operator helps.
	p = w.call(t, "", false)
	p.keys(t, "1", "6", "028", "1", "1", "1")
	require.Zero(t, pgtest.Value[int](t, w.url, `SELECT count(*) FROM appointments WHERE state = 'booked'`))
}

// Who waits is offered a place that becomes free, one after another, by day; whoever does not answer in time keeps waiting.
func TestAFreedPlaceIsOfferedInTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2036, 11, 22, 12, 0, 0, 0, time.UTC)
	keeper := w.visits(t)
	const first, second, third = "+77011111111", "+77012222222", "+77013333333"
	for range 3 {
		w.says(t, first, "ЗАПИСЬ 028")
		w.says(t, first, "1")
		w.says(t, first, "1")
		require.Contains(t, w.says(t, first, "1"), "Запись")
	}
	require.Contains(t, w.says(t, first, "ДА"), "сейчас нет")
	for i, from := range []string{second, third} {
		w.says(t, from, "ЗАПИСЬ 028")
		require.Contains(t, w.says(t, from, "1"), "Мест нет")
		require.Contains(t, w.says(t, from, "1"), []string{"перед вами 0", "перед вами 1"}[i])
	}
	waits := caseNumber.FindString(w.lastMT(t, third))
	require.Contains(t, w.says(t, third, waits), "перед вами 1")
	w.says(t, first, "ЗАПИСЬ 028")
	w.says(t, first, "1")
	require.Contains(t, w.says(t, first, "1"), "уже три записи", "nobody takes more, on a list or off it")

	// At 23:00 the last place becomes free: nobody is woken for it.
	w.now = time.Date(2036, 11, 22, 18, 0, 0, 0, time.UTC)
	last := pgtest.Value[string](t, w.url, `SELECT c.number FROM appointments a JOIN cases c ON c.id = a.case_id ORDER BY a.starts_at DESC LIMIT 1`)
	w.says(t, first, "ОТОЗВАТЬ "+last)
	w.does(t, keeper)
	require.Contains(t, w.lastMT(t, second), "перед вами 0")
	w.now = time.Date(2036, 11, 23, 4, 0, 0, 0, time.UTC) // 9:00
	w.does(t, keeper)
	require.Equal(t, "Освободилось место: 25.11.2036 в 09:00, Центр № 1. Чтобы занять, ответьте ДА до 09:30", w.lastMT(t, second))
	require.Contains(t, w.lastMT(t, third), "перед вами 1")
	w.says(t, unbound, "ЗАПИСЬ 028")
	require.Contains(t, w.says(t, unbound, "1"), "Мест нет", "it is kept meanwhile")

	w.now = w.now.Add(31 * time.Minute)
	require.Contains(t, w.says(t, second, "ДА"), "сейчас нет", "too late")
	w.does(t, keeper)
	require.Contains(t, w.lastMT(t, third), "ответьте ДА до 10:01")
	require.Contains(t, w.says(t, third, "да"), "25.11.2036 в 09:00")
	require.Contains(t, w.says(t, third, waits), "Вы записаны: 25.11.2036")
	w.does(t, keeper)
	require.NotContains(t, w.lastMT(t, second), "Освободилось", "the same place is not offered twice")

	// The end of the day: what nobody marked is past, and its case is closed.
	w.now = time.Date(2036, 11, 26, 6, 0, 0, 0, time.UTC)
	for _, kind := range keeper.Kinds() {
		if kind.Name == (job.SettleAppointments{}).Kind() {
			require.NoError(t, kind.Do(t.Context(), []byte("{}")))
		}
	}
	require.Equal(t, 3, pgtest.Value[int](t, w.url, `SELECT count(*) FROM appointments a JOIN cases c ON c.id = a.case_id WHERE a.state = 'past' AND c.state = 'closed'`))
}

// What somebody chose a while ago may be gone by the time it is wanted.
func TestWhatIsGoneIsToldOfAnAppointment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.now = time.Date(2036, 11, 22, 12, 0, 0, 0, time.UTC)
	w.visits(t)
	does := func(from, action string, with ...string) string {
		effect := &dialogue.Effect{ID: "1.1", Action: action, With: map[string]dialogue.Value{}}
		for i := 0; i < len(with); i += 2 {
			effect.With[with[i]] = dialogue.TextValue(with[i+1])
		}
		var outcome string
		pgtest.Do(t, w.db, func(work *store.Work) error {
			i := conversation.Interaction{Channel: dialogue.Voice, Number: from, Verification: citizen.Nobody, Language: dialogue.Russian}
			var err error
			i.ID, err = work.OpenInteraction(t.Context(), i)
			require.NoError(t, err)
			in, err := w.engine.Act(t.Context(), work, w.library.Current(), i, effect)
			outcome = in.Name
			return err
		})
		return outcome
	}
	at := func(day, clock string) []string {
		return []string{"service", "028", "office", "centre", "day", day, "time", clock}
	}
	const one, two = "+77011111111", "+77012222222"
	require.Equal(t, "no_number", does("", "appointment.book", at("2036-11-25", "09:00")...))
	require.Equal(t, "no_number", does("", "appointment.wait", "service", "028", "office", "centre"))
	require.Equal(t, "booked", does(one, "appointment.book", at("2036-11-25", "09:00")...))
	require.Equal(t, "taken", does(two, "appointment.book", at("2036-11-25", "09:00")...))
	for _, gone := range [][]string{at("2036-11-25", "10:00"), at("2036-11-22", "09:00"), at("yesterday", "soon"),
		{"service", "028", "office", "nowhere", "day", "2036-11-24", "time", "09:00"}, {"service", "029", "office", "centre", "day", "2036-11-24", "time", "09:00"}} {
		require.Equal(t, "taken", does(two, "appointment.book", gone...), gone)
	}
	require.Equal(t, "full", does(two, "appointment.times", "service", "028", "office", "centre", "day", "2036-11-25"))
	require.Equal(t, "not_own", does(two, "appointment.days", "service", "028", "office", "nowhere"))
	require.Equal(t, "booked", does(two, "appointment.book", at("2036-11-24", "09:00")...))
	number := pgtest.Value[string](t, w.url, `SELECT number FROM cases WHERE kind = 'appointment' ORDER BY id DESC LIMIT 1`)
	require.Equal(t, "taken", does(two, "appointment.move", "case", number, "day", "2036-11-25", "time", "09:00"))
	require.Equal(t, "not_own", does(one, "appointment.move", "case", number, "day", "2036-11-24", "time", "10:00"))
	require.Equal(t, "booked", pgtest.Value[string](t, w.url, `SELECT state FROM appointments WHERE starts_at = '2036-11-24 09:00+05'`), "it stays")
	require.Equal(t, "booked", does(two, "appointment.book", at("2036-11-24", "10:00")...))
	require.Equal(t, "waiting", does(two, "appointment.wait", "service", "028", "office", "centre"))
	require.Equal(t, "too_many", does(two, "appointment.wait", "service", "028", "office", "centre"))
	require.Equal(t, "none", does(two, "appointment.take"))
}

// Whoever books at the same time on two nodes, no place goes to two, and none is left out.
func TestNoPlaceIsTakenTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.visits(t)
	other := pgtest.Open(t, w.url)
	slot := appointment.Slot{Counter: "a", From: time.Date(2036, 11, 24, 4, 0, 0, 0, time.UTC), To: time.Date(2036, 11, 24, 5, 0, 0, 0, time.UTC), Places: 10}
	var booking sync.WaitGroup
	var mu sync.Mutex
	got, taken := 0, 0
	for i := range 30 {
		db := []*store.Store{w.db, other}[i%2]
		booking.Go(func() {
			err := db.Do(t.Context(), func(work *store.Work) error {
				_, err := appointment.Book(t.Context(), work, appointment.Booking{Office: "centre", Service: "028", Slots: []appointment.Slot{slot},
					Contact: "+77010000055", Subject: "s", By: "citizen"}, w.now)
				return err
			})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				got++
			case errors.Is(err, appointment.ErrTaken):
				taken++
			default:
				t.Error(err)
			}
		})
	}
	booking.Wait()
	require.Equal(t, [2]int{10, 20}, [2]int{got, taken})
	require.Equal(t, 10, pgtest.Value[int](t, w.url, `SELECT count(DISTINCT place) FROM appointments WHERE state = 'booked'`))
	require.Equal(t, 10, pgtest.Value[int](t, w.url, `SELECT count(*) FROM cases WHERE kind = '`+string(cases.Appointment)+`'`), "who found no place has no case")
}
