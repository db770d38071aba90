package sms

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

func (r *rig) order(link string, o message.Order) {
	r.t.Helper()
	pgtest.Do(r.t, r.db, func(w *store.Work) error { return w.OrderLink(r.t.Context(), link, o, "cli") })
	r.eventually(string(o), func() bool {
		for _, l := range r.channel.linkStates() {
			if l.Link == link {
				return l.Ordered == o
			}
		}
		return false
	})
}

func TestPausedLinkTakesNothingAndHears(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.run()
	r.eventually("a bind", func() bool { return s.Binds() == 1 })
	r.order("a", message.Paused)
	require.NoError(t, s.Send(t.Context(), phone1, "1414", "HELP"))
	r.eventually("the message", func() bool { return len(r.messages()) == 1 })
	r.eventuallyStates(phone1, message.Queued)

	// It holds over a restart.
	r.stop()
	r.run()
	r.eventually("a bind", func() bool { return r.channel.Ready() == nil })
	require.Empty(t, s.Received(phone1))
	require.Equal(t, []message.SegmentState{message.Queued}, r.states(phone1))
	r.order("a", message.Open)
	r.eventuallyStates(phone1, message.Delivered)
	require.Len(t, s.Received(phone1), 1)
}

func TestDrainedLinkUnbindsWhenAllIsAnswered(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{Latency: 300 * time.Millisecond})
	link.Binds = 2
	r := newRig(t, link)
	r.run()
	r.eventually("two binds", func() bool { return s.Binds() == 2 })
	r.send(message.Reply, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Submitted)
	r.order("a", message.Drained)
	r.send(message.Reply, "+77010000002", "hi", time.Hour)
	r.eventually("no bind", func() bool { return s.Binds() == 0 })
	require.NotContains(t, r.states(phone1), message.Queued, "it was answered before")
	require.NotContains(t, r.states(phone1), message.Unknown)
	require.NoError(t, r.channel.Ready(), "a drained link is not down")

	r.stop()
	r.run()
	r.eventually("the order", func() bool { return r.channel.binds[1].why() == drained })
	require.Zero(t, s.Binds())
	r.order("a", message.Open)
	r.eventuallyStates(phone1, message.Delivered)
	r.eventuallyStates("+77010000002", message.Delivered)
	require.Len(t, s.Received(phone1), 1)
	require.Equal(t, 2, s.Binds())
}

func TestPausedLinkLeavesItsMessagesToTheNext(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(*Link) {})
	p.run()
	p.eventually("binds", func() bool { return p.channel.Ready() == nil })
	p.order("a", message.Paused)
	p.eventually("routes", func() bool { return p.share("b") == 1 })
	numbers := p.burst(5)
	p.allDelivered()
	require.Equal(t, 5, p.received(p.b, numbers))
	require.ErrorIs(t, p.db.Do(t.Context(), func(w *store.Work) error {
		return w.OrderLink(t.Context(), "c", message.Paused, "cli")
	}), message.ErrNoLink)
}

func TestBindsShareTheRateOfTheirLink(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	link.Binds, link.Rate = 3, 50
	r := newRig(t, link)
	r.run()
	r.eventually("binds", func() bool { return s.Binds() == 3 })
	began := time.Now()
	for range 60 {
		r.send(message.Reply, phone1, "hi", time.Hour)
	}
	r.eventually("all", func() bool { return len(s.Received(phone1)) == 60 })
	// A burst of 5 a bind at most, and then 50 a second.
	require.GreaterOrEqual(t, time.Since(began), 800*time.Millisecond)
	used := 0
	for _, b := range r.channel.binds {
		if b.state(time.Now()).Sent > 0 {
			used++
		}
	}
	require.Greater(t, used, 1)
}

func TestSenderAndAddressesOfALink(t *testing.T) {
	t.Parallel()
	heard := make(chan smpp.Message, 1)
	_, link := smsc(t, "a", smstest.Config{Judge: func(m smpp.Message) smstest.Verdict { heard <- m; return smstest.Verdict{} }})
	two, eight := byte(2), byte(8)
	link.Sender, link.SourceNPI, link.DestTON, link.DestNPI = "eGov", &eight, &two, &eight
	r := newRig(t, link)
	r.run()
	r.send(message.Reply, phone1, "hi", time.Hour)
	m := <-heard
	require.Equal(t, smpp.Address{TON: 5, NPI: 8, Number: "eGov"}, m.Source)
	require.Equal(t, smpp.Address{TON: 2, NPI: 8, Number: "77010000001"}, m.Dest)
}

func TestAnOrderReachesAllNodes(t *testing.T) {
	t.Parallel()
	s, link := smsc(t, "a", smstest.Config{})
	r := newRig(t, link)
	r.run()
	other := &rig{t: t, db: r.db, store: r.store, options: r.options}
	other.options.Node, other.options.Answer = "node-2", r.options.Answer
	hints := make(chan struct{})
	other.options.Orders, other.options.tune.poll = hints, time.Hour // only the hint tells it
	other.run()
	r.eventually("two binds", func() bool { return s.Binds() == 2 })
	r.order("a", message.Drained)
	hints <- struct{}{}
	r.eventually("no bind", func() bool { return s.Binds() == 0 })
	nodes, err := r.db.SMSNodes(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Len(t, nodes, 2)
}
