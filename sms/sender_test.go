package sms

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

func TestReceiptsMatchInEveryNotation(t *testing.T) {
	t.Parallel()
	for name, conf := range map[string]smstest.Config{
		"ids alike":            {},
		"hexadecimal, decimal": {MixedIDs: true},
		"before the answer":    {Latency: 50 * time.Millisecond},
		"phone off":            {Undeliverable: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, link := smsc(t, "a", conf)
			r := newRig(t, link)
			r.run()
			r.send(message.Notice, phone1, strings.Repeat("я", 200), time.Hour)
			want := message.Delivered
			if conf.Undeliverable != "" {
				want = message.Undeliverable
			}
			r.eventuallyStates(phone1, want, want, want)
		})
	}
}

func TestWithoutReceiptsAcceptedIsTheLastState(t *testing.T) {
	t.Parallel()
	wanted, unwanted := true, false
	for name, c := range map[string]struct {
		receipts *bool
		query    bool
		asked    byte // registered_delivery
		last     message.SegmentState
	}{
		"by default":           {nil, false, receiptWanted, message.Delivered},
		"with receipts":        {&wanted, false, receiptWanted, message.Delivered},
		"without":              {&unwanted, false, 0, message.Accepted},
		"without, but queried": {&unwanted, true, 0, message.Delivered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan byte, 10)
			_, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
				asked <- m.RegisteredDelivery
				return smstest.Verdict{}
			}})
			link.Receipts, link.Query = c.receipts, c.query
			r := newRig(t, link)
			r.options.tune.silence = time.Millisecond
			r.run()
			r.send(message.Reply, phone1, "hi", time.Hour)
			r.eventuallyStates(phone1, c.last)
			require.Equal(t, c.asked, <-asked)
		})
	}
}

func TestExpiredPasswordIsNeverSubmitted(t *testing.T) {
	t.Parallel()
	var submits atomic.Int32
	s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
		submits.Add(1)
		return smstest.Verdict{Status: smpp.QueueFull}
	}})
	r := newRig(t, link)
	r.send(message.OTP, phone1, "123456", -time.Second)
	r.run()
	r.eventuallyStates(phone1, message.Expired)
	require.Zero(t, submits.Load())

	// One that the SMSC defers expires while it waits.
	r.send(message.OTP, "+77010000002", "654321", 3*time.Second)
	r.eventuallyStates("+77010000002", message.Expired)
	require.EqualValues(t, 1, submits.Load())
	require.Empty(t, s.Received(phone1))
}

func TestFailuresByTheCatalogue(t *testing.T) {
	t.Parallel()
	for status, want := range map[smpp.Status]struct {
		state   message.SegmentState
		failure Failure
	}{
		smpp.QueueFull:         {message.Queued, QueueFull},
		smpp.TemporaryAppError: {message.Queued, Temporary},
		smpp.SystemError:       {message.Queued, SystemError},
		smpp.InvalidDest:       {message.Failed, InvalidDestination},
		smpp.InvalidSource:     {message.Failed, InvalidSource},
		smpp.SubmitFailed:      {message.Failed, Refused},
		smpp.Status(0x4FF):     {message.Failed, Refused},
	} {
		t.Run(status.Error(), func(t *testing.T) {
			t.Parallel()
			_, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
				return smstest.Verdict{Status: status}
			}})
			r := newRig(t, link)
			r.run()
			r.send(message.Reply, phone1, "hi", time.Hour)
			r.eventually("the outcome", func() bool {
				s, err := r.db.SegmentsTo(t.Context(), phone1, 100)
				return err == nil && s[0].Failure == string(want.failure) && s[0].State == want.state && s[0].Attempts == 1
			})
		})
	}
}

func TestThrottledSegmentsAllArriveInTheEnd(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{ThrottleEvery: 15})
	r := newRig(t, link)
	for range 40 {
		r.send(message.Notice, phone1, "hi", time.Hour)
	}
	r.run()
	r.eventually("all", func() bool { return len(s.Received(phone1)) == 40 })
}

// The connection is lost after the SMSC has taken the segment and before it has said so.
func TestBindBrokenMidSubmit(t *testing.T) {
	t.Parallel()
	for lane, want := range map[message.Lane]struct {
		received int
		state    message.SegmentState
	}{
		message.OTP:    {2, message.Delivered},
		message.Reply:  {2, message.Delivered},
		message.Notice: {1, message.Unknown},
	} {
		t.Run(string(lane), func(t *testing.T) {
			t.Parallel()
			var submits atomic.Int32
			s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
				return smstest.Verdict{Drop: submits.Add(1) == 1}
			}})
			r := newRig(t, link)
			r.run()
			r.send(lane, phone1, "hi", time.Hour)
			r.eventuallyStates(phone1, want.state)
			require.Len(t, s.Received(phone1), want.received)
		})
	}
}

func TestUnansweredTwiceIsUnknownForGood(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
		return smstest.Verdict{Silent: true}
	}})
	r := newRig(t, link)
	r.options.tune.answer = 50 * time.Millisecond
	r.run()
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Unknown)
	require.Len(t, s.Received(phone1), 2)
}

// A link that swallows submits may be found out before the one repetition is lost in it too.
func TestUnansweredSubmitIsRepeatedAfterAPause(t *testing.T) {
	t.Parallel()
	const patience = 300 * time.Millisecond
	var submits atomic.Int32
	var again atomic.Pointer[time.Time]
	_, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict {
		if submits.Add(1) == 1 {
			return smstest.Verdict{Silent: true, Mute: true}
		}
		now := time.Now()
		again.Store(&now)
		return smstest.Verdict{}
	}})
	r := newRig(t, link)
	r.options.tune.answer = patience
	r.run()
	before := time.Now()
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Delivered)
	require.GreaterOrEqual(t, again.Load().Sub(before), 2*patience)
}

// A process claimed segments and died: its successor in the slot knows at once, any other when the lease ends.
func TestLapsedClaimIsUnknownOnce(t *testing.T) {
	t.Parallel()
	for slot, lease := range map[string]time.Duration{"a/0@node-1": time.Hour, "a/0@node-2": 0} {
		t.Run(slot, func(t *testing.T) {
			t.Parallel()
			s, link := smsc(t, "a", smstest.Config{})
			r := newRig(t, link)
			r.send(message.Reply, phone1, "hi", time.Hour)
			r.send(message.Notice, "+77010000002", "hi", time.Hour)
			claimed, err := r.db.ClaimSegments(t.Context(), message.Claim{Link: "a", Slot: slot, Routes: []message.Route{{To: message.Shares}}, Prefixes: []string{""},
				Limit: 10, Notices: 10, Now: time.Now(), LeaseEnd: time.Now().Add(lease)})
			require.NoError(t, err)
			require.Len(t, claimed, 2)
			r.run()
			r.eventuallyStates(phone1, message.Delivered)
			r.eventuallyStates("+77010000002", message.Unknown)
			require.Len(t, s.Received(phone1), 1)
			require.Empty(t, s.Received("+77010000002"))
		})
	}
}

func TestPasswordsGoFirst(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var order []string
	_, link := smsc(t, "a", smstest.Config{Latency: time.Millisecond, Judge: func(m smpp.Message) smstest.Verdict {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, string(m.Short))
		return smstest.Verdict{}
	}})
	link.Window = 1
	r := newRig(t, link)
	for lane, to := range map[message.Lane]string{message.Notice: "+77010000002", message.Reply: "+77010000003", message.OTP: phone1} {
		for range 3 {
			r.send(lane, to, string(lane), time.Hour)
		}
	}
	r.run()
	r.eventually("all", func() bool { mu.Lock(); defer mu.Unlock(); return len(order) == 9 })
	require.Equal(t, strings.Fields("otp otp otp reply reply reply notice notice notice"), order)
}

func TestNoticesLeaveRoomInTheWindow(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
		return smstest.Verdict{Silent: string(m.Short) == "notice"}
	}})
	link.Window = 8
	r := newRig(t, link)
	r.options.tune.answer = time.Minute
	for range 20 {
		r.send(message.Notice, "+77010000002", "notice", time.Hour)
	}
	r.run()
	r.eventually("notices", func() bool { return len(s.Received("+77010000002")) == 6 })
	r.send(message.OTP, phone1, "123456", time.Hour)
	r.eventually("the password", func() bool { return len(s.Received(phone1)) == 1 })
	require.Len(t, s.Received("+77010000002"), 6)
	s.Disconnect() // nothing will answer the notices
}

// claiming is a store that tells of its claims.
type claiming struct {
	Store
	mu     sync.Mutex
	claims []message.Claim
}

func (c *claiming) ClaimSegments(ctx context.Context, claim message.Claim) ([]message.Segment, error) {
	c.mu.Lock()
	c.claims = append(c.claims, claim)
	c.mu.Unlock()
	return c.Store.ClaimSegments(ctx, claim)
}

// A window of 8 keeps 2 for passwords and replies; of its 6 notices 2 are answered, which is less than half.
func TestNoticesWaitForHalfTheWindowAndPasswordsForNothing(t *testing.T) {
	t.Parallel()
	const notices, silent = "+77010000002", "+77010000003"
	var heard atomic.Int32
	s, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict {
		return smstest.Verdict{Silent: string(m.Short) == "silent" || string(m.Short) == "notice" && heard.Add(1) > 2}
	}})
	link.Window = 8
	r := newRig(t, link)
	r.options.tune.answer = time.Minute
	store := &claiming{Store: r.store}
	r.options.Store = store
	for range 20 {
		r.send(message.Notice, notices, "notice", time.Hour)
	}
	r.run()
	r.eventually("notices", func() bool { return len(s.Received(notices)) == 6 })
	r.eventually("the answers", func() bool { return r.channel.standing().Binds[0].InUse == 4 })

	// Passwords go at once, until there is no place left: 3 that are never answered, and one after the other by the last place.
	for n := range 3 {
		r.send(message.OTP, silent, "silent", time.Hour)
		r.eventually("a password", func() bool { return len(s.Received(silent)) == n+1 })
	}
	for n := range 3 {
		r.send(message.OTP, phone1, "123456", time.Hour)
		r.eventually("a password", func() bool { return len(s.Received(phone1)) == n+1 })
	}
	require.Len(t, s.Received(notices), 6)
	store.mu.Lock()
	defer store.mu.Unlock()
	took := 0
	for _, c := range store.claims {
		if c.Notices > 0 {
			took++
		}
	}
	require.Equal(t, 1, took, "claims of notices")
	s.Disconnect() // nothing will answer the silent ones
}

// behind is a store with so many notices of another link's that to find none takes long.
type behind struct {
	Store
	long, short atomic.Int32 // claims
}

func (b *behind) ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	if c.Notices == 0 {
		b.short.Add(1)
		return b.Store.ClaimSegments(ctx, c)
	}
	b.long.Add(1)
	select {
	case <-time.After(2 * slowClaim):
	case <-ctx.Done():
	}
	return b.Store.ClaimSegments(ctx, c)
}

func TestOthersNoticesDoNotHoldUpReplies(t *testing.T) {
	t.Parallel()
	_, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	b := &behind{Store: r.store}
	r.options.Store = b
	r.run()
	r.eventually("a long look", func() bool { return b.short.Load() > 0 })
	for range 20 {
		r.send(message.Reply, phone1, "hi", time.Hour)
	}
	r.eventually("claims", func() bool { return b.short.Load() >= 20 })
	require.LessOrEqual(t, b.long.Load(), b.short.Load()/2)
	r.send(message.Notice, "+77010000002", "hi", time.Hour)
	r.eventuallyStates("+77010000002", message.Delivered) // it is looked for again
}
