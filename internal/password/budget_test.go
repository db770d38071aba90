package password_test

import (
	"context"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/password"
)

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64() + sample[1].Value.Uint64() + sample[2].Value.Uint64()
}

// Not parallel: it looks at the memory of the process.
func TestTwoHundredLoginsAtOnceStayWithinTheBudget(t *testing.T) {
	hash, err := password.Hash("correct horse")
	require.NoError(t, err)
	b := password.NewBudget()
	var work sync.WaitGroup
	var mu sync.Mutex
	checked, busy := 0, 0
	start := make(chan struct{})
	for range 200 {
		work.Go(func() {
			<-start
			matches, err := b.Matches(t.Context(), hash, "correct horse")
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				require.ErrorIs(t, err, password.ErrBusy)
				require.Equal(t, fault.Unavailable, fault.KindOf(err))
				busy++
				return
			}
			require.True(t, matches)
			checked++
		})
	}
	ended := make(chan struct{})
	go func() { defer close(ended); work.Wait() }()
	close(start)
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	most := uint64(0)
	for running := true; running; {
		select {
		case <-ended:
			running = false
		case <-poll.C:
			most = max(most, heap())
		}
	}
	require.Positive(t, checked)
	require.Positive(t, busy, "what is beyond the queue is told to come again")
	require.Less(t, most, uint64(256<<20), "200 at once took 3.7 GB")
	require.Eventually(t, func() bool { return heap() < 64<<20 }, 20*time.Second, 50*time.Millisecond, "the memory goes back")
	matches, err := b.Matches(t.Context(), hash, "correct horsf")
	require.NoError(t, err)
	require.False(t, matches)
}

func TestWhoeverGivesUpDoesNotHoldTheBudget(t *testing.T) {
	t.Parallel()
	b := password.NewBudget()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		_, _ = b.Matches(ctx, "", "x")
	}
	_, err := b.Matches(t.Context(), "", "x")
	require.NoError(t, err)
}

func TestAHashOfAnyCostCannotTakeTheProcess(t *testing.T) {
	t.Parallel()
	for _, cost := range []string{"m=4194304,t=2,p=1", "m=19456,t=0,p=1", "m=19456,t=2,p=0", "m=19456,t=4000000,p=1", "m=19456,t=2,p=255"} {
		require.False(t, password.Matches("$argon2id$v=19$"+cost+"$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", "x"), cost)
	}
}
