package appointment_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/appointment"
	"okno/internal/calendar"
)

const offices = `
offices:
  centre:
    name: {kk: О, ru: О, en: O}
    address: {kk: А, ru: А, en: A}
    counters:
      a: {services: ["031"], slot: 40m, places: 2}
      b: {services: ["031", "005"], slot: 30m, days: [tue], hours: ["09:00-10:00", "12:30-15:00"]}
`

const dates = `
default: kz
calendars:
  kz:
    zone: Asia/Almaty
    week: {mon: ["09:00-11:00", "14:00-15:00"], tue: ["09:00-13:00"]}
    years: {2026: {off: ["2026-12-15"], short: {"2026-12-14": 1h}}}
`

func read(t *testing.T, text string) appointment.Office {
	t.Helper()
	f, err := appointment.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Empty(t, f.Check())
	o, err := f.Offices["centre"].Office("centre")
	require.NoError(t, err)
	return o
}

func days(t *testing.T) calendar.Set {
	t.Helper()
	f, err := calendar.Read(strings.NewReader(dates))
	require.NoError(t, err)
	c, err := f.Calendars["kz"].Calendar("kz")
	require.NoError(t, err)
	return calendar.Set{Default: "kz", Calendars: map[string]calendar.Calendar{"kz": c}}
}

// Slots follow the working time of the day, with its break and its early end, and the counter's own days and hours.
func TestSlotsFollowTheCalendar(t *testing.T) {
	t.Parallel()
	o, c := read(t, offices), days(t).Calendars["kz"]
	for _, day := range []struct{ date, service, want string }{
		{"2026-12-07", "031", "a09:00 a09:40 a10:20 a14:00"},                                    // Monday: 40 minutes end before 11:00 and 15:00
		{"2026-12-07", "005", ""},                                                               // counter b works on Tuesdays
		{"2026-12-08", "031", "a09:00 b09:00 b09:30 a09:40 a10:20 a11:00 a11:40 a12:20 b12:30"}, // 12:20 + 40 is 13:00
		{"2026-12-08", "005", "b09:00 b09:30 b12:30"},
		{"2026-12-08", "044", ""},
		{"2026-12-14", "031", "a09:00 a09:40 a10:20"}, // the day ends an hour earlier: nothing is left after the break
		{"2026-12-15", "031", ""},
	} {
		date, err := calendar.ParseDate(day.date)
		require.NoError(t, err)
		slots, err := o.Slots(c, date, day.service)
		require.NoError(t, err)
		var got []string
		for _, s := range slots {
			got = append(got, s.Counter+s.From.Format("15:04"))
		}
		require.Equal(t, day.want, strings.Join(got, " "), "%s on %s", day.service, day.date)
	}
	_, err := o.Slots(c, calendar.Date{Year: 2027, Month: 1, Day: 4}, "031")
	require.ErrorIs(t, err, calendar.ErrYear)
}

// What can be booked ends where the calendar does, and begins a little after now.
func TestTheDirectoryBooksAhead(t *testing.T) {
	t.Parallel()
	o := read(t, offices)
	d := appointment.NewDirectory([]appointment.Office{o}, days(t))
	require.Len(t, d.Giving("005"), 1)
	require.Empty(t, d.Giving("044"))
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	now := time.Date(2026, 12, 28, 9, 30, 0, 0, zone) // the last Monday of the calendar
	slots, err := d.Slots(o, "031", nil, now)
	require.NoError(t, err)
	require.Equal(t, "10:20", slots[0].From.Format("15:04"), "9:40 is too soon")
	require.Equal(t, "2026-12-29", slots[len(slots)-1].From.Format(time.DateOnly))
	o.Closed = true
	slots, err = d.Slots(o, "031", nil, now)
	require.NoError(t, err)
	require.Empty(t, slots)
	o.Closed, o.Calendar = false, "nowhere"
	_, err = d.Slots(o, "031", nil, now)
	require.ErrorContains(t, err, `there is no calendar "nowhere"`)
}

// However slots and what is taken lie, no free slot has a moment at which more people would be there than it has places.
func TestFreeNeverOverbooks(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 12, 7, 4, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		stretch := func(label string) (from, to time.Time) {
			from = begin.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, label)) * 10 * time.Minute)
			return from, from.Add(time.Duration(rapid.IntRange(1, 6).Draw(t, label+" length")) * 10 * time.Minute)
		}
		var taken []appointment.Taken
		for range rapid.IntRange(0, 6).Draw(t, "taken") {
			from, to := stretch("taken")
			taken = append(taken, appointment.Taken{Counter: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "counter"), From: from, To: to})
		}
		from, to := stretch("slot")
		slot := appointment.Slot{Counter: "a", From: from, To: to, Places: rapid.IntRange(1, 3).Draw(t, "places")}
		if len(appointment.Free([]appointment.Slot{slot}, taken, begin.Add(-time.Hour))) == 0 {
			return
		}
		for at := slot.From; at.Before(slot.To); at = at.Add(10 * time.Minute) {
			there := 1
			for _, p := range taken {
				if p.Counter == "a" && !at.Before(p.From) && at.Before(p.To) {
					there++
				}
			}
			if there > slot.Places {
				t.Fatalf("%d at %v for %d places", there, at, slot.Places)
			}
		}
	})
}

func TestEachMistakeOfAnOfficeIsTold(t *testing.T) {
	t.Parallel()
	for change, says := range map[string]string{
		`en: O}|`:                        "offices.centre.name.en: is missing",
		`slot: 40m|slot: 3m`:             `offices.centre.counters.a.slot: "3m" is no length from 5 minutes to 8 hours`,
		`slot: 40m|slot: often`:          `"often" is no length`,
		`places: 2|places: 101`:          "offices.centre.counters.a.places: 1 to 100",
		`[tue]|[someday]`:                `offices.centre.counters.b.days: "someday" is none of mon`,
		`"09:00-10:00"|"10:00-09:00"`:    `offices.centre.counters.b.hours: "10:00-09:00" is no stretch of hours`,
		`services: ["031"]|services: []`: "offices.centre.counters.a.services: there is none",
		`  centre:|  Центр:`:             "a code is up to 32 letters",
	} {
		was, is, _ := strings.Cut(change, "|")
		if is == "" {
			is = "en: ''}"
		}
		f, err := appointment.Read(strings.NewReader(strings.Replace(offices, was, is, 1)))
		require.NoError(t, err)
		var told []string
		for _, problem := range f.Check() {
			told = append(told, problem.Error())
		}
		require.Contains(t, strings.Join(told, "\n"), says, change)
	}
	_, err := appointment.Read(strings.NewReader(strings.Replace(offices, "places", "seats", 1)))
	require.ErrorContains(t, err, "line 7: unknown key seats")
}

// Nobody is offered a place by night, or too late to come.
func TestOffersAreMadeByDay(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 5*3600)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 12, day, hour, minute, 0, 0, zone) }
	for now, want := range map[time.Time]time.Time{at(7, 3, 0): at(7, 9, 0), at(7, 9, 0): at(7, 9, 0), at(7, 19, 59): at(7, 19, 59), at(7, 20, 0): at(8, 9, 0)} {
		require.True(t, appointment.OfferAt(now, zone).Equal(want), now)
	}
	until, ok := appointment.OfferUntil(at(7, 9, 0), at(7, 11, 0))
	require.True(t, ok)
	require.Equal(t, at(7, 9, 30), until)
	_, ok = appointment.OfferUntil(at(7, 9, 0), at(7, 10, 59))
	require.False(t, ok)
}
