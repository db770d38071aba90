package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func hours(n int) time.Time {
	return time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

func TestWhatIsDue(t *testing.T) {
	t.Parallel()
	now := hours(100).Add(20 * time.Minute)
	for name, row := range map[string]struct {
		begin time.Time
		mark  Mark
		open  []time.Time
		want  []Span
	}{
		"up to date":             {time.Time{}, Mark{hours(100), hours(52)}, nil, []Span{{hours(98), hours(101)}}},
		"an hour has become old": {time.Time{}, Mark{hours(99), hours(51)}, nil, []Span{{hours(51), hours(52)}, {hours(98), hours(101)}}},
		"something was open":     {time.Time{}, Mark{hours(100), hours(52)}, []time.Time{hours(7)}, []Span{{hours(7), hours(8)}, {hours(98), hours(101)}}},
		"away for ten hours":     {time.Time{}, Mark{hours(90), hours(42)}, nil, []Span{{hours(42), hours(52)}, {hours(90), hours(101)}}},
		"never counted":          {time.Time{}, Mark{hours(60), hours(60)}, nil, []Span{{hours(60), hours(84)}, {hours(84), hours(101)}}},
		"the ledger is shorter":  {hours(80), Mark{hours(10), hours(10)}, []time.Time{hours(7)}, []Span{{hours(80), hours(101)}}},
	} {
		require.Equal(t, row.want, Ledger{Settles: settling}.Due(now, row.begin, row.mark, row.open), name)
	}
}

// Whatever the time between runs, and wherever a run is cut short: each hour is counted while it lasts or later, and once more when it is
// as old as it settles.
func TestEachHourIsCountedAndCountedOnceMore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := Ledger{Settles: rapid.SampledFrom([]time.Duration{settling, returning}).Draw(t, "settles")}
		begin := hours(0)
		mark := Mark{begin, begin}
		last := map[time.Time]time.Time{} // when an hour was counted last
		now := begin.Add(30 * time.Minute)
		for range rapid.IntRange(1, 30).Draw(t, "runs") {
			now = now.Add(time.Duration(rapid.IntRange(1, 60*60).Draw(t, "minutes")) * time.Minute)
			due := l.Due(now, begin, mark, nil)
			whole := rapid.Bool().Draw(t, "whole")
			if !whole {
				due = due[:rapid.IntRange(0, len(due)).Draw(t, "cut")]
			}
			for _, span := range due {
				if span.To.Sub(span.From) > mostAtOnce {
					t.Fatalf("%v is too long", span)
				}
				for at := span.From; at.Before(span.To); at = at.Add(time.Hour) {
					last[at] = now
				}
				mark = l.After(mark, span, now)
			}
			for at := begin; at.Before(mark.Through); at = at.Add(time.Hour) {
				if last[at].Before(at.Add(time.Hour)) && at.Add(recent).Before(mark.Through) {
					t.Fatalf("%v was counted while it lasted, and never after", at)
				}
			}
			for at := begin; at.Before(mark.Settled); at = at.Add(time.Hour) {
				if last[at].Sub(at) < l.Settles {
					t.Fatalf("%v is said to be settled, and was counted %v after it began", at, last[at].Sub(at))
				}
			}
			if whole && (!mark.Through.Equal(now.Truncate(time.Hour)) || mark.Settled.Before(now.Truncate(time.Hour).Add(-l.Settles))) {
				t.Fatalf("a whole run at %v left %v", now, mark)
			}
		}
	})
}
