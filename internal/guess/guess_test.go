package guess_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/guess"
)

// tries counts how many attempts an attacker makes in a time who comes as soon as it is possible.
func tries(k guess.Kind, within time.Duration) (n int) {
	start := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	var tally guess.Tally
	for now := start; now.Before(start.Add(within)); n++ {
		tally.Failures, tally.LastAt = tally.At(now).Failures+1, now
		if next := tally.Next(k); next.After(now) {
			now = next
		}
	}
	return n
}

func TestGuessingIsSlowed(t *testing.T) {
	t.Parallel()
	require.InDelta(t, 110, tries(guess.Account, 24*time.Hour), 15, "guesses at an account in a day")
	require.InDelta(t, 125, tries(guess.Address, 24*time.Hour), 15, "guesses from an address in a day")
	require.Equal(t, time.Minute, func() time.Duration {
		now := time.Now()
		return guess.Tally{Failures: 1000, LastAt: now}.Next(guess.Known).Sub(now)
	}(), "the owner waits a minute at most")
	now := time.Now()
	require.Zero(t, guess.Tally{Failures: 1000, LastAt: now, Told: true}.At(now.Add(guess.Quiet)), "the episode is over")
}

func TestWhoIsKnownIsCountedApart(t *testing.T) {
	t.Parallel()
	owner := guess.Attempt{Way: guess.Desk, Account: "Aliya ", Address: "10.0.0.7", Device: "token"}
	stranger := guess.Attempt{Way: guess.Desk, Account: "aliya", Address: "192.0.2.1"}
	require.Equal(t, owner.AccountKey(), stranger.AccountKey(), "however the name is written")
	known := owner.Marks()
	require.Len(t, known, 2)
	require.Nil(t, stranger.KnownMark(known))
	require.Equal(t, known[0], owner.KnownMark(known), "the browser before the address")
	elsewhere := owner
	elsewhere.Address = "192.0.2.99"
	require.Equal(t, known[0], elsewhere.KnownMark(known))
	atHome := owner
	atHome.Device = ""
	require.Equal(t, known[1], atHome.KnownMark(known))

	own := owner.Keys(owner.KnownMark(known))
	require.Len(t, own, 1)
	for _, k := range stranger.Keys(nil) {
		require.NotEqual(t, own[0].Subject, k.Subject)
		require.Len(t, k.Subject, 32, "a name of anybody's choice takes no room of anybody's choice")
	}
}
