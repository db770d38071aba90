package acd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

func TestNobodyIsCalledAtNight(t *testing.T) {
	t.Parallel()
	h := acd.CallHours{From: 9 * time.Hour, Until: 20 * time.Hour}
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return parsed
	}
	for now, want := range map[string]string{
		"2026-11-28T08:59:59+05:00": "2026-11-28T09:00:00+05:00",
		"2026-11-28T09:00:00+05:00": "2026-11-28T09:00:00+05:00",
		"2026-11-28T19:59:59+05:00": "2026-11-28T19:59:59+05:00",
		"2026-11-28T20:00:00+05:00": "2026-11-29T09:00:00+05:00",
		"2026-11-28T23:30:00Z":      "2026-11-29T09:00:00+05:00", // the day has begun there
	} {
		require.True(t, at(want).Equal(h.Next(at(now))), now)
	}
}

// A callback waits for whoever comes, at day.
func TestACallbackWaits(t *testing.T) {
	t.Parallel()
	s := snapshot()
	s.Now = time.Date(2026, 11, 28, 19, 59, 0, 0, time.FixedZone("", 5*3600))
	w := waiting(1, 5)
	w.Callback = true
	s.Waiting, s.Staff = []acd.Waiting{w}, nil
	require.Empty(t, acd.Decide(s, time.Time{}).GiveUp, "nobody is there, and somebody will be")
	s.Agents = []acd.Candidate{idle(11, 1)}
	require.Len(t, acd.Decide(s, time.Time{}).Offers, 1)
	s.Now = s.Now.Add(time.Minute)
	require.Empty(t, acd.Decide(s, time.Time{}).Offers)
	w.Callback, s.Staff = false, []acd.Staff{staff(11, "ru")}
	s.Staff[0].ConnectedUntil = s.Now.Add(time.Second)
	s.Waiting = []acd.Waiting{w}
	require.Len(t, acd.Decide(s, time.Time{}).Offers, 1, "who is on the line may be answered at any hour")
}

// Whoever chooses a time has up to three full hours of one day, half an hour from now at the earliest, within the hours of calls and those of the queue.
func TestTimesFromWhichACallerChooses(t *testing.T) {
	t.Parallel()
	rules := acd.Rules{Calls: acd.CallHours{From: 9 * time.Hour, Until: 20 * time.Hour}, Hours: office(t)}
	for now, want := range map[string]string{
		"2026-11-30 10:05": "2026-11-30 11:00 12:00 14:00", // the office has lunch from one to two
		"2026-11-30 10:31": "2026-11-30 12:00 14:00 15:00",
		"2026-11-30 16:40": "2026-12-01 09:00 10:00 11:00",
		"2026-11-30 15:20": "2026-11-30 16:00 17:00",
		"2026-11-28 12:00": "2026-11-30 09:00 10:00 11:00", // a Saturday
	} {
		said := ""
		for _, at := range rules.CallTimes(in(t, now)) {
			if said == "" {
				said = at.Format("2006-01-02")
			}
			said += at.Format(" 15:04")
		}
		require.Equal(t, want, said, now)
	}
	require.Empty(t, acd.Rules{Calls: acd.CallHours{From: 24 * time.Hour, Until: 24 * time.Hour}}.CallTimes(in(t, "2026-11-30 10:05")))
}

// An agent may promise each half-hour of the hours of calls, two days of them within a week.
func TestTimesToPromise(t *testing.T) {
	t.Parallel()
	r := acd.DefaultRules
	r.Calls = acd.CallHours{From: 9 * time.Hour, Until: 10 * time.Hour}
	zone := time.FixedZone("", 5*60*60)
	times := r.PromiseTimes(time.Date(2026, 11, 28, 9, 10, 0, 0, zone))
	require.Len(t, times, 14, "half past nine, two times on each of six days, and nine o'clock of the seventh")
	var written []string
	for _, at := range times[:4] {
		written = append(written, at.Format("02 15:04"))
	}
	require.Equal(t, []string{"28 09:30", "29 09:00", "29 09:30", "30 09:00"}, written)
	r.Calls = acd.CallHours{Until: 24 * time.Hour}
	require.Len(t, r.PromiseTimes(time.Date(2026, 11, 28, 9, 10, 0, 0, zone)), 48)
}
