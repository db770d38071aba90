package agentdesk

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each page is looked after once in a poll, few at once and many in equal parts.
func TestAPollLooksAfterEachPageOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 500, 501, 10_000, 20_017} {
		rest := make([]*session, n)
		for i := range rest {
			rest[i] = &session{}
		}
		seen, largest := map[*session]bool{}, 0
		for part := range pollParts {
			var now []*session
			now, rest = firstPart(rest, (part+1)%pollParts)
			largest = max(largest, len(now))
			for _, s := range now {
				require.False(t, seen[s])
				seen[s] = true
			}
		}
		require.Empty(t, rest)
		require.Len(t, seen, n)
		require.LessOrEqual(t, largest, max(leastPart, n/pollParts+1))
	}
}
