package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

// sender claims segments for a session and submits them.
type sender struct {
	bind    *bind
	session *smpp.Session
	flying  sync.WaitGroup // what is to be submitted, and outcomes that are not settled
	freed   chan struct{}  // a submit has ended
	idle    atomic.Bool    // nothing waited when it looked last, and there was room
	urgency urgency        // of what may wait

	mu     sync.Mutex
	closed bool // takes no more
	landed []message.Outcome
	bell   chan struct{} // something has landed
	// Until then notices are not looked for: to find none among those that other links keep waiting took long.
	noticesAt time.Time
}

// urgency says whether to claim in little room.
type urgency int

const (
	none   urgency = iota // there is no password and no reply: notices wait until many can go at once
	some                  // there may be more of them than there was room for
	called                // somebody has called since the last claim, perhaps for a password: it gets what room there is
)

// slowClaim is how long a claim takes that read far more rows than it could take.
const slowClaim = 100 * time.Millisecond

func newSender(b *bind, session *smpp.Session) *sender {
	return &sender{bind: b, session: session, freed: make(chan struct{}, 1), bell: make(chan struct{}, 1)}
}

// run sends until the link is drained, or ctx or the session ends, and waits for what is under way.
func (s *sender) run(ctx context.Context) {
	var collecting sync.WaitGroup
	defer collecting.Wait()
	collected := make(chan struct{})
	defer close(collected)
	collecting.Go(func() { s.collect(collected) })
	defer s.close()
	poll := time.NewTicker(s.bind.channel.tune.poll)
	defer poll.Stop()
	later := time.NewTimer(0)
	defer later.Stop()
	s.urgency = called
	for waiting := true; ; {
		order, changed := s.bind.link.order()
		if order == message.Drained {
			return
		}
		if waiting {
			var wait time.Duration
			if waiting, wait = s.round(ctx); wait > 0 {
				later.Reset(wait)
			}
			s.idle.Store(!waiting)
		}
		select {
		case <-s.bind.wake:
			waiting, s.urgency = true, called
		case <-changed:
		case <-poll.C:
			waiting, s.urgency = true, called
		case <-later.C:
		case <-s.freed:
		case <-s.session.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// round submits as much as there is room for. It says if more may be waiting,
// and when to look again; with 0, when a submit has ended.
func (s *sender) round(ctx context.Context) (more bool, wait time.Duration) {
	b, c := s.bind, s.bind.channel
	for ctx.Err() == nil {
		table := c.table.Load()
		routes := table.routes[b.link.Name]
		if len(routes) == 0 {
			return false, 0 // whoever changes that wakes the sender
		}
		now := c.Clock()
		room := b.pace.room(now)
		if c.quiet.contains(now) {
			room.notices = 0
		}
		if now.Before(s.noticesAt) {
			room.notices = 0
		}
		if room.segments == 0 || room.scant && s.urgency != called || room.notices == 0 && s.urgency == none {
			return true, room.wait
		}
		segments, err := s.claim(ctx, message.Claim{
			Link: b.link.Name, Slot: b.slot, Routes: routes, Prefixes: table.prefixes,
			Limit: room.segments, Notices: room.notices, Now: now, LeaseEnd: now.Add(b.lease()),
			Awaited: b.awaits(),
		})
		if err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("claim segments")
		}
		notices, ended := 0, c.Clock()
		b.pace.claimed(len(segments), now)
		for _, segment := range segments {
			if segment.Lane == message.Notice {
				notices++
			}
			s.submit(ctx, segment)
		}
		s.urgency = none
		if len(segments)-notices == room.segments {
			s.urgency = some
		}
		if took := ended.Sub(now); room.notices > 0 && notices == 0 && took > slowClaim {
			s.noticesAt = ended.Add(10 * took) // a tenth of the time, so that passwords and replies do not wait for it
		}
		switch {
		case len(segments) == room.segments:
		case room.notices < room.segments && notices == room.notices:
			return true, 0 // as many notices as may fly do; one that lands makes room
		default:
			return false, 0
		}
	}
	return false, 0
}

// close waits for what is under way, and takes no more.
func (s *sender) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.flying.Wait()
}

// take submits segments that were claimed for the bind as they were written down.
func (s *sender) take(ctx context.Context, segments []message.Segment) {
	now := s.bind.channel.Clock()
	s.bind.pace.claimed(len(segments), now)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		for _, segment := range segments {
			s.settle(outcomeOf(segment, "", smpp.ErrNotSent, now))
		}
		return
	}
	s.flying.Go(func() {
		for _, segment := range segments {
			s.submit(ctx, segment)
		}
	})
}

// claim is not broken off by the end of ctx: then nobody would know what it had claimed.
func (s *sender) claim(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	return s.bind.channel.Store.ClaimSegments(ctx, c)
}

// submit puts one segment on its way; its outcome follows by itself.
func (s *sender) submit(ctx context.Context, segment message.Segment) {
	c := s.bind.channel
	now := c.Clock()
	if !now.Before(segment.ExpiresAt) {
		s.settle(message.Outcome{Segment: segment.ID, Claim: segment.Claim, Attempt: segment.Attempt, State: message.Expired,
			Failure: string(TooLate), At: now, DueAt: now})
		return
	}
	m, err := submission(s.bind.link.Link, cmp.Or(segment.Sender, s.bind.link.sender(c.Config.ShortNumber)), segment, now)
	if err != nil {
		s.settle(outcomeOf(segment, "", err, now))
		return
	}
	s.flying.Add(1)
	// The session decides how long: it lets what is under way finish.
	err = s.session.Post(ctx, smpp.SubmitSM, m, func(messageID string, err error) {
		o := outcomeOf(segment, messageID, err, c.Clock())
		if o.Unanswered && errors.Is(err, context.DeadlineExceeded) {
			// The link still seemed to be up. Once more at once would go the same silent way, and there is no third time.
			o.DueAt = o.At.Add(s.bind.answerTimeout())
		}
		s.land(o)
	})
	if err != nil {
		s.settle(outcomeOf(segment, "", err, now))
		s.flying.Done()
	}
}

// land takes an outcome from the session, which must not be kept waiting by a ledger that is full.
func (s *sender) land(o message.Outcome) {
	s.mu.Lock()
	s.landed = append(s.landed, o)
	s.mu.Unlock()
	ring(s.bell)
}

// collect settles what has landed until it is told that nothing more will.
func (s *sender) collect(done <-chan struct{}) {
	for {
		select {
		case <-s.bell:
		case <-done:
			return
		}
		s.mu.Lock()
		landed := s.landed
		s.landed = nil
		s.mu.Unlock()
		for _, o := range landed {
			s.settle(o)
			s.flying.Done()
		}
	}
}

func (s *sender) settle(o message.Outcome) {
	c := s.bind.channel
	s.bind.pace.settled(Failure(o.Failure), o.At)
	s.bind.link.health.settled(Failure(o.Failure), o.At)
	result := o.Failure
	if result == "" {
		result = string(o.State)
	}
	c.metrics.count(s.bind.link.Name, "out", result)
	if o.State == message.Accepted {
		c.metrics.cost.WithLabelValues(s.bind.link.Name).Add(s.bind.link.Cost)
	}
	c.settled.owe(o)
	ring(s.freed)
}

// receiptWanted asks for the final outcome (SMPP 3.4 §5.2.17).
const receiptWanted = 0x01

// submission makes the submit_sm of a segment.
func submission(l Link, sender string, segment message.Segment, now time.Time) (smpp.Message, error) {
	coding, payloads := text.Split(segment.Text)
	if segment.Number > len(payloads) {
		return smpp.Message{}, fmt.Errorf("part %d of %d: %w", segment.Number, len(payloads), smpp.SubmitFailed)
	}
	m := smpp.Message{
		Source:   senderAddress(l, sender),
		Dest:     smpp.Address{TON: or(l.DestTON, 1), NPI: or(l.DestNPI, 1), Number: strings.TrimPrefix(segment.Destination, "+")},
		Validity: validity(segment.ExpiresAt.Sub(now)),
		Coding:   byte(coding),
		Short:    payloads[segment.Number-1],
	}
	if l.wantsReceipts() {
		m.RegisteredDelivery = receiptWanted
	}
	if len(payloads) > 1 {
		m.ESMClass = smpp.ESMUDHI
		m.Short = text.AddHeader(text.Part{
			Reference: int(segment.MT % 256), Total: len(payloads), Number: segment.Number,
		}, m.Short)
	}
	return m, nil
}

// senderAddress is a short number, or a name (TON alphanumeric, SMPP 3.4 §5.2.5).
func senderAddress(l Link, sender string) smpp.Address {
	a := smpp.Address{TON: 5, NPI: 0, Number: sender}
	if strings.Trim(sender, "0123456789") == "" {
		a.TON, a.NPI = 0, 1
	}
	a.TON, a.NPI = or(l.SourceTON, a.TON), or(l.SourceNPI, a.NPI)
	return a
}

// or is what is configured, or else a default.
func or(configured *byte, otherwise byte) byte {
	if configured != nil {
		return *configured
	}
	return otherwise
}

// validity is a relative SMPP time (§7.1.1.1), so that clocks and zones need
// not agree: YYMMDDhhmmss, then tenths and the letter R. At least a second.
func validity(left time.Duration) string {
	seconds := int(max(left, time.Second) / time.Second)
	days := min(seconds/86400, 30)
	seconds %= 86400
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", days, seconds/3600, seconds/60%60, seconds%60)
}
