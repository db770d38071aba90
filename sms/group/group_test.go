package group

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestABadEntrySpoilsOnlyItself(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bad    map[int]bool
		failed []int
		writes int
	}{
		"none":              {nil, nil, 1},
		"one":               {map[int]bool{3: true}, []int{3}, 11},
		"three, not in row": {map[int]bool{1: true, 3: true, 5: true}, []int{1, 3, 5}, 11},
		"all":               {map[int]bool{0: true, 1: true, 2: true, 3: true}, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			writes := 0
			var settled, failed []int
			g := New(100, func(_ context.Context, batch []int) error {
				writes++
				for _, n := range batch {
					if c.bad[n] {
						return errors.New("bad")
					}
				}
				return nil
			}, func(batch []int, err error) {
				settled = append(settled, batch...)
				if err != nil {
					failed = append(failed, batch...)
				}
			})
			for n := range 10 {
				require.True(t, g.Offer(n))
			}
			g.Rest(t.Context())
			require.Equal(t, "[0 1 2 3 4 5 6 7 8 9]", fmt.Sprint(settled), "every entry once, in order")
			require.Equal(t, c.failed, failed)
			require.Equal(t, c.writes, writes)
		})
	}
}

func TestTooManyAreRefused(t *testing.T) {
	t.Parallel()
	g := New(2*Limit, func(context.Context, []int) error { return nil }, func([]int, error) {})
	for n := range 2 * Limit {
		require.True(t, g.Offer(n))
	}
	require.False(t, g.Offer(0))
	require.Len(t, g.Gather(<-g.Waiting), Limit)
	g.Limit = 3
	require.Len(t, g.Gather(<-g.Waiting), 3)
}
