package calendar_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/calendar"
)

func almaty(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	return zone
}

// read gives the only calendar of a text.
func read(t testing.TB, text string) calendar.Calendar {
	t.Helper()
	f, err := calendar.Read(strings.NewReader(text))
	require.NoError(t, err)
	require.Empty(t, f.Check())
	for name, e := range f.Calendars {
		c, err := e.Calendar(name)
		require.NoError(t, err)
		return c
	}
	return calendar.Calendar{}
}

const plain = `
calendars:
  c:
    zone: Asia/Almaty
    week: {mon: ["08:00-18:00"], tue: ["08:00-18:00"], wed: ["08:00-18:00"], thu: ["08:00-12:00", "13:00-18:00"], fri: ["08:00-18:00"]}
    years:
      2026: {off: ["2026-01-01/2026-01-02", "2026-12-16"], short: {"2026-12-15": 1h}, work: {"2026-12-19": [], "2026-12-20": ["10:00-12:00"]}}
      2024: {off: []}
`

func TestWorkingTime(t *testing.T) {
	t.Parallel()
	c := read(t, plain)
	at := func(s string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", s, almaty(t))
		require.NoError(t, err)
		return at
	}
	for _, row := range []struct {
		from string
		add  time.Duration
		want string
	}{
		{"2026-11-23 17:00", 4 * time.Hour, "2026-11-24 11:00"},  // Monday
		{"2026-11-23 07:00", time.Hour, "2026-11-23 09:00"},      // before the opening
		{"2026-11-26 11:00", 2 * time.Hour, "2026-11-26 14:00"},  // the break is no working time
		{"2026-11-26 12:30", 0, "2026-11-26 13:00"},              // in the break
		{"2026-11-27 17:30", time.Hour, "2026-11-30 08:30"},      // over the weekend
		{"2026-12-15 16:30", time.Hour, "2026-12-17 08:30"},      // a short day, then a holiday
		{"2026-12-18 17:00", 2 * time.Hour, "2026-12-19 09:00"},  // Saturday works, as a Monday does
		{"2026-12-19 17:00", 2 * time.Hour, "2026-12-20 11:00"},  // Sunday by its own hours
		{"2026-11-23 08:00", 10 * time.Hour, "2026-11-23 18:00"}, // to the end of a day
	} {
		got, err := c.Add(at(row.from), row.add)
		require.NoError(t, err)
		require.Equal(t, row.want, got.Format("2006-01-02 15:04"), row.from)
		if row.add > 0 {
			between, err := c.Between(at(row.from), got)
			require.NoError(t, err)
			require.Equal(t, row.add, between, row.from)
		}
	}
	for from, want := range map[string]string{"2026-11-23 17:00": "2026-11-26 18:00", "2026-12-14 09:00": "2026-12-18 18:00"} {
		got, err := c.AddDays(at(from), 3)
		require.NoError(t, err)
		require.Equal(t, want, got.Format("2006-01-02 15:04"), from)
	}
	back, err := c.SubDays(at("2026-12-18 18:00"), 3)
	require.NoError(t, err)
	require.Equal(t, "2026-12-14 18:00", back.Format("2006-01-02 15:04"))
	for moment, want := range map[string]bool{"2026-11-23 07:59": false, "2026-11-23 08:00": true, "2026-11-23 17:59": true, "2026-11-23 18:00": false,
		"2026-12-16 10:00": false, "2026-12-15 16:59": true, "2026-12-15 17:00": false, "2026-11-26 12:00": false} {
		open, err := c.Open(at(moment))
		require.NoError(t, err)
		require.Equal(t, want, open, moment)
	}
	closes, err := c.NextClose(at("2026-11-26 09:00"))
	require.NoError(t, err)
	require.Equal(t, "12:00", closes.Format("15:04"))
}

// A year that is missing is said, and never guessed; and it is told in time.
func TestAMissingYearIsSaid(t *testing.T) {
	t.Parallel()
	c := read(t, plain)
	end := time.Date(2026, 12, 31, 17, 0, 0, 0, almaty(t))
	for name, err := range map[string]error{
		"add": second(c.Add(end, 2*time.Hour)), "between": second(c.Between(end, end.AddDate(0, 0, 2))), "days": second(c.AddDays(end, 1)),
		"open": second(c.Open(end.AddDate(0, 0, 1))), "next": second(c.NextOpen(end.AddDate(0, 0, 1))),
	} {
		require.ErrorIs(t, err, calendar.ErrYear, name)
		require.ErrorContains(t, err, "2027", name)
	}
	require.NoError(t, second(c.Add(end, time.Hour)), "what stays within the year is known")
	require.Zero(t, c.Missing(time.Date(2026, 10, 31, 12, 0, 0, 0, time.UTC)))
	require.Equal(t, 2027, c.Missing(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)))
	require.Equal(t, 2025, c.Missing(time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)))
}

func second[T any](_ T, err error) error { return err }

// On 29 February 2024 Almaty had the hour from 23:00 twice.
func TestAnHourThatComesTwice(t *testing.T) {
	t.Parallel()
	c := read(t, `
calendars: {c: {zone: Asia/Almaty, week: {thu: ["20:00-24:00"], fri: ["00:00-04:00"]}, years: {2024: {off: []}}}}
`)
	evening := time.Date(2024, 2, 29, 15, 0, 0, 0, time.UTC) // 21:00 at +06
	end, err := c.Add(evening, 5*time.Hour)
	require.NoError(t, err)
	require.Equal(t, "2024-03-01 01:00 +05", end.Format("2006-01-02 15:04 -07"))
	between, err := c.Between(evening, end)
	require.NoError(t, err)
	require.Equal(t, 5*time.Hour, between)
}

// slow counts minute by minute.
func slow(c calendar.Calendar, from, to time.Time) (sum time.Duration) {
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		local := at.In(c.Zone)
		spans, err := c.Spans(calendar.DateOf(local))
		if err != nil {
			panic(err)
		}
		for _, s := range spans {
			if m := local.Hour()*60 + local.Minute(); s.From <= m && m < s.To {
				sum += time.Minute
			}
		}
	}
	return sum
}

// Against a slow, obvious calculation, over ten years of random calendars.
func TestWorkingTimeIsWhatAPersonCounts(t *testing.T) {
	t.Parallel()
	zones := []string{"Asia/Almaty", "Europe/Moscow", "Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu"}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		fmt.Fprintf(&text, "calendars:\n  c:\n    zone: %s\n    week: {mon: [\"09:00-12:00\"]", rapid.SampledFrom(zones).Draw(t, "zone"))
		for _, day := range []string{"tue", "wed", "thu", "fri", "sat", "sun"} {
			if rapid.Bool().Draw(t, day) { // hours that no zone skips or repeats
				a := rapid.IntRange(5*60, 12*60).Draw(t, "from")
				b := rapid.IntRange(a+1, 13*60).Draw(t, "to")
				e := rapid.IntRange(b+1, 22*60).Draw(t, "end")
				fmt.Fprintf(&text, ", %s: [\"%02d:%02d-%02d:%02d\", \"%02d:%02d-%02d:%02d\"]", day, a/60, a%60, b/60, b%60, b/60, b%60, e/60, e%60)
			}
		}
		text.WriteString("}\n    years:\n")
		for year := 2020; year < 2030; year++ {
			fmt.Fprintf(&text, "      %d: {off: [", year)
			for range rapid.IntRange(0, 12).Draw(t, "off") {
				fmt.Fprintf(&text, "\"%d-%02d-%02d\",", year, rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
			}
			fmt.Fprintf(&text, "], short: {\"%d-%02d-05\": %dm}, work: {\"%d-%02d-29\": [\"10:00-11:30\"]}}\n", year, rapid.IntRange(1, 12).Draw(t, "short"),
				rapid.IntRange(1, 600).Draw(t, "by"), year, rapid.SampledFrom([]int{1, 3, 6, 10}).Draw(t, "moved"))
		}
		f, err := calendar.Read(strings.NewReader(text.String()))
		if err != nil {
			t.Fatal(err)
		}
		c, err := f.Calendars["c"].Calendar("c")
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2020, 1, 2, 0, rapid.IntRange(0, 60*24*365*9).Draw(t, "moment"), 0, 0, time.UTC)
		to := from.Add(time.Duration(rapid.IntRange(0, 60*24*20).Draw(t, "length")) * time.Minute)
		got, err := c.Between(from, to)
		if err != nil {
			t.Fatal(err)
		}
		if want := slow(c, from, to); got != want {
			t.Fatalf("between %s and %s: %s, and %s by the slow way", from, to, got, want)
		}
		working := time.Duration(rapid.IntRange(1, 60*60).Draw(t, "working")) * time.Minute
		end, err := c.Add(from, working)
		if err != nil {
			t.Fatal(err)
		}
		if back, _ := c.Between(from, end); back != working {
			t.Fatalf("%s from %s is %s, and between them are %s", working, from, end, back)
		}
		if begin, err := c.Sub(end, working); err == nil {
			if length, _ := c.Between(begin, end); length != working {
				t.Fatalf("%s before %s is %s, and between them are %s", working, end, begin, length)
			}
		}
		if open, _ := c.Open(end.Add(-time.Second)); !open {
			t.Fatalf("%s is not the first such moment", end)
		}
	})
}

func TestEachMistakeOfACalendarIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, new, says string }{
		"zone":     {"Asia/Almaty", "Asia/Alma-Ata City", "calendars.c.zone"},
		"weekday":  {"mon:", "monday:", "calendars.c.week.monday"},
		"hours":    {`mon: ["08:00-18:00"]`, `mon: ["18:00-08:00"]`, "calendars.c.week.mon"},
		"overlap":  {`"13:00-18:00"`, `"11:00-18:00"`, "begins before"},
		"date":     {"2026-12-16", "2026-02-30", "no date"},
		"year":     {`"2026-12-16"`, `"2025-12-16"`, "2025-12-16 is not in 2026"},
		"range":    {"2026-01-01/2026-01-02", "2026-01-02/2026-01-01", "ends before it begins"},
		"short":    {"1h", "soon", "short.2026-12-15"},
		"both":     {`"2026-12-19": []`, `"2026-12-16": []`, "both off and a moved working day"},
		"no years": {plain[strings.Index(plain, "    years"):], "    years: {}\n", "calendars.c.years"},
	} {
		f, err := calendar.Read(strings.NewReader(strings.Replace(plain, c.old, c.new, 1)))
		require.NoError(t, err, name)
		require.ErrorContains(t, errors.Join(f.Check()...), c.says, name)
	}
	for text, says := range map[string]string{"": "empty", "calendars: {c: {zones: x}}": "zones", "default: x\ncalendars: {}": `no calendar "x"`,
		"calendars: {c: {zone: UTC, week: {mon: [\"09:00-10:00\"]}, years: {2026: {off: []}}}}\nagencies: {moj: d}": "agencies.moj"} {
		f, err := calendar.Read(strings.NewReader(text))
		if err == nil {
			err = errors.Join(f.Check()...)
		}
		require.ErrorContains(t, err, says, text)
	}
}

// The calendars that Okno comes with: their days off are those of the sources.
func TestTheCalendarsOfTheSampleRegion(t *testing.T) {
	t.Parallel()
	content, err := os.Open("../sample/calendars.yaml")
	require.NoError(t, err)
	defer content.Close()
	f, err := calendar.Read(content)
	require.NoError(t, err)
	require.Empty(t, f.Check())
	for name, days := range map[string]map[string]bool{
		"kazakhstan": {"2026-01-07": false, "2026-03-09": false, "2026-03-24": false, "2026-03-26": true, "2026-05-27": false, "2026-08-31": true,
			"2026-10-26": false, "2027-03-15": false, "2027-01-04": false, "2027-01-05": true},
		"russia": {"2026-01-09": false, "2026-01-12": true, "2026-03-09": false, "2026-12-31": false, "2026-11-03": true},
	} {
		c, err := f.Calendars[name].Calendar(name)
		require.NoError(t, err)
		for day, works := range days {
			d, err := calendar.ParseDate(day)
			require.NoError(t, err)
			spans, err := c.Spans(d)
			require.NoError(t, err)
			require.Equal(t, works, len(spans) > 0, "%s %s", name, day)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(plain)
	f.Add("calendars: {c: null}")
	f.Fuzz(func(_ *testing.T, s string) {
		file, err := calendar.Read(strings.NewReader(s))
		if err == nil {
			file.Check()
		}
	})
}
