package agentdesk

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Whatever was there before an errand is begun is done, by one goroutine at a time, and nothing is done once it has ended.
func TestAnErrandMissesNothing(t *testing.T) {
	t.Parallel()
	const workers, each = 8, 1000
	var queued, done, inside atomic.Int64
	var e errand
	e.do = func() {
		if inside.Add(1) != 1 {
			t.Error("two at a time")
		}
		done.Add(queued.Swap(0))
		inside.Add(-1)
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				queued.Add(1)
				e.begin()
			}
		})
	}
	all.Wait()
	require.Eventually(t, func() bool { return done.Load() == workers*each }, 10*time.Second, time.Millisecond)
	e.end()
	queued.Add(1)
	e.begin()
	e.end()
	require.EqualValues(t, workers*each, done.Load(), "after its end")
}
