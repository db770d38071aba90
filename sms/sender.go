package sms

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"okno/internal/message"
	"okno/sms/smpp"
	"okno/sms/text"
)

// sender claims segments for a session and submits them.
type sender struct {
	bind    *bind
	session *smpp.Session
	flying  sync.WaitGroup
	freed   chan struct{} // a submit has ended
}

func newSender(b *bind, session *smpp.Session) *sender {
	return &sender{bind: b, session: session, freed: make(chan struct{}, 1)}
}

// run sends until ctx or the session ends, and waits for what is under way.
func (s *sender) run(ctx context.Context) {
	defer s.flying.Wait()
	poll := time.NewTicker(s.bind.channel.tune.poll)
	defer poll.Stop()
	later := time.NewTimer(0)
	defer later.Stop()
	for waiting := true; ; {
		if waiting {
			var wait time.Duration
			if waiting, wait = s.round(ctx); wait > 0 {
				later.Reset(wait)
			}
		}
		select {
		case <-s.bind.wake:
			waiting = true
		case <-poll.C:
			waiting = true
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
		now := c.Clock()
		room := b.pace.room(now)
		if c.quiet.contains(now) {
			room.notices = 0
		}
		if room.segments == 0 {
			return true, room.wait
		}
		segments, err := c.Store.ClaimSegments(ctx, message.Claim{
			Link: b.link.Name, Slot: b.slot, Mine: b.link.routes(), All: c.Config.routes(),
			Limit: room.segments, Notices: room.notices, Now: now, LeaseEnd: now.Add(c.tune.lease),
		})
		if err != nil && ctx.Err() == nil {
			b.log.Error().Err(err).Msg("claim segments")
		}
		notices := 0
		b.pace.claimed(len(segments), now)
		for _, segment := range segments {
			if segment.Lane == message.Notice {
				notices++
			}
			s.submit(ctx, segment)
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

// submit puts one segment on its way; its outcome follows by itself.
func (s *sender) submit(ctx context.Context, segment message.Segment) {
	c := s.bind.channel
	now := c.Clock()
	if !now.Before(segment.ExpiresAt) {
		s.settle(message.Outcome{Segment: segment.ID, Attempt: segment.Attempt, State: message.Expired,
			Failure: string(TooLate), At: now, DueAt: now})
		return
	}
	m, err := submission(cmp.Or(segment.Sender, c.Config.ShortNumber), segment, now)
	if err != nil {
		s.settle(outcomeOf(segment, "", err, now))
		return
	}
	sent, err := s.session.Start(ctx, m)
	if err != nil {
		s.settle(outcomeOf(segment, "", err, now))
		return
	}
	s.flying.Go(func() {
		// The session decides how long: it lets what is under way finish.
		messageID, err := sent.Wait(context.WithoutCancel(ctx))
		s.settle(outcomeOf(segment, messageID, err, c.Clock()))
	})
}

func (s *sender) settle(o message.Outcome) {
	c := s.bind.channel
	s.bind.pace.settled(Failure(o.Failure), o.At)
	result := o.Failure
	if result == "" {
		result = string(o.State)
	}
	c.metrics.count(s.bind.link.Name, "out", result)
	c.settled.owe(o)
	ring(s.freed)
}

// receiptWanted asks for the final outcome (SMPP 3.4 §5.2.17).
const receiptWanted = 0x01

// submission makes the submit_sm of a segment.
func submission(sender string, segment message.Segment, now time.Time) (smpp.Message, error) {
	coding, payloads := text.Split(segment.Text)
	if segment.Number > len(payloads) {
		return smpp.Message{}, fmt.Errorf("part %d of %d: %w", segment.Number, len(payloads), smpp.SubmitFailed)
	}
	m := smpp.Message{
		Source:             senderAddress(sender),
		Dest:               smpp.Address{TON: 1, NPI: 1, Number: strings.TrimPrefix(segment.Destination, "+")},
		Validity:           validity(segment.ExpiresAt.Sub(now)),
		RegisteredDelivery: receiptWanted,
		Coding:             byte(coding),
		Short:              payloads[segment.Number-1],
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
func senderAddress(sender string) smpp.Address {
	if strings.Trim(sender, "0123456789") == "" {
		return smpp.Address{TON: 0, NPI: 1, Number: sender}
	}
	return smpp.Address{TON: 5, NPI: 0, Number: sender}
}

// validity is a relative SMPP time (§7.1.1.1), so that clocks and zones need
// not agree: YYMMDDhhmmss, then tenths and the letter R. At least a second.
func validity(left time.Duration) string {
	seconds := int(max(left, time.Second) / time.Second)
	days := min(seconds/86400, 30)
	seconds %= 86400
	return fmt.Sprintf("0000%02d%02d%02d%02d000R", days, seconds/3600, seconds/60%60, seconds%60)
}
