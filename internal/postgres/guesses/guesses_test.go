package guesses_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/guess"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const journalled = `SELECT count(*) FROM audit WHERE action = 'login.guessed'`

// attempt makes one with a wrong or a right password, and says whether it was looked at.
func attempt(t *testing.T, db *store.Store, a guess.Attempt, o guess.Outcome, now time.Time) bool {
	t.Helper()
	keys, err := db.BeginGuess(t.Context(), a, now)
	var slow *guess.SlowDown
	if errors.As(err, &slow) {
		require.True(t, slow.Until.After(now))
		require.Equal(t, fault.Unavailable, fault.KindOf(err))
		return false
	}
	require.NoError(t, err)
	require.NoError(t, db.EndGuess(t.Context(), a, keys, o, "agent:7", now))
	return true
}

// 400 at once, half on each node, are no more than five: each is counted before it is looked at.
func TestGuessesOnTwoNodesAreOneEpisode(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	now := time.Now()
	var looked atomic.Int64
	var work sync.WaitGroup
	for i := range 400 {
		work.Go(func() {
			a := guess.Attempt{Way: guess.Desk, Account: "aliya", Address: fmt.Sprintf("192.0.2.%d", i%200)}
			if attempt(t, nodes[i%2], a, guess.Wrong, now) {
				looked.Add(1)
			}
		})
	}
	work.Wait()
	require.EqualValues(t, 5, looked.Load())
	require.Equal(t, 1, pgtest.Value[int](t, url, journalled))
	require.Equal(t, "agent:7", pgtest.Value[string](t, url, `SELECT subject FROM audit WHERE action = 'login.guessed'`))
	later := now.Add(2 * guess.Quiet)
	for range 6 {
		attempt(t, nodes[0], guess.Attempt{Way: guess.Desk, Account: "aliya", Address: "192.0.2.1"}, guess.Wrong, later)
	}
	require.Equal(t, 2, pgtest.Value[int](t, url, journalled), "another episode")
}

func TestAnAddressThatTriesManyAccountsIsSlowed(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	now, looked := time.Now(), 0
	for i := range 100 {
		a := guess.Attempt{Way: guess.Desk, Account: strings.Repeat("x", 3000) + fmt.Sprint(i), Address: "192.0.2.1"}
		if attempt(t, db, a, guess.Wrong, now) {
			looked++
		}
		// One right password of the attacker's own is no way around.
		if i%10 == 0 {
			attempt(t, db, guess.Attempt{Way: guess.Desk, Account: "attacker", Address: "192.0.2.1"}, guess.Right, now)
		}
	}
	require.Equal(t, 20, looked)
	require.Equal(t, 1, pgtest.Value[int](t, url, journalled))
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM audit WHERE subject LIKE '%xxx%' OR detail::text LIKE '%xxx%'`), "a name of anybody's choice")
	require.Equal(t, 32, pgtest.Value[int](t, url, `SELECT max(length(subject)) FROM guesses`))
}

func TestTheOwnerGoesOnWhileOthersGuess(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	now := time.Now()
	owner := guess.Attempt{Way: guess.Desk, Account: "aliya", Address: "10.0.0.7", Device: "a browser"}
	require.True(t, attempt(t, nodes[0], owner, guess.Right, now))
	stranger := guess.Attempt{Way: guess.Desk, Account: "aliya", Address: "192.0.2.1"}
	for range 50 {
		attempt(t, nodes[1], stranger, guess.Wrong, now)
	}
	require.False(t, attempt(t, nodes[0], stranger, guess.Wrong, now))
	require.True(t, attempt(t, nodes[1], owner, guess.Right, now), "the same browser and address")
	travelling := owner
	travelling.Address = "203.0.113.5"
	require.True(t, attempt(t, nodes[1], travelling, guess.Right, now), "the same browser")
	cleared := owner
	cleared.Device = ""
	require.True(t, attempt(t, nodes[1], cleared, guess.Right, now), "the same address")
	gateway := stranger
	gateway.Way = guess.Gateway
	require.True(t, attempt(t, nodes[1], gateway, guess.Wrong, now), "another way in")

	// Whoever has the owner's browser guesses no faster either.
	looked := 0
	for range 50 {
		if attempt(t, nodes[0], owner, guess.Wrong, now) {
			looked++
		}
	}
	require.Equal(t, 5, looked)
	require.True(t, attempt(t, nodes[0], owner, guess.Right, now.Add(time.Minute)), "a minute at most")
}

func TestWhatNobodyLookedAtIsNoGuess(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	a := guess.Attempt{Way: guess.Desk, Account: "aliya", Address: "192.0.2.1"}
	for range 100 {
		require.True(t, attempt(t, db, a, guess.Unasked, time.Now()))
	}
}

func TestRefusedBindsAreOneLineAnEpisode(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	var work sync.WaitGroup
	for i := range 600 {
		work.Go(func() { require.NoError(t, nodes[i%2].NoteBind(t.Context(), "", "192.0.2.1", "password")) })
	}
	work.Wait()
	require.Equal(t, 1, pgtest.Value[int](t, url, `SELECT count(*) FROM audit`))
	require.Equal(t, "agency:unknown", pgtest.Value[string](t, url, `SELECT subject FROM audit`))
	require.Equal(t, 600, pgtest.Value[int](t, url, `SELECT failures FROM guesses`))
	require.NoError(t, nodes[0].NoteBind(t.Context(), "minjust", "192.0.2.1", "binds"))
	require.Equal(t, 2, pgtest.Value[int](t, url, `SELECT count(*) FROM audit`), "another reason")
	pgtest.Exec(t, url, `UPDATE guesses SET last_at = now() - interval '2 hours'`)
	require.NoError(t, nodes[0].NoteBind(t.Context(), "", "192.0.2.1", "password"))
	require.Equal(t, 3, pgtest.Value[int](t, url, `SELECT count(*) FROM audit`), "another episode")
}
