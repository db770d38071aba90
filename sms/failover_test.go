package sms

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/smstest"
)

// trouble is what an operator's SMSC suffers from, until the test heals it.
type trouble struct {
	verdict atomic.Pointer[smstest.Verdict]
}

func (f *trouble) is(v smstest.Verdict) { f.verdict.Store(&v) }

func (f *trouble) judge(smpp.Message) smstest.Verdict {
	if v := f.verdict.Load(); v != nil {
		return *v
	}
	return smstest.Verdict{}
}

// pair is two operators for the same numbers: a first, b if a cannot.
type pair struct {
	*rig
	a, b  *smstest.SMSC
	fault *trouble
	sent  []string
}

func newPair(t *testing.T, change func(a *Link)) *pair {
	t.Helper()
	p := &pair{fault: &trouble{}}
	var linkA, linkB Link
	p.a, linkA = smsc(t, "a", smstest.Config{Judge: p.fault.judge})
	p.b, linkB = smsc(t, "b", smstest.Config{})
	linkA.Prefixes, linkB.Prefixes = []string{"7701"}, []string{"7701"}
	linkB.Priority = 1
	change(&linkA)
	p.rig = newRig(t, linkA, linkB)
	return p
}

// burst sends messages to numbers of their own.
func (p *pair) burst(n int) (numbers []string) {
	p.t.Helper()
	for range n {
		number := fmt.Sprintf("+7701%07d", len(p.sent))
		p.send(message.Reply, number, "hi", time.Hour)
		p.sent, numbers = append(p.sent, number), append(numbers, number)
	}
	return numbers
}

func (p *pair) received(s *smstest.SMSC, numbers []string) (n int) {
	for _, number := range numbers {
		n += len(s.Received(number))
	}
	return n
}

func (p *pair) state(link string) LinkState {
	for _, l := range p.channel.linkStates() {
		if l.Link == link {
			return l
		}
	}
	return LinkState{}
}

// share is of the one prefix there is.
func (p *pair) share(link string) float64 {
	if s := p.state(link); len(s.Shares) == 1 {
		return s.Shares[0].Share
	}
	return 0
}

func (p *pair) allDelivered() {
	p.t.Helper()
	for _, number := range p.sent {
		p.eventuallyStates(number, message.Delivered)
	}
}

func TestFailoverAndDriftBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		link    func(*Link)
		fail    func(*pair)
		heal    func(*pair)
		ailment Ailment
	}{
		"errors": {
			fail:    func(p *pair) { p.fault.is(smstest.Verdict{Status: smpp.Throttled}); p.burst(10) },
			heal:    func(p *pair) { p.fault.is(smstest.Verdict{}) },
			ailment: Errors,
		},
		"no receipts": {
			link:    func(l *Link) { l.ReceiptsWithin = 300 * time.Millisecond; l.Query = true },
			fail:    func(p *pair) { p.fault.is(smstest.Verdict{Mute: true}); p.burst(10) },
			heal:    func(p *pair) { p.fault.is(smstest.Verdict{}) },
			ailment: LateReceipts,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t, func(a *Link) {
				if c.link != nil {
					c.link(a)
				}
			})
			p.options.tune.silence = 2 * time.Second           // longer than receipts are waited for
			p.options.tune.healthTuning.rest = 2 * time.Second // long enough to be seen
			p.run()
			p.eventually("binds", func() bool { return p.channel.Ready() == nil && p.state("a").Fitness == 1 })
			p.burst(5)
			p.allDelivered()
			require.Equal(t, 5, p.received(p.a, p.sent))

			c.fail(p)
			p.eventually("failover", func() bool { return p.state("a").Ailment == c.ailment && p.share("b") == 1 })
			c.heal(p)
			p.eventually("a first step back", func() bool { return p.share("a") > 0 })
			p.eventually("all of it", func() bool { return p.share("a") == 1 })
			back := p.burst(5)
			p.allDelivered()
			require.Equal(t, 5, p.received(p.a, back), "a is first again")
			total := p.received(p.a, p.sent) + p.received(p.b, p.sent)
			require.Equal(t, len(p.sent), total, "none is lost or doubled")
		})
	}
}

func TestFailoverWhileAnOperatorIsAway(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(a *Link) { a.Addr = "127.0.0.1:1" })
	p.run()
	numbers := p.burst(20)
	p.allDelivered()
	require.Equal(t, 20, p.received(p.b, numbers))
	require.Equal(t, NotBound, p.state("a").Ailment)
}

// The first operator's link breaks under load, again and again.
func TestNothingIsLostWhenLinksFlap(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(*Link) {})
	p.options.tune.healthTuning.grace = 0
	p.run()
	for range 10 {
		p.burst(10)
		p.a.Disconnect()
	}
	for _, number := range p.sent {
		var segment message.Status
		p.eventually(number, func() bool {
			segments, err := p.db.SegmentsTo(t.Context(), number, 100)
			require.NoError(t, err)
			segment = segments[0]
			return segment.State == message.Delivered || segment.State == message.Unknown
		})
		got := p.received(p.a, []string{number}) + p.received(p.b, []string{number})
		require.LessOrEqual(t, got, segment.Attempts, "only what was never answered is sent again")
		if segment.State == message.Delivered {
			require.Positive(t, got)
		} else {
			require.Equal(t, string(Unanswered), segment.Failure, "twice, and by policy not again")
		}
	}
}

func TestSegmentsOfAMessageGoOneWay(t *testing.T) {
	t.Parallel()
	p := newPair(t, func(a *Link) { a.Priority, a.Weight = 1, 1 })
	p.run()
	p.eventually("both", func() bool { // bound: before that, one that is slow to bind may lose its share
		return p.channel.Ready() == nil && p.share("a") == 0.5 && p.share("b") == 0.5
	})
	long := fmt.Sprintf("%0400d", 7)
	for i := range 40 {
		number := fmt.Sprintf("+7701%07d", i)
		p.send(message.Notice, number, long, time.Hour)
		p.sent = append(p.sent, number)
	}
	for _, number := range p.sent {
		p.eventuallyStates(number, message.Delivered, message.Delivered, message.Delivered)
	}
	require.Equal(t, 40, p.received(p.a, p.sent)+p.received(p.b, p.sent), "whole messages only: parts at two operators are never joined")
	require.NotZero(t, p.received(p.a, p.sent))
	require.NotZero(t, p.received(p.b, p.sent))
}

func TestNoRouteFailsSoonAndADownLinkIsWaitedFor(t *testing.T) {
	t.Parallel()
	_, up := smsc(t, "up", smstest.Config{})
	up.Prefixes = []string{"7701"}
	r := newRig(t, up, Link{Name: "down", Addr: "127.0.0.1:1", Prefixes: []string{"7702"}}, Link{Name: "ear", Addr: "127.0.0.1:1", Bind: "receiver"})
	r.send(message.OTP, "+77020000001", "hi", time.Hour)
	r.send(message.OTP, "+998901234567", "hi", time.Hour)
	r.run()
	r.eventuallyStates("+998901234567", message.Failed)
	segments, err := r.db.SegmentsTo(t.Context(), "+998901234567", 100)
	require.NoError(t, err)
	require.Equal(t, string(NoRoute), segments[0].Failure)
	require.Equal(t, []message.SegmentState{message.Queued}, r.states("+77020000001"))
}

func TestSilentSegmentIsAskedAbout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		conf smstest.Config
		want message.SegmentState
	}{
		"delivered": {smstest.Config{}, message.Delivered},
		"phone off": {smstest.Config{Undeliverable: "1"}, message.Undeliverable},
		"mixed ids": {smstest.Config{MixedIDs: true}, message.Delivered},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.conf.Judge = func(smpp.Message) smstest.Verdict { return smstest.Verdict{Mute: true} }
			_, link := smsc(t, "a", c.conf)
			link.Query = true
			r := newRig(t, link)
			r.options.tune.silence = 100 * time.Millisecond
			r.run()
			r.send(message.Notice, phone1, "hi", time.Hour)
			r.eventuallyStates(phone1, c.want)
		})
	}
	_, link := smsc(t, "a", smstest.Config{Judge: func(smpp.Message) smstest.Verdict { return smstest.Verdict{Mute: true} }})
	r := newRig(t, link)
	r.options.tune.silence = 0
	r.run()
	r.send(message.Notice, phone1, "hi", time.Hour)
	r.eventuallyStates(phone1, message.Accepted) // not asked, and so not known
}
