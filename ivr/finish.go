package ivr

import (
	"context"
	"errors"

	"okno/internal/call"
	"okno/internal/lease"
)

// finish ends the call for the reason why its turns have ended.
func (c *liveCall) finish(ctx context.Context, why error) {
	if isGone(why) { // said by a request before any event
		c.checkChannel()
	}
	cause := context.Cause(ctx)
	gone := errors.Is(cause, ErrHangup) || errors.Is(cause, errLost) || isGone(why)
	mute := errors.Is(cause, errMute)
	if ctx.Err() != nil && !gone && !mute || errors.Is(why, lease.ErrFenced) {
		c.log.Info().Msg("call left to the next owner")
		return
	}
	how := call.HungUp
	switch {
	case errors.Is(cause, errLost), mute:
		how = call.Lost
	case gone:
		how = c.departure(cause)
	case errors.Is(why, errFinished):
		how = call.Finished
	case errors.Is(why, errMachine):
		how = call.ByMachine
	default:
		how = call.Lost
		c.log.Error().Err(why).Msg("call cannot go on")
		c.apologise(ctx)
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, ErrHangup) && !errors.Is(cause, errLost) {
			c.log.Info().Msg("call left to the next owner") // who goes on where it was
			return
		}
	}
	c.stopRecording()
	c.look(ctx, c.call.Legs...)
	if len(c.call.Legs) > 1 {
		c.dropOthers()
	}
	if !gone {
		if err := c.line.rest.hangup(c.channel); err != nil {
			c.log.Warn().Err(err).Msg("channel stays")
			c.line.sweepSoon()
		}
	}
	if c.call.Interaction == 0 {
		return
	}
	if err := c.line.hungUp(context.WithoutCancel(ctx), c.call.Interaction, how); err != nil {
		c.log.Error().Err(err).Msg("hang-up not kept") // the next sweep finds a call without a channel
		c.line.sweepSoon()
		return
	}
	c.line.spoolSoon()
	c.settleQuality(ctx, true)
	c.log.Info().Str("how", string(how)).Msg("call over")
}

// departure is how a call ends whose channel is gone: of a citizen who was called and has not answered, for which cause.
func (c *liveCall) departure(cause error) call.Departure {
	var h hangup
	if leg, ok := c.call.Leg(call.Citizen); ok && leg.Outbound && c.call.State == call.Ringing && errors.As(cause, &h) {
		return call.Unreached(h.cause)
	}
	return call.HungUp
}

// apologise tells the caller to call later, as Asterisk does when Okno is away.
func (c *liveCall) apologise(ctx context.Context) {
	if c.call.Interaction == 0 {
		if err := c.line.rest.answer(c.channel); err != nil {
			return
		}
	}
	if id, err := c.player.play(c.line.config.Voice.Unavailable(ctx, c.spoken)); err == nil {
		c.player.startMusic() // until the next owner comes, if this one has to leave
		_ = c.awaitEnd(ctx, id)
	}
}

// hungUp tells the floor that a call is over.
func (l *Line) hungUp(ctx context.Context, interaction int64, how call.Departure) error {
	ctx, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	return l.config.Floor.HungUp(ctx, l.lease(), interaction, how)
}
