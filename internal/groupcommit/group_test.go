package groupcommit

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
func ask(g *Group[string], all ...string) []error {
	answers := make([]error, len(all))
	var asking sync.WaitGroup
	for i, one := range all {
		asking.Go(func() { answers[i] = g.Do(context.Background(), one) })
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
		g := &Group[string]{Abreast: 1, Most: 4, Keys: func(s string) []string { return []string{s[:1]} }}
		g.Write = func(_ context.Context, batch []string) error {
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
		go func() { _ = g.Do(t.Context(), "first") }()
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
	g := &Group[string]{Abreast: 1, Most: 4, Write: func(context.Context, []string) error { written++; return fault.ErrUncertain }}
	g.settle([]request[string]{{t.Context(), "a", make(chan error, 1)}, {t.Context(), "b", make(chan error, 1)}})
	require.Equal(t, 1, written)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	stuck := make(chan struct{})
	g.Write = func(context.Context, []string) error { <-stuck; return nil }
	require.ErrorIs(t, g.Do(gone, "c"), fault.ErrUncertain)
	close(stuck)
}

// A batch has room for so much, and a request that is larger than the room is a batch of its own. Nobody is passed over for ever.
func TestABatchHasItsRoom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		waiting []string
		batches [][]string
	}{
		"as many as fit":           {[]string{"aa", "bb", "c", "d"}, [][]string{{"aa", "bb"}, {"c", "d"}}},
		"a small one passes":       {[]string{"aaa", "bb", "c"}, [][]string{{"aaa", "c"}, {"bb"}}},
		"a large one alone":        {[]string{"aaaaaa", "b"}, [][]string{{"aaaaaa"}, {"b"}}},
		"a large one in its turn":  {[]string{"a", "bbbbbb", "c"}, [][]string{{"a", "c"}, {"bbbbbb"}}},
		"the same key comes later": {[]string{"a", "aa", "b", "aa"}, [][]string{{"a", "b"}, {"aa"}, {"aa"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := &Group[string]{Most: 4, Size: func(s string) int { return len(s) }, Keys: func(s string) []string { return []string{s[:1]} }}
			for _, one := range c.waiting {
				g.waiting = append(g.waiting, request[string]{one: one})
			}
			var batches [][]string
			for batch := g.gather(); len(batch) > 0; batch = g.gather() {
				var ones []string
				for _, r := range batch {
					ones = append(ones, r.one)
				}
				batches = append(batches, ones)
			}
			require.Equal(t, c.batches, batches)
		})
	}
}
