package lockout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestTenFailuresBlockForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	var s State
	for n := range Most {
		require.False(t, s.Blocked(noon), "after %d", n)
		s = s.Fail(noon)
	}
	require.True(t, s.Blocked(noon))
	require.True(t, s.Blocked(noon.Add(Block-time.Second)))
	after := noon.Add(Block)
	require.False(t, s.Blocked(after))
	require.True(t, s.Fail(after).Blocked(after), "the count was lowered by one")
	require.False(t, s.Fail(after.Add(Decay)).Blocked(after.Add(Decay)), "and by two")
	require.Equal(t, State{Since: after}, s.Succeed(after))
	require.Zero(t, s.At(noon.Add(24*time.Hour)).Failures)
}

// Whoever tries as often as the rule lets gets no more than ten guesses, and then one in each quarter of an hour.
func TestGuessesAreFew(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s State
		now, guesses := noon, 0
		for range rapid.IntRange(1, 400).Draw(t, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "seconds")) * time.Second)
			if s.Blocked(now) {
				continue
			}
			s = s.Fail(now)
			guesses++
		}
		require.LessOrEqual(t, guesses, Most+1+int(now.Sub(noon)/Decay))
	})
}

func TestABookCountsAgainstAll(t *testing.T) {
	t.Parallel()
	almost := State{Failures: Most - 1, Since: noon}
	b := Book{Way: OTP, States: map[string]State{Number("+77010000001"): {}, Citizen(7): almost}}
	until, blocked := b.Fail(noon)
	require.True(t, blocked)
	require.Equal(t, noon.Add(Block), until)
	require.Len(t, b.Changed, 2)
	b.Succeed(noon)
	_, blocked = b.Blocked(noon)
	require.False(t, blocked)
	require.Equal(t, []Way{PIN, TOTP, Operator, Office}, Others(OTP))
}
