package acd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

func shifts(loads ...acd.Load) (day []acd.Shift) {
	for i, l := range loads {
		l.Handle, l.Target = 3*time.Minute, 20*time.Second
		day = append(day, acd.Shift{Begin: 9*time.Hour + time.Duration(i)*15*time.Minute, Load: l})
	}
	return day
}

// A day that stays the same is Erlang C's, once it has begun; what a quarter of an hour leaves waiting falls upon the next.
func TestADayIsSimulated(t *testing.T) {
	t.Parallel()
	steady := acd.Load{PerHour: 200, Agents: 13}
	same := make([]acd.Load, 20)
	for i := range same {
		same[i] = steady
	}
	came := acd.SimulateDay(shifts(same...), 1)
	inTarget, calls := 0.0, 0
	for _, c := range came[4:] { // at first nobody waits
		inTarget += c.InTarget * float64(c.Calls)
		calls += c.Calls
	}
	want := shifts(steady)[0].Load.ErlangC()
	t.Logf("%d calls: %.1f%% simulated, %.1f%% by Erlang C", calls, 100*inTarget/float64(calls), 100*want)
	require.InDelta(t, want, inTarget/float64(calls), 0.03)
	require.Equal(t, came, acd.SimulateDay(shifts(same...), 1))

	short := acd.Load{PerHour: 200, Agents: 5}
	came = acd.SimulateDay(shifts(steady, short, steady, steady), 1)
	require.Greater(t, came[0].InTarget, 0.9)
	require.Less(t, came[1].InTarget, 0.5)
	require.Less(t, came[2].InTarget, 0.3, "those of the quarter before are served first")
	require.Greater(t, came[3].MeanWait, came[0].MeanWait)
}

// However many call, a simulation ends soon: who calls while very many wait is not answered.
func TestASimulationIsBounded(t *testing.T) {
	t.Parallel()
	flood := acd.Load{PerHour: 100_000, Agents: 1}
	came := acd.SimulateDay(shifts(flood, flood), 1)
	require.Less(t, came[0].Calls+came[1].Calls, 50_000)
	require.Less(t, came[0].InTarget, 0.01)
	require.Less(t, came[0].LongestWait, 15*time.Hour)
}
