package leases_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

func TestLeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	ctx, db := context.Background(), pgtest.New(t)
	acquire := func(holder string, lasting time.Duration) bool {
		got, err := db.AcquireLease(ctx, "voice:ast1", holder, lasting)
		require.NoError(t, err)
		return got
	}
	require.True(t, acquire("node-1", time.Minute))
	require.False(t, acquire("node-2", time.Minute))
	require.True(t, acquire("node-1", time.Minute), "its holder prolongs it")

	require.NoError(t, db.ReleaseLease(ctx, "voice:ast1", "node-2"))
	require.False(t, acquire("node-2", time.Minute), "only the holder gives it up")
	require.NoError(t, db.ReleaseLease(ctx, "voice:ast1", "node-1"))
	require.True(t, acquire("node-2", -time.Second))
	require.True(t, acquire("node-1", time.Minute), "it ran out")
}
