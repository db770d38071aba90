package acd_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

// The values of a published table of Erlang C: 180 s a call, 20 s.
func TestErlangC(t *testing.T) {
	t.Parallel()
	load := acd.Load{PerHour: 200, Handle: 3 * time.Minute, Target: 20 * time.Second} // 10 Erlang
	for agents, want := range map[int]float64{10: 0, 11: 0.3895, 12: 0.6404, 13: 0.7954, 14: 0.8884, 15: 0.9414} {
		load.Agents = agents
		require.InDelta(t, want, load.ErlangC(), 0.0005, "%d agents", agents)
	}
	require.Equal(t, 14, load.Staff(0.8))
	require.Equal(t, 1, acd.Load{PerHour: 1, Handle: time.Second, Target: 20 * time.Second}.Staff(0.8))
}

// The policy itself, with nothing but random arrivals, serves as many in time as the formula says.
func TestThePolicyIsErlangC(t *testing.T) {
	t.Parallel()
	for _, load := range []acd.Load{
		{PerHour: 40, Handle: 3 * time.Minute, Agents: 3, Target: 20 * time.Second},
		{PerHour: 200, Handle: 3 * time.Minute, Agents: 12, Target: 20 * time.Second},
		{PerHour: 200, Handle: 3 * time.Minute, Agents: 14, Target: 20 * time.Second},
		{PerHour: 300, Handle: 5 * time.Minute, Agents: 29, Target: 20 * time.Second},
	} {
		got, want := acd.Simulate(load, 100_000, 1), load.ErlangC()
		t.Logf("%3.0f calls an hour of %v, %2d agents: %.1f%% within %v simulated, %.1f%% by Erlang C; occupancy %.1f%%", load.PerHour, load.Handle,
			load.Agents, 100*got.InTarget, load.Target, 100*want, 100*got.Occupancy)
		require.InDelta(t, want, got.InTarget, 0.02)
		require.InDelta(t, load.Erlangs()/float64(load.Agents), got.Occupancy, 0.02)
		require.Equal(t, got, acd.Simulate(load, 100_000, 1))
	}
}
