package sms

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ward is a link's health under a clock that the test moves.
type ward struct {
	t     *testing.T
	now   time.Time
	h     *health
	bound bool
	late  int
}

func newWard(t *testing.T, receipts time.Duration) *ward {
	w := &ward{t: t, now: time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC), bound: true}
	w.h = newHealth(defaultTuning.healthTuning, receipts, w.now)
	return w
}

// after lets time pass and has the link judged.
func (w *ward) after(d time.Duration) *ward {
	w.now = w.now.Add(d)
	w.h.look(w.bound, w.late, w.now)
	return w
}

func (w *ward) submits(n int, f Failure) {
	for range n {
		w.h.settled(f, w.now)
	}
}

func (w *ward) is(fitness float64, a Ailment) {
	w.t.Helper()
	got, ailment, _ := w.h.stands()
	require.Equal(w.t, fitness, got)
	require.Equal(w.t, a, ailment)
}

func TestReconnectIsNoFailover(t *testing.T) {
	t.Parallel()
	w := newWard(t, 0)
	w.after(time.Minute).is(1, "")
	w.bound = false
	w.after(4*time.Second).is(1, "")
	w.bound = true
	w.after(0).is(1, "")
	w.bound = false
	w.after(5*time.Second).is(0, NotBound)
	w.after(time.Hour).is(0, NotBound)
	w.bound = true
	w.after(0).is(1.0/16, "") // no rest: it is there again
}

func TestLinkComesBackByDoubling(t *testing.T) {
	t.Parallel()
	w := newWard(t, 0)
	w.submits(5, Temporary)
	w.after(0).is(0, Errors)
	w.after(29*time.Second).is(0, Errors)
	for _, fitness := range []float64{1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 1, 1} {
		w.after(30*time.Second).is(fitness, "")
	}
	w.submits(5, Unanswered)
	w.after(0).is(0, Errors)
	w.after(30 * time.Second)
	w.submits(5, QueueFull) // no better than before
	w.after(0).is(0, Errors)
	w.after(29*time.Second).is(0, Errors)
}

func TestErrorsAreJudgedByTheirShare(t *testing.T) {
	t.Parallel()
	w := newWard(t, 0)
	w.submits(4, Temporary)
	w.after(0).is(1, "") // too few to say
	w.submits(10, "")
	w.submits(5, Throttled)
	w.after(0).is(1, "") // 9 of 19
	w.submits(1, Refused)
	w.after(0).is(0, Errors)
	w = newWard(t, 0)
	w.submits(100, InvalidDestination) // the messages' own fault
	w.after(0).is(1, "")
	w.submits(4, SystemError)
	w.after(61 * time.Second)
	w.submits(4, SystemError)
	w.after(0).is(1, "") // the first ones are past
}

func TestLateReceiptsAreAnAilment(t *testing.T) {
	t.Parallel()
	w := newWard(t, 2*time.Minute)
	_, _, mind := newHealth(defaultTuning.healthTuning, 0, w.now).due(w.now)
	require.False(t, mind, "nobody minds")
	_, _, mind = w.h.due(w.now.Add(2 * time.Minute))
	require.False(t, mind, "none can be due yet")
	w.after(time.Second).submits(12, "")
	w.after(150 * time.Second)
	from, before, mind := w.h.due(w.now)
	require.True(t, mind)
	require.Equal(t, w.now.Add(-2*time.Minute), before)
	require.Equal(t, w.now.Add(-151*time.Second), from, "not before it was judged at all")
	w.late = 5
	w.after(0).is(1, "") // of 12
	w.late = 6
	w.after(0).is(0, LateReceipts)
	w.late = 0
	w.after(30*time.Second).is(1.0/16, "")
	w.after(149*time.Second).is(1.0/16, "") // so long that late ones would have shown
	w.after(time.Second).is(1.0/8, "")
}
