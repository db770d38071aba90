package ivr

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// noRoute is the cause of a number to which there is no way.
const noRoute = 3

// callBack begins the call that an order to call a citizen makes. The citizen's channel has the order's id, so that an order that
// is taken again after a crash finds it.
func (l *Line) callBack(ctx context.Context, o call.Order) {
	l.take(ctx, call.Call{
		Interaction: o.Interaction, Asterisk: l.config.Asterisk.Name, State: call.Ringing, Stage: call.Waiting,
		Legs: []call.Leg{{ID: o.ID, Role: call.Citizen, Outbound: true, State: call.LegRinging}},
	}, func(c *liveCall, ctx context.Context) (conversation.Turn, error) { return c.callOut(ctx, o) })
}

// callOut makes the citizen's telephone ring, and waits until it is answered.
func (c *liveCall) callOut(ctx context.Context, o call.Order) (conversation.Turn, error) {
	c.log = c.log.With().Int64("interaction", o.Interaction).Logger()
	var live call.Call
	err := c.insist(ctx, "calling back", func(ctx context.Context) (err error) {
		live, err = c.floor().CallCitizen(ctx, c.lease(), o)
		return err
	})
	if isRefused(err) {
		c.dropUnwanted()
		return conversation.Turn{}, ErrHangup
	}
	if err != nil {
		return conversation.Turn{}, err
	}
	c.call = live
	up, err := c.line.rest.isUp(c.channel)
	switch {
	case isGone(err) && time.Now().After(o.CreatedAt.Add(o.Ring+call.ConnectLife)): // it rang, for a process before us
		c.hangUp(ErrHangup)
		return conversation.Turn{}, ErrHangup
	case isGone(err):
		number := strings.ReplaceAll(c.line.config.Asterisk.Trunk, "{number}", live.Number)
		err := c.line.rest.ring(c.channel, number, c.line.config.Asterisk.callerID(o.Queue), o.Ring)
		if isRejected(err) { // no such number, or no way to it: an attempt
			c.log.Warn().Err(err).Msg("citizen cannot be called")
			c.hangUp(hangup{noRoute})
		}
		if err != nil {
			return conversation.Turn{}, err
		}
	case err != nil:
		return conversation.Turn{}, err
	}
	return c.reach(ctx, up, o.Ring)
}

// dropUnwanted ends a call that nobody wants any more. The floor has ended it, and may be calling the citizen for another agent by now: it is
// told nothing more.
func (c *liveCall) dropUnwanted() {
	c.log.Info().Msg("order to call back no longer holds")
	c.dropLeg(c.channel)
	c.call.Interaction = 0
	c.hangUp(ErrHangup)
}

// reachAgain goes on with a telephone that rings since a process before us.
func (c *liveCall) reachAgain(ctx context.Context) (conversation.Turn, error) {
	up, err := c.line.rest.isUp(c.channel)
	if err != nil {
		return conversation.Turn{}, err
	}
	return c.reach(ctx, up, call.OutsideRing)
}

// asked says whether the citizen of an adopted call, who was called, is asked something before the wait for the operator.
func (c *liveCall) asked(ctx context.Context) (asked bool, err error) {
	if !c.outward || c.call.Stage != call.Waiting {
		return false, nil
	}
	err = c.insist(ctx, "adoption", func(ctx context.Context) (err error) {
		asked, err = c.floor().Asked(ctx, c.lease(), c.call.Interaction)
		return err
	})
	return asked, err
}

// reach waits until the citizen has answered, and gives what the citizen hears. A channel that ends before has ended the call.
func (c *liveCall) reach(ctx context.Context, up bool, ring time.Duration) (conversation.Turn, error) {
	id := c.channel
	c.rings.Store(&id)
	defer c.rings.Store(nil)
	limit, look := time.NewTimer(ring+ringMargin), time.NewTicker(lookEvery)
	defer limit.Stop()
	defer look.Stop()
	missing, adopted := false, up
	for !up {
		item, looked, err := c.nextOr(ctx, limit.C, look.C)
		if err != nil {
			return conversation.Turn{}, err
		}
		switch item := item.(type) {
		case nil:
			if !looked {
				c.dropLeg(c.channel)
				c.hangUp(ErrHangup)
				continue
			}
			there, err := c.line.rest.isUp(c.channel)
			if isGone(err) && missing { // the event that says why has been lost
				c.checkChannel()
			}
			missing = isGone(err)
			up = err == nil && there
		case legUp:
			up = string(item) == c.channel
		case cancelled:
			if string(item) == c.channel {
				c.dropUnwanted()
			}
		default:
			c.note(ctx, item, true)
		}
	}
	if !adopted { // who answered a process before us may have waited for words since
		who, err := c.whoAnswered(ctx)
		if err == nil && who == call.Machine {
			err = errMachine // that was an attempt
		}
		if err != nil {
			return conversation.Turn{}, err
		}
	}
	turn, err := c.step(ctx, func(ctx context.Context, _ bool) (conversation.Turn, error) {
		return c.floor().Reached(ctx, c.lease(), c.call.Interaction)
	})
	if err != nil {
		return turn, err
	}
	c.call.State = call.Live
	c.vigil.begin()
	turn.Said = slices.Insert(turn.Said, 0, dialogue.Utterance{})
	turn.Spoken = slices.Insert(turn.Spoken, 0, nil) // a breath before the first word, as when Okno is called
	if turn.Expect.Kind != dialogue.ExpectOutcome {
		return turn, nil
	}
	c.spoken = turn.Language
	_, clips := c.clips(ctx, turn)
	if err := c.say(ctx, clips); err != nil { // to their end: the operator, who has accepted, comes at once
		return turn, err
	}
	return c.wait(ctx)
}
