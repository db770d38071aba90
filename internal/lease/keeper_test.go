package lease_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/lease"
)

// table keeps leases as the store does, in memory: the rules of Postgres' statement, which has tests of its own, on the test's clock.
type table struct {
	mu      sync.Mutex
	held    lease.Lease
	expires time.Time
	away    error
	hangs   bool // it does not answer at all
}

func (t *table) AcquireLease(ctx context.Context, l lease.Lease, lasting time.Duration) (int64, bool, lease.Lease, error) {
	t.mu.Lock()
	if t.hangs {
		t.mu.Unlock()
		<-ctx.Done()
		return 0, false, lease.Lease{}, ctx.Err()
	}
	defer t.mu.Unlock()
	if t.away != nil {
		return 0, false, lease.Lease{}, t.away
	}
	free := l.Fence == 0 && (t.held.Holder == l.Holder || t.expires.Before(time.Now()))
	if t.held.Instance != l.Instance && !free {
		return 0, false, t.held, nil
	}
	fence := t.held.Fence
	if t.held.Instance != l.Instance {
		fence++
	}
	t.held, t.expires = l, time.Now().Add(lasting)
	t.held.Fence = fence
	return fence, true, t.held, nil
}

func (t *table) ReleaseLease(_ context.Context, l lease.Lease) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held.Instance == l.Instance {
		t.expires = time.Time{}
	}
	return nil
}

// A holder whose store is away, or does not answer, stops before the lease can have run out, by its own clock.
func TestAHolderStopsBeforeItsLeaseRunsOut(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*table){
		"away": func(s *table) { s.away = errors.New("away") }, "does not answer": func(s *table) { s.hangs = true },
	} {
		t.Run(name, func(t *testing.T) { stopsInTime(t, fail) })
	}
}

func stopsInTime(t *testing.T, fail func(*table)) {
	synctest.Test(t, func(t *testing.T) {
		store := &table{}
		ctx, stop := context.WithCancel(t.Context())
		var stopped time.Time
		ran := make(chan error, 1)
		go func() {
			ran <- lease.NewKeeper(store, "voice:ast1", "node-1", zerolog.Nop()).Run(ctx, func(serving context.Context, l lease.Lease) {
				<-serving.Done()
				if stopped.IsZero() && errors.Is(context.Cause(serving), lease.ErrFenced) {
					stopped = time.Now()
				}
			})
		}()
		time.Sleep(lease.Renew + time.Second)
		store.mu.Lock()
		fail(store)
		expires := store.expires
		store.mu.Unlock()
		time.Sleep(2 * lease.Length)
		synctest.Wait()
		require.False(t, stopped.IsZero())
		require.True(t, stopped.Before(expires), "%v is not before %v", stopped, expires)
		stop()
		require.NoError(t, <-ran)
	})
}

// Of two processes under one name the first, whose lease the second has taken, ends for good.
func TestANamesakeEndsTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &table{}
		serve := func(serving context.Context, _ lease.Lease) { <-serving.Done() }
		ctx, stop := context.WithCancel(t.Context())
		first, second := make(chan error, 1), make(chan error, 1)
		go func() { first <- lease.NewKeeper(store, "acd", "node-1", zerolog.Nop()).Run(ctx, serve) }()
		time.Sleep(time.Second)
		go func() { second <- lease.NewKeeper(store, "acd", "node-1", zerolog.Nop()).Run(ctx, serve) }()
		require.ErrorIs(t, <-first, lease.ErrNamesake)
		time.Sleep(time.Minute)
		require.Empty(t, second)
		stop()
		require.NoError(t, <-second)
	})
}

// The next holder comes with a higher fence, and one that gives its lease up leaves the first try to another.
func TestTheNextHolderHasAHigherFence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &table{}
		ctx, stop := context.WithCancel(t.Context())
		fences := make(chan lease.Lease, 10)
		var ended sync.WaitGroup
		for _, node := range []string{"node-1", "node-2"} {
			ended.Go(func() {
				_ = lease.NewKeeper(store, "voice:ast1", node, zerolog.Nop()).Run(ctx, func(serving context.Context, l lease.Lease) {
					fences <- l
					if node == "node-2" {
						<-serving.Done()
					}
				})
			})
			time.Sleep(time.Second)
		}
		time.Sleep(time.Minute)
		stop()
		ended.Wait()
		one, two := <-fences, <-fences
		require.Equal(t, "node-1", one.Holder)
		require.Equal(t, "node-2", two.Holder)
		require.Greater(t, two.Fence, one.Fence)
	})
}
