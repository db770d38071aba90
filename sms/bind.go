package sms

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"okno/internal/message"
	"okno/sms/smpp"
)

// bind keeps one session of a link up: it binds, and binds again.
type bind struct {
	channel *Channel
	link    *link
	tls     *tls.Config // nil: clear text
	mode    smpp.Mode
	number  int // from 1, of the link
	slot    string
	pace    *pace
	wake    chan struct{} // there may be segments to send
	log     zerolog.Logger

	sender atomic.Pointer[sender] // of the live session; nil: it sends nothing

	mu     sync.Mutex
	id     string // of the live session; "" while down
	live   *smpp.Session
	reason down // why it is down
	since  time.Time
}

func newBind(c *Channel, l *link, number int, mode smpp.Mode, tls *tls.Config) *bind {
	slot := fmt.Sprintf("%s/%d@%s", l.Name, number-1, c.Node)
	b := &bind{
		channel: c, link: l, tls: tls, mode: mode, number: number, slot: slot, wake: make(chan struct{}, 1), reason: notYet,
		log: c.Log.With().Str("link", l.Name).Str("slot", slot).Logger(),
	}
	b.pace = newPace(b.window(), l.limiter)
	return b
}

func (b *bind) window() int {
	if b.link.Window > 0 {
		return b.link.Window
	}
	return 64
}

// run binds until ctx ends, but not while the link is drained.
func (b *bind) run(ctx context.Context) {
	backoff := newBackoff(b.channel.tune.reconnect)
	for b.mayBind(ctx) {
		lived, err := b.session(ctx)
		b.setDown(b.reasonOf(err))
		order, changed := b.link.order()
		if order == message.Drained || ctx.Err() != nil {
			continue
		}
		pause := backoff.after(err, lived)
		b.log.Warn().Err(err).Dur("lived", lived).Dur("pause", pause).Msg("sms link down")
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-changed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
	b.setDown(stopped)
}

// mayBind waits until nothing is ordered against it. It is false once ctx has ended.
func (b *bind) mayBind(ctx context.Context) bool {
	for waited := false; ctx.Err() == nil; waited = true {
		order, changed := b.link.order()
		switch order {
		case message.Open, message.Paused:
			if waited {
				b.setDown(notYet)
			}
			return true
		case message.Drained:
			b.setDown(drained)
		default: // it is not known yet what is ordered
			b.setDown(noDatabase)
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return false
}

// session runs one session from bind to end.
func (b *bind) session(ctx context.Context) (lived time.Duration, err error) {
	id := uuid.NewString()
	in := &inbox{channel: b.channel, link: b.link.Name, reading: b.link.reading(), deferredAt: &b.link.refusedAt, notation: b.link.notation, bind: id, dialled: make(chan ussdRequest, ussdWaiting), log: b.log}
	session, err := smpp.Dial(ctx, b.link.Addr, smpp.Bind{
		Mode: b.mode, SystemID: b.link.SystemID, Password: b.link.Password, SystemType: b.link.SystemType,
		AddressRange: b.link.AddressRange,
	}, b.options(in))
	if err != nil {
		return 0, err
	}
	// Without the database nothing could be acknowledged: then the SMSC may as well keep its messages.
	err = b.channel.Store.BeginBind(ctx, message.Bind{ID: id, Slot: b.slot, Link: b.link.Name})
	if err != nil {
		session.Close()
		return 0, fmt.Errorf("%w: %w", errNoDatabase, err)
	}
	began := time.Now()
	b.setUp(id, session)
	b.log.Info().Msg("sms link up")
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	var sending sync.WaitGroup
	sending.Go(func() {
		defer leave() // when the link is drained
		if session.CanSend() {
			s := newSender(b, session)
			b.sender.Store(s)
			defer b.sender.Store(nil)
			s.run(ctx)
		} else {
			b.awaitDrain(ctx, session)
		}
	})
	if b.link.Query && session.CanSend() {
		sending.Go(func() { newQuerier(b, session).run(ctx) })
	}
	for range ussdAtOnce {
		sending.Go(func() { newExchange(b, session, in).run(ctx) })
	}
	err = session.Run(ctx)
	ended := b.alive()
	b.setDown(b.reasonOf(err)) // before the upkeep takes it for alive again
	if errors.Is(err, smpp.ErrClosed) {
		ended.ConfirmedUntil = time.Time{}
	}
	b.channel.unbinds.add(ended) // before anything of it comes again over another bind
	sending.Wait()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	if err := b.channel.Store.EndBind(ending, ended); err != nil {
		b.log.Error().Err(err).Msg("end bind")
	} else {
		b.channel.unbinds.noted([]message.Alive{ended})
	}
	return time.Since(began), err
}

// awaitDrain waits until the link is drained, or ctx or the session ends.
func (b *bind) awaitDrain(ctx context.Context, session *smpp.Session) {
	for {
		order, changed := b.link.order()
		if order == message.Drained {
			return
		}
		select {
		case <-changed:
		case <-session.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// carrier gives a session of the link that can send: the one given, if it can.
func (b *bind) carrier(own *smpp.Session) *smpp.Session {
	if own.CanSend() {
		return own
	}
	for _, other := range b.link.binds {
		if s := other.liveSession(); s != nil && s.CanSend() {
			return s
		}
	}
	return nil
}

func (b *bind) liveSession() *smpp.Session {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.live
}

func (b *bind) setUp(id string, session *smpp.Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.id, b.live, b.reason, b.since = id, session, down{}, b.channel.Clock()
}

func (b *bind) setDown(reason down) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.id != "" || b.since.IsZero() || (reason == drained) != (b.reason == drained) {
		b.since = b.channel.Clock()
	}
	b.id, b.live, b.reason = "", nil, reason
}

// reasonOf says why a session is no more.
func (b *bind) reasonOf(err error) down {
	if order, _ := b.link.order(); order == message.Drained {
		return drained
	}
	return downFor(err)
}

func (b *bind) why() down {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.reason
}

// alive tells of the session that is up; of none while there is none.
func (b *bind) alive() message.Alive {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.live == nil {
		return message.Alive{}
	}
	now := b.channel.Clock()
	confirmed := now.Add(-b.live.Unconfirmed())
	// The SMSC has an answer to a deferred message and sends it again all the same: also to the next process, which remembers none.
	if since := b.channel.deferred.since(now); since.Before(confirmed) {
		confirmed = since
	}
	return message.Alive{Bind: b.id, ConfirmedUntil: confirmed}
}
