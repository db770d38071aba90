package leases_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/lease"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

func TestLeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	ctx, db := t.Context(), pgtest.New(t)
	acquire := func(l lease.Lease, lasting time.Duration) (int64, bool) {
		fence, held, holder, err := db.AcquireLease(ctx, l, lasting)
		require.NoError(t, err)
		if !held {
			require.NotEqual(t, l.Instance, holder.Instance)
		}
		return fence, held
	}
	must := func(want bool) func(int64, bool) int64 {
		return func(fence int64, held bool) int64 {
			t.Helper()
			require.Equal(t, want, held)
			return fence
		}
	}
	one := lease.Lease{Name: "voice:ast1", Holder: "node-1", Instance: "a"}
	two := lease.Lease{Name: "voice:ast1", Holder: "node-2", Instance: "b"}
	one.Fence = must(true)(acquire(one, time.Minute))
	must(false)(acquire(two, time.Minute))
	require.Equal(t, one.Fence, must(true)(acquire(one, time.Minute)), "its holder prolongs it")

	require.NoError(t, db.ReleaseLease(ctx, two))
	must(false)(acquire(two, time.Minute))
	require.NoError(t, db.ReleaseLease(ctx, one))
	two.Fence = must(true)(acquire(two, -time.Second))
	require.Greater(t, two.Fence, one.Fence)
	owned := func(l lease.Lease) error {
		return db.Do(ctx, func(w *store.Work) error { return w.Owned(ctx, l) })
	}
	require.NoError(t, owned(two), "it has lapsed, and nobody has taken it")
	require.ErrorIs(t, owned(one), lease.ErrFenced)

	// A node that restarts follows itself at once; the process before it can no longer prolong.
	again := lease.Lease{Name: "voice:ast1", Holder: "node-2", Instance: "c"}
	must(true)(acquire(two, time.Minute))
	again.Fence = must(true)(acquire(again, time.Minute))
	require.Greater(t, again.Fence, two.Fence)
	must(false)(acquire(two, time.Minute))
	require.ErrorIs(t, owned(two), lease.ErrFenced)
	require.NoError(t, owned(again))
}
