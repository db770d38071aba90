package cache_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/cache"
)

// A hint renews the value at once; what cannot be read leaves the one before.
func TestAHintRenewsTheValue(t *testing.T) {
	t.Parallel()
	hints := make(chan struct{})
	values := make(chan int, 1) // empty: it cannot be read
	c := cache.New("number", new(int), func(context.Context) (*int, error) {
		select {
		case n := <-values:
			return &n, nil
		default:
			return nil, errors.New("away")
		}
	}, hints, zerolog.Nop())
	renewed := make(chan int, 1)
	c.Renewed = func(_ context.Context, n *int) { renewed <- *n }
	require.Zero(t, *c.Newest())
	require.ErrorContains(t, c.Fill(t.Context()), "away")
	values <- 1
	require.NoError(t, c.Fill(t.Context()))
	require.Equal(t, 1, <-renewed)

	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- c.Run(ctx) }()
	hints <- struct{}{} // it fails
	values <- 2
	hints <- struct{}{}
	select {
	case n := <-renewed:
		require.Equal(t, 2, n)
	case <-time.After(10 * time.Second):
		require.Fail(t, "a hint renews nothing")
	}
	require.Equal(t, 2, *c.Newest())
	stop()
	require.NoError(t, <-ended)
}
