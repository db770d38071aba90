package lockout_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/lockout"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// attempt is one that fails, against a number and its citizen, on a node; it says whether it was judged.
func attempt(t *testing.T, db *store.Store, way lockout.Way, now time.Time, subjects ...string) (judged bool) {
	t.Helper()
	err := db.Do(context.Background(), func(w *store.Work) error {
		book, err := w.LockAttempts(context.Background(), way, subjects...)
		if err != nil {
			return err
		}
		if _, blocked := book.Blocked(now); blocked {
			judged = false
			return nil
		}
		judged = true
		book.Fail(now)
		return w.KeepAttempts(context.Background(), book)
	})
	if err != nil {
		t.Error(err)
	}
	return judged
}

// However many attempts come at once, on two nodes and against numbers that share a citizen in any order, ten are judged. Each way in
// has its own count.
func TestTenAttemptsAreJudged(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	nodes := []*store.Store{pgtest.Open(t, url), pgtest.Open(t, url)}
	now := time.Now()
	citizen := lockout.Citizen(7)
	begin := make(chan struct{})
	var mu sync.Mutex
	var all sync.WaitGroup
	judged := 0
	for i := range 60 {
		subjects := []string{citizen, lockout.Number("+77010000001")}
		if i%3 == 0 {
			subjects = []string{lockout.Number("+77010000002"), citizen}
		}
		all.Go(func() {
			<-begin
			if attempt(t, nodes[i%2], lockout.PIN, now, subjects...) {
				mu.Lock()
				judged++
				mu.Unlock()
			}
		})
	}
	close(begin)
	all.Wait()
	require.Equal(t, lockout.Most, judged)
	restarted := pgtest.Open(t, url)
	require.False(t, attempt(t, restarted, lockout.PIN, now, citizen))
	require.True(t, attempt(t, restarted, lockout.CaseNumber, now, citizen), "another way in")
	require.True(t, attempt(t, restarted, lockout.PIN, now.Add(lockout.Block), citizen), "a quarter of an hour later")
	require.False(t, attempt(t, restarted, lockout.PIN, now.Add(lockout.Block), citizen), "one attempt")
	pgtest.Do(t, restarted, func(w *store.Work) error {
		book, err := w.Attempts(t.Context(), lockout.PIN, citizen, lockout.Number("+77019999999"))
		require.Equal(t, lockout.Most, book.States[citizen].Failures)
		require.Zero(t, book.States[lockout.Number("+77019999999")].Failures)
		return err
	})
}
