package cases_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/calendar"
	"okno/internal/cases"
)

func office(t testing.TB) calendar.Calendar {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	c := calendar.Calendar{Name: "office", Zone: zone, Years: map[int]calendar.Year{2026: {}, 2027: {}}}
	for day := time.Monday; day <= time.Friday; day++ {
		c.Week[day] = []calendar.Span{{From: 8 * 60, To: 12 * 60}, {From: 13 * 60, To: 18 * 60}}
	}
	return c
}

// local reads a moment of the office.
func local(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, office(t).Zone)
	require.NoError(t, err)
	return at
}

func TestClocksOfACase(t *testing.T) {
	t.Parallel()
	c := office(t)
	rule := cases.Rule{Kind: cases.Appeal, First: cases.Length{Hours: 4 * time.Hour}, Resolution: cases.Length{Days: 3},
		Escalate: []cases.Level{{Before: cases.Length{Days: 1}, Do: cases.EscalateNotify}, {Do: cases.EscalateRaise}, {After: cases.Length{Hours: time.Hour}, Do: cases.EscalateQueue, Queue: "appeals"}}}
	step := func(from, to cases.State, at, by string) cases.Step {
		return cases.Step{From: from, To: to, At: local(t, at), By: by}
	}
	opened := step("", cases.Registered, "2026-11-23 17:00", "citizen") // Monday
	say := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.In(c.Zone).Format("01-02 15:04")
	}
	for name, row := range map[string]struct {
		steps       []cases.Step
		first, due  string
		levels      int
		responded   string
		whenItBegan string
	}{
		"nobody has answered":                 {[]cases.Step{opened}, "11-24 11:00", "11-26 18:00", 3, "", "11-23 17:00"},
		"answered":                            {[]cases.Step{opened, step("registered", "accepted", "2026-11-24 09:00", "agent:7")}, "", "11-26 18:00", 3, "11-24 09:00", "11-23 17:00"},
		"the citizen's own move is no answer": {[]cases.Step{opened, step("registered", "withdrawn", "2026-11-24 09:00", "citizen")}, "", "", 0, "", "11-23 17:00"},
		"the citizen is awaited":              {[]cases.Step{opened, step("registered", "awaiting_citizen", "2026-11-24 09:00", "agent:7")}, "", "", 0, "11-24 09:00", "11-23 17:00"},
		"the citizen took two days": {[]cases.Step{opened, step("registered", "awaiting_citizen", "2026-11-24 09:00", "agent:7"),
			step("awaiting_citizen", "in_progress", "2026-11-26 10:00", "citizen")}, "", "11-30 18:00", 3, "11-24 09:00", "11-23 17:00"},
		"settled": {[]cases.Step{opened, step("registered", "closed", "2026-11-24 09:00", "agent:7")}, "", "", 0, "11-24 09:00", "11-23 17:00"},
		"opened anew": {[]cases.Step{opened, step("registered", "closed", "2026-11-24 09:00", "agent:7"), step("closed", "in_progress", "2026-12-01 09:00", "citizen")},
			"12-01 14:00", "12-04 18:00", 3, "", "12-01 09:00"},
	} {
		clock, err := rule.Tell(c, row.steps, time.Time{})
		require.NoError(t, err, name)
		require.Equal(t, []string{row.first, row.due, row.responded, row.whenItBegan}, []string{say(clock.FirstDue), say(clock.Due), say(clock.Responded), say(clock.Began)}, name)
		require.Len(t, clock.Levels, row.levels, name)
	}
	clock, err := rule.Tell(c, []cases.Step{opened}, time.Time{})
	require.NoError(t, err)
	require.Equal(t, []string{"11-25 18:00", "11-26 18:00", "11-27 09:00"}, []string{say(clock.Levels[0]), say(clock.Levels[1]), say(clock.Levels[2])})

	_, err = rule.Tell(c, []cases.Step{step("", cases.Registered, "2027-12-30 17:00", "citizen")}, time.Time{})
	require.ErrorIs(t, err, calendar.ErrYear)
	for day, want := range map[string]string{"2026-12-02": "12-02 18:00", "2026-12-05": "12-06 00:00"} { // a Saturday ends at midnight
		promised, err := time.Parse(time.DateOnly, day)
		require.NoError(t, err)
		clock, err = rule.Tell(c, []cases.Step{opened}, promised)
		require.NoError(t, err)
		require.Equal(t, want, say(clock.Due), "what was promised stands before the rule")
		require.Len(t, clock.Levels, 3)
		clock, err = rule.Tell(c, []cases.Step{opened, step("registered", "awaiting_citizen", "2026-11-24 09:00", "agent:7")}, promised)
		require.NoError(t, err)
		require.Equal(t, want, say(clock.Due))
		clock, err = rule.Tell(c, []cases.Step{opened, step("registered", "closed", "2026-11-24 09:00", "agent:7")}, promised)
		require.NoError(t, err)
		require.Zero(t, clock.Due)
	}
	clock, err = rule.Tell(c, nil, time.Time{})
	require.NoError(t, err)
	require.Zero(t, clock)
}

// Against a slow, obvious calculation: minute by minute, the working ones in which the citizen is not awaited.
func TestTheTermIsWhatAPersonCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := calendar.Calendar{Name: "c", Zone: time.UTC, Years: map[int]calendar.Year{}}
		for day := range 7 {
			if day == 1 || rapid.Bool().Draw(t, "works") {
				from := rapid.IntRange(0, 700).Draw(t, "from")
				c.Week[day] = []calendar.Span{{From: from, To: rapid.IntRange(from+60, 1440).Draw(t, "to")}} // the longest term takes a year
			}
		}
		for year := 2020; year < 2032; year++ {
			var off []calendar.Date
			for range rapid.IntRange(0, 8).Draw(t, "off") {
				off = append(off, calendar.Date{Year: year, Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month")), Day: rapid.IntRange(1, 28).Draw(t, "day")})
			}
			c.Years[year] = calendar.Year{Off: off}
		}
		at := time.Date(2020, 1, 1, 0, rapid.IntRange(0, 60*24*365*9).Draw(t, "opened"), 0, 0, time.UTC)
		steps := []cases.Step{{To: cases.Registered, At: at, By: "citizen"}}
		state := cases.Registered
		for range rapid.IntRange(0, 3).Draw(t, "pauses") { // each ends
			at = at.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "before")) * time.Minute)
			steps = append(steps, cases.Step{From: state, To: cases.AwaitingCitizen, At: at, By: "agent:1"})
			at = at.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Minute)
			steps = append(steps, cases.Step{From: cases.AwaitingCitizen, To: cases.InProgress, At: at, By: "citizen"})
			state = cases.InProgress
		}
		term := time.Duration(rapid.IntRange(1, 3000).Draw(t, "term")) * time.Minute
		clock, err := cases.Rule{Kind: cases.Inquiry, Resolution: cases.Length{Hours: term}}.Tell(c, steps, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if want := slowTerm(c, steps, term); !clock.Due.Equal(want) {
			t.Fatalf("due %s, and %s by the slow way", clock.Due, want)
		}
	})
}

func slowTerm(c calendar.Calendar, steps []cases.Step, term time.Duration) time.Time {
	at, waiting := steps[0].At, false
	for left, next := term, 0; ; at = at.Add(time.Minute) {
		for next < len(steps) && !steps[next].At.After(at) {
			waiting = steps[next].To == cases.AwaitingCitizen
			next++
		}
		spans, err := c.Spans(calendar.DateOf(at))
		if err != nil {
			panic(err)
		}
		for _, s := range spans {
			if m := at.Hour()*60 + at.Minute(); !waiting && s.From <= m && m < s.To {
				if left -= time.Minute; left == 0 {
					return at.Add(time.Minute)
				}
			}
		}
	}
}

func TestRulesAreData(t *testing.T) {
	t.Parallel()
	f, err := cases.ReadRules(strings.NewReader(`
rules:
  - {kind: appeal, first_response: 3d, resolution: 15d, escalate: [{before: 2d, do: notify}, {do: raise}, {after: 4h, do: queue, queue: appeals}]}
  - {kind: appeal, agency: moj, resolution: 10d}
  - {kind: application, service: "031", resolution: 90m}
`))
	require.NoError(t, err)
	rules, err := f.Compile()
	require.NoError(t, err)
	for _, row := range []struct {
		kind            cases.Kind
		agency, service string
		want            cases.Length
	}{{cases.Appeal, "", "", cases.Length{Days: 15}}, {cases.Appeal, "moj", "031", cases.Length{Days: 10}}, {cases.Application, "moj", "031", cases.Length{Hours: 90 * time.Minute}},
		{cases.Application, "moj", "032", cases.Length{}}, {cases.Inquiry, "", "", cases.Length{}}} {
		rule, found := rules.For(row.kind, row.agency, row.service)
		require.Equal(t, row.want, rule.Resolution, fmt.Sprint(row))
		require.Equal(t, !row.want.IsZero(), found)
	}
	for text, says := range map[string]string{
		"": "empty", "rules: [{kind: x, resolution: 1d}]": "rules[0].kind", "rules: [{kind: appeal}]": "rules[0].resolution: it is needed",
		"rules: [{kind: appeal, resolution: soon}]": "rules[0].resolution", "rules: [{kind: appeal, resolution: 0d}]": "rules[0].resolution",
		"rules: [{kind: appeal, resolution: 1d}, {kind: appeal, resolution: 2d}]":                 "rules[1].kind",
		"rules: [{kind: appeal, resolution: 1d, escalate: [{do: shout}]}]":                        "rules[0].escalate[0]",
		"rules: [{kind: appeal, resolution: 1d, escalate: [{do: queue}]}]":                        "queue",
		"rules: [{kind: appeal, resolution: 1d, escalate: [{before: 1d, after: 1d, do: raise}]}]": "not both",
		"rules: [{kind: appeal, resolutions: 1d}]":                                                "resolutions",
	} {
		f, err := cases.ReadRules(strings.NewReader(text))
		if err == nil {
			_, err = f.Compile()
		}
		require.ErrorContains(t, errors.Join(err, errNone(err)), says, text)
	}
}

// errNone stands for the error that there should have been.
func errNone(err error) error {
	if err == nil {
		return errors.New("no error at all")
	}
	return nil
}
