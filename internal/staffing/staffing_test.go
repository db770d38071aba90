package staffing_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/report"
	"okno/internal/staffing"
)

// week has the same in each week: by the minute of the day, how many calls came, and how many of them were handled, in 3 minutes each.
type week map[int][2]int64

func (w week) Quarters(_ context.Context, span report.Span, q report.Quarters) (found []report.Quarter, err error) {
	if q.Queue != "general" || q.Channel != "voice" {
		return nil, errors.New("of another queue")
	}
	for minute, n := range w {
		found = append(found, report.Quarter{Queue: q.Queue, Begin: span.From.Add(time.Duration(minute) * time.Minute),
			Counts: report.Counts{"offered": n[0], "handled": n[1], "talk": n[1] * 150_000, "wrap_up": n[1] * 30_000}})
	}
	return found, nil
}

func plan(t *testing.T, w week, change func(*staffing.Question)) []string {
	t.Helper()
	zone, err := report.Zone("Asia/Almaty")
	require.NoError(t, err)
	q := staffing.Question{Queue: "general", Day: time.Date(2026, 11, 30, 0, 0, 0, 0, zone), Weeks: 2, Share: 0.8, Target: 20 * time.Second}
	change(&q)
	quarters, err := staffing.Answer(t.Context(), w, q)
	require.NoError(t, err)
	var said []string
	for _, p := range quarters {
		said = append(said, fmt.Sprintf("%s %.1f %v %d/%d %.1f%%", p.Clock(), p.Calls(), p.Load.Handle, p.Load.Agents, p.Needed, 100*p.Load.ErlangC()))
	}
	return said
}

func TestEachQuarterIsStaffed(t *testing.T) {
	t.Parallel()
	w := week{9 * 60: {50, 50}, 9*60 + 15: {5, 5}, 9*60 + 45: {1, 0}, 23 * 60: {1, 0}, 12 * 60: {0, 0}}
	require.Equal(t, []string{"09:00 50.0 3m0s 14/14 88.8%", "09:15 5.0 3m0s 3/3 92.7%", "09:45 1.0 3m0s 1/1 81.7%", "23:00 1.0 3m0s 1/1 81.7%"},
		plan(t, w, func(*staffing.Question) {}), "what a call takes is the hour's, or the day's")
	require.Equal(t, []string{"09:00 100.0 3m0s 14/24 0.0%", "09:15 10.0 3m0s 14/4 100.0%", "09:45 2.0 3m0s 14/2 100.0%", "23:00 2.0 3m0s 14/2 100.0%"},
		plan(t, w, func(q *staffing.Question) { q.Calls, q.Agents = 2, 14 }), "twice the calls, and 14 operators")
	require.Equal(t, "09:00 50.0 6m0s", plan(t, w, func(q *staffing.Question) { q.Handle = 6 * time.Minute })[0][:15])
	require.Empty(t, plan(t, week{9 * 60: {5, 0}}, func(*staffing.Question) {}), "nobody knows what a call takes")
}

func TestAQuestionIsChecked(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*staffing.Question){
		"weeks": func(q *staffing.Question) { q.Weeks = 53 }, "share": func(q *staffing.Question) { q.Share = 1 },
		"target": func(q *staffing.Question) { q.Target = -1 }, "calls": func(q *staffing.Question) { q.Calls = 11 },
		"handle": func(q *staffing.Question) { q.Handle = 5 * time.Hour }, "agents": func(q *staffing.Question) { q.Agents = -1 },
	} {
		q := staffing.Question{Weeks: 4, Share: 0.8, Target: 20 * time.Second}
		require.NoError(t, q.Check())
		change(&q)
		var said *fault.Error
		require.True(t, errors.As(q.Check(), &said), field)
		require.Equal(t, field, said.Field)
	}
}
