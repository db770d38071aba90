package group

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
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

// Each entry hears of its own commit only: of one that may be in force, or of one that is not.
func TestAnUncertainCommitIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	bad, uncertain := errors.New("bad"), fmt.Errorf("commit: %w", fault.ErrUncertain)
	for name, c := range map[string]struct {
		writes []error // what comes of each; the rest is bad
		want   string  // of each entry: u(ncertain), b(ad), or kept
	}{
		"the batch":                 {[]error{uncertain}, "uuuuuu"},
		"an entry alone":            {[]error{bad, nil, uncertain, nil, nil, nil, nil}, ".u...."},
		"the last before giving up": {[]error{bad, bad, bad, uncertain}, "bbubbb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			heard, n := "", 0
			g := New(100, func(context.Context, []int) error {
				n++
				if n > len(c.writes) {
					return bad
				}
				return c.writes[n-1]
			}, func(batch []int, err error) {
				letter := "."
				switch {
				case errors.Is(err, fault.ErrUncertain):
					letter = "u"
				case err != nil:
					letter = "b"
				}
				heard += strings.Repeat(letter, len(batch))
			})
			g.Commit(t.Context(), make([]int, len(c.want)))
			require.Equal(t, c.want, heard)
			require.Len(t, c.writes, n)
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
