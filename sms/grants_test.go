package sms

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smstest"
)

// idle waits until every bind would submit at once.
func (r *rig) idle() {
	r.eventually("idle binds", func() bool { return len(r.channel.grants()) == len(r.channel.binds) })
}

func TestReplyIsClaimedAsItIsWritten(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.run()
	r.idle()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventuallyStates(phone1, message.Delivered)
	require.Zero(t, r.store.claimed.Load(), "nobody had to look for it")
}

func TestReplyGoesByItsOwnLink(t *testing.T) {
	t.Parallel()
	a, linkA := smsc(t, "a", smstest.Config{})
	b, linkB := smsc(t, "b", smstest.Config{})
	linkA.Prefixes, linkB.Prefixes = []string{"7701"}, []string{"7702"}
	r := newRig(t, linkA, linkB)
	r.run()
	r.idle()
	require.NoError(t, a.Send(t.Context(), "+77020000001", "1414", "HELP"))
	r.eventuallyStates("+77020000001", message.Delivered)
	require.Len(t, b.Received("+77020000001"), 1)
	require.Zero(t, r.store.claimed.Load())
}

// The link is lost between the commit and the submit: the reply is sent all the same.
func TestReplyOutlivesTheBindItWasClaimedFor(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	var cut atomic.Bool
	lose := func(l message.Ledger) error {
		if len(l.Arrivals) > 0 && !cut.Swap(true) {
			s.Disconnect()
			r.eventually("the end of the session", func() bool { return len(r.channel.grants()) == 0 })
		}
		return nil
	}
	r.store.after.Store(&lose)
	r.run()
	r.idle()
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventuallyStates(phone1, message.Delivered)
	require.Len(t, s.Received(phone1), 1)
	require.Len(t, r.messages(), 1)
}

// Many at once: some fit the window, some wait for it, and none is lost or doubled.
func TestRepliesBeyondTheWindow(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Latency: 5 * time.Millisecond})
	link.Window = 4
	r := newRig(t, link)
	r.run()
	r.idle()
	const citizens = 100
	sent := make(chan error, citizens)
	number := func(i int) string { return fmt.Sprintf("+7701000%04d", i) }
	for i := range citizens {
		go func() { sent <- s.Send(t.Context(), number(i), "1414", "HELP") }()
	}
	for range citizens {
		require.NoError(t, <-sent)
	}
	for i := range citizens {
		r.eventuallyStates(number(i), message.Delivered)
		require.Len(t, s.Received(number(i)), 1)
	}
}
