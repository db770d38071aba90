package identity

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
)

// ask has all done at once, and gives what came of each.
func ask(g *together[string], all ...string) []error {
	answers := make([]error, len(all))
	var asking sync.WaitGroup
	for i, one := range all {
		asking.Go(func() { answers[i] = g.do(context.Background(), one) })
	}
	asking.Wait()
	return answers
}

// What comes while a batch is written is the next one; a bad one spoils only itself, and no two with one key share a batch.
func TestWhatComesTogetherIsDoneTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		poison := errors.New("poison")
		release := make(chan struct{})
		var mu sync.Mutex
		var batches [][]string
		g := &together[string]{abreast: 1, most: 4, key: func(s string) string { return s[:1] }}
		g.write = func(_ context.Context, batch []string) error {
			mu.Lock()
			batches = append(batches, batch)
			mu.Unlock()
			if batch[0] == "first" {
				<-release
			}
			for _, one := range batch {
				if one == "poison" {
					return poison
				}
			}
			return nil
		}
		go func() { _ = g.do(t.Context(), "first") }()
		synctest.Wait()
		go func() {
			answers := ask(g, "a1", "a2", "b", "poison", "c", "d")
			require.Equal(t, []error{nil, nil, nil, poison, nil, nil}, answers)
		}()
		synctest.Wait()
		require.Len(t, batches, 1, "the rest waits for the first")
		close(release)
		synctest.Wait()
		all := map[string]int{}
		for _, batch := range batches {
			require.LessOrEqual(t, len(batch), 4)
			keys := map[string]bool{}
			for _, one := range batch {
				require.False(t, keys[one[:1]], "%v", batch)
				keys[one[:1]] = true
				all[one]++
			}
		}
		require.Equal(t, 2, all["poison"], "with the others, and alone")
		require.Zero(t, g.running)
		require.Empty(t, g.waiting)
	})
}

// Of a batch whose commit may be in force nothing is done again, and who has gone is told that nobody knows.
func TestWhatMayBeInForceIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	written := 0
	g := &together[string]{abreast: 1, most: 4, write: func(context.Context, []string) error { written++; return fault.ErrUncertain }}
	g.settle([]asked[string]{{t.Context(), "a", make(chan error, 1)}, {t.Context(), "b", make(chan error, 1)}})
	require.Equal(t, 1, written)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	stuck := make(chan struct{})
	g.write = func(context.Context, []string) error { <-stuck; return nil }
	require.ErrorIs(t, g.do(gone, "c"), fault.ErrUncertain)
	close(stuck)
}
