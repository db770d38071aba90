package acd_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
)

// A queue that is simulated: arrivals by Poisson at a little more than what the agents can serve, service times by an exponential
// distribution, first come first served. Whoever arrives is told a range, and then waits.
func TestTheExpectedWaitIsHonest(t *testing.T) {
	t.Parallel()
	for _, agents := range []int{2, 8, 30} {
		random := rand.New(rand.NewPCG(1, uint64(agents)))
		const service = 4 * time.Minute
		draw := func(mean time.Duration) time.Duration { return time.Duration(random.ExpFloat64() * float64(mean)) }
		free := make([]time.Time, agents) // when each agent is free again
		now := noon
		var takes []acd.Take // by when they were taken, in the order of asking
		told, kept, asked := 0, 0, 0
		var width time.Duration
		for range 4000 {
			now = now.Add(draw(service / time.Duration(agents) * 95 / 100))
			first := 0
			for i := range free {
				if free[i].Before(free[first]) {
					first = i
				}
			}
			taken := now
			if free[first].After(now) {
				taken = free[first]
			}
			free[first] = taken.Add(draw(service))
			if taken.After(now) { // the caller waits, and is told
				var history []acd.Take
				place := 1
				for _, take := range takes[max(0, len(takes)-400):] {
					if take.TakenAt.After(now) {
						place++
					} else if now.Sub(take.TakenAt) < acd.TakesWithin {
						history = append(history, take)
					}
				}
				history = history[max(0, len(history)-acd.MostTakes):]
				asked++
				if span, ok := acd.ExpectedWait(history, place, now); ok {
					told++
					width += span.To - span.From
					if wait := taken.Sub(now); wait >= span.From && wait <= span.To {
						kept++
					}
				}
			}
			takes = append(takes, acd.Take{QueuedAt: now, TakenAt: taken})
			if taken.Sub(now) > 40*time.Minute { // the crowd goes home: no queue grows for ever
				for i := range free {
					free[i] = now
				}
			}
		}
		require.Positive(t, told, "%d agents", agents)
		share := float64(kept) / float64(told)
		t.Logf("%d agents: %d of %d who waited were told a range, %.1f min wide on average; %.1f%% waited within it", agents, told, asked,
			(width / time.Duration(told)).Minutes(), 100*share)
		require.GreaterOrEqual(t, share, 0.75, "%d agents: of the ranges that were told, so many held", agents)
	}
}

func TestNoWaitIsToldThatIsNotKnown(t *testing.T) {
	t.Parallel()
	steady := func(n int) (takes []acd.Take) { // one a minute, each of which had waited
		for i := range n {
			at := noon.Add(-time.Duration(i) * time.Minute)
			takes = append(takes, acd.Take{QueuedAt: at.Add(-10 * time.Minute), TakenAt: at})
		}
		return takes
	}
	span, ok := acd.ExpectedWait(steady(13), 4, noon)
	require.True(t, ok)
	require.Equal(t, acd.Span{From: 4 * time.Minute, To: 5 * time.Minute}, span)
	_, ok = acd.ExpectedWait(nil, 4, noon)
	require.False(t, ok, "a cold start")
	_, ok = acd.ExpectedWait(steady(12), 4, noon)
	require.False(t, ok, "eleven intervals are too few")
	_, ok = acd.ExpectedWait(steady(13), 4, noon.Add(21*time.Minute))
	require.False(t, ok, "the queue stands still")
	_, ok = acd.ExpectedWait(steady(13), 70, noon)
	require.False(t, ok, "it is longer than can be told")
	idle := steady(40)
	for i := range idle {
		idle[i].QueuedAt = idle[i].TakenAt
	}
	_, ok = acd.ExpectedWait(idle, 1, noon)
	require.False(t, ok, "nobody waited: how fast agents could serve is not known")
}
