package sms

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/store"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

// says has a number say STOP or START.
func (r *rig) says(number string, stopped bool) {
	r.t.Helper()
	require.NoError(r.t, r.db.Do(r.t.Context(), func(w *store.Work) error { return w.SetNotices(r.t.Context(), number, stopped) }))
}

func (r *rig) failures(to string) (failures []Failure) {
	r.t.Helper()
	segments, err := r.db.SegmentsTo(r.t.Context(), to, 100)
	require.NoError(r.t, err)
	for _, s := range segments {
		failures = append(failures, Failure(s.Failure))
	}
	return failures
}

func TestStopRefusesNoticesAndNothingElse(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	const other = "+77010000002"
	r.send(message.Notice, phone1, strings.Repeat("я", 71), time.Hour) // two segments wait while STOP comes
	r.send(message.Reply, phone1, "reply", time.Hour)
	r.send(message.Notice, other, "for another", time.Hour)
	r.says(phone1, true)
	require.Equal(t, []message.SegmentState{message.Failed, message.Failed, message.Queued}, r.states(phone1))
	r.send(message.Notice, phone1, "after STOP", time.Hour)
	r.send(message.OTP, phone1, "123456", time.Hour)
	require.Equal(t, []Failure{Stopped, Stopped, "", Stopped, ""}, r.failures(phone1))

	r.run()
	r.eventuallyStates(phone1, message.Failed, message.Failed, message.Delivered, message.Failed, message.Delivered)
	r.eventuallyStates(other, message.Delivered)
	r.says(phone1, false)
	r.send(message.Notice, phone1, "after START", time.Hour)
	r.eventually("after START", func() bool { return len(s.Received(phone1)) == 3 })
	require.Equal(t, []Failure{Stopped, Stopped, "", Stopped, "", ""}, r.failures(phone1), "what STOP has refused stays refused")
}

// A notice whose transaction had looked for a STOP before it came, and ended after it.
func TestStopIsSeenAtTheClaim(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	ctx := t.Context()
	require.NoError(t, r.db.Do(ctx, func(w *store.Work) error {
		err := w.EnqueueMT(ctx, message.MT{Lane: message.Notice, Destination: phone1, Text: "too late", Segments: 1, ExpiresAt: time.Now().Add(time.Hour)})
		if err == nil {
			r.says(phone1, true)
		}
		return err
	}))
	require.Equal(t, []message.SegmentState{message.Queued}, r.states(phone1))
	r.run()
	r.eventuallyStates(phone1, message.Failed)
	require.Equal(t, []Failure{Stopped}, r.failures(phone1))
	require.Empty(t, s.Received(phone1))
}

// STOPs come while notices are enqueued and sent, and some are deferred. A notice that the SMSC gets after a STOP was
// committed must have been under way before.
func TestStopInTheMidstOfSending(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	stopped := map[string]bool{}
	var late []string
	var submits atomic.Int32
	_, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
		if submits.Add(1)%7 == 0 {
			return smstest.Verdict{Status: smpp.Throttled}
		}
		mu.Lock()
		defer mu.Unlock()
		if to := "+" + m.Dest.Number; stopped[to] {
			late = append(late, to)
		}
		return smstest.Verdict{}
	}})
	r := newRig(t, link)
	r.run()
	var wg sync.WaitGroup
	for i := range 8 {
		number := fmt.Sprintf("+770100001%02d", i)
		wg.Go(func() {
			for range 10 {
				r.send(message.Notice, number, "notice", time.Hour)
			}
		})
		wg.Go(func() {
			r.says(number, true)
			r.eventually("what was under way", func() bool { return pending(t, r, number) == 0 })
			mu.Lock()
			stopped[number] = true
			mu.Unlock()
			r.send(message.Notice, number, "never", time.Hour)
		})
	}
	wg.Wait()
	r.eventually("all", func() bool {
		for i := range 8 {
			if pending(t, r, fmt.Sprintf("+770100001%02d", i)) > 0 {
				return false
			}
		}
		return true
	})
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, late)
}

func pending(t *testing.T, r *rig, number string) (n int) {
	segments, err := r.db.SegmentsTo(context.WithoutCancel(t.Context()), number, 100)
	require.NoError(t, err)
	for _, s := range segments {
		if s.State == message.Queued || s.State == message.Submitted {
			n++
		}
	}
	return n
}

func TestNoticesWaitThroughTheQuietHours(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.options.Config.Quiet = Quiet{From: "21:00", To: "09:00", Zone: "Asia/Almaty"}
	almaty, err := time.LoadLocation("Asia/Almaty")
	require.NoError(t, err)
	tomorrow := time.Now().In(almaty).AddDate(0, 0, 1)
	var now atomic.Pointer[time.Time]
	at := func(hour, minute, days int) {
		clock := time.Date(tomorrow.Year(), tomorrow.Month(), tomorrow.Day()+days, hour, minute, 0, 0, almaty)
		now.Store(&clock)
		if r.channel != nil {
			r.channel.Wake()
		}
	}
	r.options.Clock = func() time.Time { return *now.Load() }
	at(23, 30, 0)
	r.run()
	r.send(message.Notice, phone1, "in the morning", 100*time.Hour)
	r.send(message.Notice, "+77010000002", "by midnight", time.Until(*now.Load())+20*time.Minute)
	r.send(message.Reply, "+77010000003", "now", 100*time.Hour)
	r.send(message.OTP, "+77010000004", "123456", 100*time.Hour)
	r.eventuallyStates("+77010000003", message.Delivered)
	r.eventuallyStates("+77010000004", message.Delivered)
	at(8, 59, 1)
	r.eventuallyStates("+77010000002", message.Expired)
	r.send(message.Reply, "+77010000003", "again", 100*time.Hour)
	r.eventuallyStates("+77010000003", message.Delivered, message.Delivered)
	require.Equal(t, []message.SegmentState{message.Queued}, r.states(phone1))
	require.Empty(t, s.Received(phone1))
	at(9, 0, 1)
	r.eventuallyStates(phone1, message.Delivered)
	require.Empty(t, s.Received("+77010000002"))
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	day := func(clock string) time.Time {
		at, err := time.Parse("2006-01-02 15:04:05 -07", "2026-11-22 "+clock+" +05")
		require.NoError(t, err)
		return at
	}
	for _, c := range []struct {
		from, to string
		quiet    []string
		loud     []string
	}{
		{"21:00", "09:00", []string{"21:00:00", "23:59:59", "00:00:00", "08:59:59"}, []string{"09:00:00", "20:59:59"}},
		{"00:00", "07:30", []string{"00:00:00", "07:29:59"}, []string{"07:30:00", "23:59:59"}},
		{"13:00", "14:00", []string{"13:00:00", "13:59:00"}, []string{"12:59:00", "14:00:00"}},
		{"22:00", "00:00", []string{"22:00:00", "23:59:59"}, []string{"00:00:00", "21:59:59"}},
	} {
		h, err := Quiet{From: c.from, To: c.to, Zone: "Asia/Almaty"}.hours()
		require.NoError(t, err)
		for _, clock := range c.quiet {
			require.True(t, h.contains(day(clock).UTC()), "%s in %s–%s", clock, c.from, c.to)
		}
		for _, clock := range c.loud {
			require.False(t, h.contains(day(clock).UTC()), "%s in %s–%s", clock, c.from, c.to)
		}
	}
	none, err := Quiet{}.hours()
	require.NoError(t, err)
	require.False(t, none.contains(day("03:00:00")))
	for _, wrong := range []Quiet{{From: "21:00"}, {From: "9", To: "10:00", Zone: "UTC"}, {From: "25:00", To: "10:00", Zone: "UTC"},
		{From: "21:00", To: "09:00"}, {From: "21:00", To: "09:00", Zone: "Mars/Base"}, {From: "09:00", To: "09:00", Zone: "UTC"}} {
		require.ErrorContains(t, Config{Quiet: wrong}.Check(), "quiet", "%+v", wrong)
	}
}
