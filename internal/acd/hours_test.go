package acd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/acd"
	"okno/internal/calendar"
	"okno/internal/contact"
)

// office is a calendar without 2028: a break at noon, 16 December off, 31 December 2026 an hour shorter.
func office(t testing.TB) *calendar.Calendar {
	t.Helper()
	work := []string{"09:00-13:00", "14:00-18:00"}
	c, err := calendar.Entry{Zone: "Asia/Almaty", Week: map[string][]string{"mon": work, "tue": work, "wed": work, "thu": work, "fri": work},
		Years: map[int]calendar.YearEntry{2026: {Off: []string{"2026-12-16"}, Short: map[string]string{"2026-12-31": "1h"}},
			2027: {Off: []string{"2027-01-01/2027-01-04"}}}}.Calendar("office")
	require.NoError(t, err)
	return &c
}

func in(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateTime+"-07:00", s+":00+05:00")
	require.NoError(t, err)
	return at
}

func TestAQueueIsOpenWithinItsHours(t *testing.T) {
	t.Parallel()
	r := acd.DefaultRules
	r.Hours = office(t)
	for now, opens := range map[string]string{
		"2026-11-27 12:59": "",
		"2026-11-27 13:00": "2026-11-27 14:00", // a break
		"2026-11-27 18:00": "2026-11-30 09:00", // a Friday
		"2026-11-30 08:59": "2026-11-30 09:00",
		"2026-11-30 09:00": "",
		"2026-12-15 18:00": "2026-12-17 09:00", // a holiday between
		"2026-12-31 16:59": "",
		"2026-12-31 17:00": "2027-01-05 09:00", // a short day, and the holidays of another year
		"2027-12-31 18:00": "2028-01-03 09:00", // a year that is missing has no holidays
		"2028-12-18 12:00": "",
		"2030-01-01 12:00": "",
	} {
		at, ok := r.Opens(in(t, now))
		require.True(t, ok, now)
		require.Equal(t, opens == "", r.Open(in(t, now)), now)
		if opens != "" {
			require.True(t, at.Equal(in(t, opens)), "%s: %s", now, at)
			require.Equal(t, "Asia/Almaty", at.Location().String())
		}
	}
	require.True(t, acd.DefaultRules.Open(in(t, "2026-11-29 03:00")), "a queue without a calendar is always open")
	never := *r.Hours
	never.Week = [7][]calendar.Span{}
	r.Hours = &never
	_, ok := r.Opens(in(t, "2026-11-30 09:00"))
	require.False(t, ok)
}

func TestAdmissionByHours(t *testing.T) {
	t.Parallel()
	r := acd.Rules{MostWaiting: 3, Hours: office(t)}
	never := acd.Rules{Hours: &calendar.Calendar{Zone: time.UTC, Years: map[int]calendar.Year{}}}
	open, over := in(t, "2026-11-27 12:00"), in(t, "2026-11-28 12:00")
	for _, row := range []struct {
		rules       acd.Rules
		stand       acd.Standing
		want, later contact.Admission
	}{
		{r, acd.Standing{Now: open, OnDuty: true}, contact.Joined, contact.Joined},
		{r, acd.Standing{Now: open}, contact.Closed, contact.Closed},
		{r, acd.Standing{Now: over, OnDuty: true}, contact.AfterHours, contact.Joined},
		{r, acd.Standing{Now: over}, contact.AfterHours, contact.Joined},
		{r, acd.Standing{Now: over, Waiting: 3}, contact.AfterHours, contact.Busy},
		{never, acd.Standing{Now: open, OnDuty: true}, contact.Closed, contact.Closed},
	} {
		require.Equal(t, row.want, row.rules.Admit(row.stand), "%+v", row.stand)
		require.Equal(t, row.later, row.rules.AdmitLater(row.stand), "%+v", row.stand)
	}
}

func TestACallbackWaitsForTheQueueToOpen(t *testing.T) {
	t.Parallel()
	r := acd.DefaultRules
	r.Hours = office(t)
	require.True(t, in(t, "2026-11-30 09:00").Equal(r.NextCall(in(t, "2026-11-27 18:30"))), "the queue is closed, citizens might be called")
	r.Calls.From = 10 * time.Hour
	require.True(t, in(t, "2026-11-30 10:00").Equal(r.NextCall(in(t, "2026-11-27 18:30"))), "the queue is open before")
	r.Calls = acd.CallHours{From: 13 * time.Hour, Until: 14 * time.Hour}
	require.True(t, in(t, "2026-11-28 13:00").Equal(r.NextCall(in(t, "2026-11-27 18:30"))), "the two never meet")

	s := snapshot()
	s.Now = in(t, "2026-11-27 18:30")
	r.Calls = acd.DefaultRules.Calls
	s.Queues["general"] = r
	w := waiting(1, 5)
	w.Callback = true
	s.Waiting, s.Agents = []acd.Waiting{w}, []acd.Candidate{idle(11, 1)}
	require.Empty(t, acd.Decide(s, time.Time{}).Offers)
	s.Now = in(t, "2026-11-30 09:00")
	require.Len(t, acd.Decide(s, time.Time{}).Offers, 1)
}

// Those who wait when the queue closes are served to the end, or told, as the queue has it.
func TestAtClosing(t *testing.T) {
	t.Parallel()
	s := snapshot()
	r := acd.DefaultRules
	r.Hours = office(t)
	promised, callback := waiting(2, 900), waiting(3, 5)
	promised.Promised, callback.Callback = true, true
	s.Waiting = []acd.Waiting{waiting(1, 5), promised, callback}
	decide := func(at string, closing acd.AtClosing) acd.Decision {
		r.AtClosing = closing
		s.Queues["general"], s.Now = r, in(t, at)
		s.Staff[0].ConnectedUntil = s.Now.Add(time.Second)
		s.Agents = []acd.Candidate{idle(11, 1)}
		return acd.Decide(s, time.Time{})
	}
	require.Len(t, decide("2026-11-27 17:59", acd.Tell).Offers, 1)
	require.Len(t, decide("2026-11-27 18:00", acd.Serve).Offers, 1, "to the end")
	d := decide("2026-11-27 18:00", acd.Tell)
	require.Empty(t, d.Offers)
	require.ElementsMatch(t, []int64{1, 2}, d.GiveUp, "whoever is to be called back waits for the queue to open")
	require.Empty(t, acd.Decide(s, s.Now.Add(time.Second)).GiveUp, "the store was away")

	s.Staff = nil
	require.Equal(t, []int64{1}, acd.Decide(func() acd.Snapshot { s := s; s.Now = in(t, "2026-11-30 09:00"); return s }(), time.Time{}).GiveUp,
		"a promise is kept, though nobody is there yet")
}

// At whatever time: a queue opens at once or later, is open then and not a moment before, and calls citizens back only while it is open.
func TestHoursKeepTheirRules(t *testing.T) {
	t.Parallel()
	r := acd.DefaultRules
	r.Hours = office(t)
	begins := in(t, "2025-12-20 00:00")
	rapid.Check(t, func(t *rapid.T) {
		at := begins.Add(time.Duration(rapid.IntRange(0, 4*366*24*60).Draw(t, "minutes")) * time.Minute)
		opens, ok := r.Opens(at)
		if !ok || opens.Before(at) || !r.Open(opens) || opens.Sub(at) > 8*24*time.Hour {
			t.Fatalf("at %s it opens at %s", at, opens)
		}
		if opens.After(at) && (r.Open(at) || r.Open(opens.Add(-time.Minute))) {
			t.Fatalf("at %s it is open before %s", at, opens)
		}
		if call := r.NextCall(at); !r.Open(call) || call.Before(at) || !r.Calls.Next(call).Equal(call) {
			t.Fatalf("at %s a citizen is called at %s", at, call)
		}
	})
}
