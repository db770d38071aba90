package sms

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/rs/zerolog"

	"okno/internal/message"
	"okno/sms/smpp"
)

// bind keeps one session of a link up: it binds, and binds again.
type bind struct {
	channel *Channel
	link    Link
	mode    smpp.Mode
	slot    string
	pace    *pace
	wake    chan struct{} // there may be segments to send
	log     zerolog.Logger

	mu     sync.Mutex
	id     string // of the live session; "" while down
	live   *smpp.Session
	reason string // why it is down
	since  time.Time
}

func newBind(c *Channel, l Link, mode smpp.Mode, slot string) *bind {
	b := &bind{
		channel: c, link: l, mode: mode, slot: slot, wake: make(chan struct{}, 1), reason: "not bound yet",
		log: c.Log.With().Str("link", l.Name).Str("slot", slot).Logger(),
	}
	b.pace = newPace(b.window(), l.Rate)
	return b
}

func (b *bind) window() int {
	if b.link.Window > 0 {
		return b.link.Window
	}
	return 64
}

// run binds until ctx ends.
func (b *bind) run(ctx context.Context) {
	backoff := newBackoff(b.channel.tune.reconnect)
	for {
		lived, err := b.session(ctx)
		if ctx.Err() != nil {
			b.setDown("stopped")
			return
		}
		b.setDown(safeReason(err))
		pause := backoff.after(err, lived)
		b.log.Warn().Err(err).Dur("lived", lived).Dur("pause", pause).Msg("sms link down")
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			b.setDown("stopped")
			return
		}
	}
}

// session runs one session from bind to end.
func (b *bind) session(ctx context.Context) (lived time.Duration, err error) {
	id := uuid.NewString()
	in := &inbox{channel: b.channel, link: b.link.Name, bind: id, log: b.log}
	session, err := smpp.Dial(ctx, b.link.Addr, smpp.Bind{
		Mode: b.mode, SystemID: b.link.SystemID, Password: b.link.Password, SystemType: b.link.SystemType,
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
	var sending sync.WaitGroup
	if session.CanSend() {
		sending.Go(func() { newSender(b, session).run(ctx) })
	}
	err = session.Run(ctx)
	sending.Wait()
	ended := b.alive()
	b.setDown(safeReason(err)) // before the upkeep takes it for alive again
	if errors.Is(err, smpp.ErrClosed) {
		ended.ConfirmedUntil = time.Time{}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer cancel()
	if err := b.channel.Store.EndBind(ending, ended); err != nil {
		b.log.Error().Err(err).Msg("end bind")
	}
	return time.Since(began), err
}

func (b *bind) setUp(id string, session *smpp.Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.id, b.live, b.reason, b.since = id, session, "", b.channel.Clock()
}

func (b *bind) setDown(reason string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.id != "" || b.since.IsZero() {
		b.since = b.channel.Clock()
	}
	b.id, b.live, b.reason = "", nil, reason
}

func (b *bind) down() string {
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
	return message.Alive{Bind: b.id, ConfirmedUntil: now.Add(-b.live.Unconfirmed())}
}

var errNoDatabase = errors.New("waiting for the database")

// safeReason says what is wrong with a link in words for /readyz.
func safeReason(err error) string {
	var status smpp.Status
	switch {
	case err == nil:
		return "ended"
	case errors.Is(err, errNoDatabase):
		return errNoDatabase.Error()
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer to the bind"
	}
	for _, known := range []error{smpp.ErrUnbound, smpp.ErrSilent, smpp.ErrStalled} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "not connected"
}
