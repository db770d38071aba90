package otp

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPumped(t *testing.T) {
	t.Parallel()
	usual := Tally{Sent: 1000, Verified: 800}
	for name, c := range map[string]struct {
		past, recent Tally
		want         bool
	}{
		"nobody types them in":            {usual, Tally{Sent: 60}, true},
		"half of the usual":               {usual, Tally{Sent: 100, Verified: 40}, false},
		"a quarter of the usual":          {usual, Tally{Sent: 100, Verified: 20}, true},
		"too few to tell":                 {usual, Tally{Sent: 29}, false},
		"a client that is new":            {Tally{}, Tally{Sent: 100, Verified: 20}, false},
		"a new client that is pumped":     {Tally{}, Tally{Sent: 200, Verified: 2}, true},
		"a portal with few that are used": {Tally{Sent: 1000, Verified: 50}, Tally{Sent: 100, Verified: 3}, false},
		"as usual":                        {usual, Tally{Sent: 1000, Verified: 790}, false},
	} {
		require.Equal(t, c.want, Pumped(c.past, c.recent), name)
	}
}

func TestPumpedIsFair(t *testing.T) {
	t.Parallel()
	tally := func(t *rapid.T, name string, least, most int) Tally {
		sent := rapid.IntRange(least, most).Draw(t, name+" sent")
		return Tally{Sent: sent, Verified: rapid.IntRange(0, sent).Draw(t, name+" verified")}
	}
	rapid.Check(t, func(t *rapid.T) {
		past, recent := tally(t, "past", 0, 5000), tally(t, "recent", 0, 3000)
		held := Pumped(past, recent)
		if recent.Sent < pumpLeast {
			require.False(t, held, "too few tell nothing")
		}
		if past.Sent >= pumpPast && recent.Share() >= past.Share() {
			require.False(t, held, "no worse than its own past")
		}
		if recent.Verified < recent.Sent {
			better := recent
			better.Verified++
			require.False(t, !held && Pumped(past, better), "one more that is verified is no reason to hold")
		}
		if past.Sent >= pumpPast && past.Share() >= 0.5 && recent.Sent >= 100 {
			require.True(t, Pumped(past, Tally{Sent: recent.Sent}), "none of many is verified")
		}
	})
}
