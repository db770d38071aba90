package ivr

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
)

// talk is the time with an agent, with others whom the agent has brought in, or with somebody outside to whom the citizen was passed on. Who
// hears whom stands in the legs of the call: here Asterisk is made to agree, at once for a call that was adopted.
func (c *liveCall) talk(ctx context.Context, adopted bool) (conversation.Turn, error) {
	for _, o := range c.later {
		c.inbox.put(o)
	}
	c.later = nil
	if adopted {
		c.inbox.put(doubt{})
	}
	defer c.rings.Store(nil)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	t := talk{liveCall: c, arranged: !adopted}
	if !adopted {
		t.tape = tape{}
	}
	for {
		t.record(ctx)
		t.measure(ctx)
		item, _, err := c.nextOr(ctx, nil, look.C)
		if err != nil {
			return conversation.Turn{}, err
		}
		turn, over, err := t.handle(ctx, item)
		if over || err != nil {
			return turn, err
		}
	}
}

// talk is what is known of one beyond the call itself.
type talk struct {
	*liveCall
	arranged bool        // Asterisk agrees with the legs, as far as is known
	invited  *invitation // whose phone rings; nil: nobody's
}

// handle does what follows from something that has happened; nil: some time has passed. over says that the talk has ended, with what the
// citizen hears next.
func (t *talk) handle(ctx context.Context, item any) (turn conversation.Turn, over bool, err error) {
	switch item := item.(type) {
	case nil:
		if !t.arranged {
			t.arrange(true)
		}
		if !t.call.AwayAt.IsZero() && time.Since(t.call.AwayAt) > call.AwayPatience {
			if turn, over, err = t.left(ctx, "", true, ""); over || err != nil {
				return turn, over, err
			}
		}
		return t.lookAtInvited(ctx)
	case call.Order:
		return t.obey(ctx, item)
	case legUp:
		if string(item) == t.ear {
			t.arrange(false)
		}
		if slices.Contains(t.tape.taps(), string(item)) {
			t.came[string(item)] = true
		}
		if t.invited == nil || t.invited.order.ID != string(item) {
			return turn, false, nil
		}
		o := t.invited.order
		t.invited = nil
		err = t.joins(ctx, o)
		t.arrange(false)
		return turn, false, err
	case tapFailed:
		if slices.Contains(t.tape.taps(), string(item)) {
			t.recordingFailed(ctx, "asterisk has ended it")
		}
	case legDown:
		if slices.Contains(t.tape.taps(), item.channel) {
			t.recordingFailed(ctx, "its channel has ended")
			return turn, false, nil
		}
		return t.down(ctx, item.channel, item.cause != normalClearing, item.cause)
	case cancelled:
		if t.invited != nil && t.invited.order.ID == string(item) {
			t.invited = nil
			t.rings.Store(nil)
			t.dropLeg(string(item))
			t.forgetLeg(string(item))
		}
	case doubt:
		for _, leg := range t.call.Legs {
			if leg.Role == call.Citizen {
				continue
			}
			if there, err := t.line.rest.exists(leg.ID); err != nil || there {
				continue
			}
			if turn, over, err = t.down(ctx, leg.ID, true, 0); over || err != nil {
				return turn, over, err
			}
		}
		if t.ear != "" {
			if there, err := t.line.rest.exists(t.ear); err == nil && !there {
				t.ear = ""
			}
		}
		t.arrange(!t.arranged)
	}
	return turn, false, nil
}

// down goes on without a leg, of whoever talked or was called.
func (t *talk) down(ctx context.Context, id string, lost bool, cause int) (turn conversation.Turn, over bool, err error) {
	leg := t.leg(id)
	switch {
	case id == t.ear && id != "":
		t.ear = ""
		t.arrange(false)
		return turn, false, nil
	case leg.ID == "":
		return turn, false, nil // it was dropped
	case t.invited != nil && t.invited.order.ID == id:
		o := t.invited.order
		t.invited = nil
		turn, over, err = t.declines(ctx, o, t.answered(false, cause))
	case leg.State == call.LegRinging: // its order comes again
		return turn, false, nil
	default:
		turn, over, err = t.left(ctx, id, lost, "")
	}
	if !over && err == nil {
		t.arrange(!t.call.AwayAt.IsZero()) // the citizen may be alone, without music yet
	}
	return turn, over, err
}

// obey carries out an order.
func (t *talk) obey(ctx context.Context, o call.Order) (turn conversation.Turn, over bool, err error) {
	switch {
	case o.Kind == call.Release:
		leg, _ := t.call.Leg(call.Agent)
		if turn, over, err = t.left(ctx, leg.ID, false, o.ID); !over && err == nil {
			t.arrange(false)
		}
	case o.Kind == call.Arrange:
		if t.carry(ctx, o) {
			t.arrange(!t.arranged)
		}
	case o.Kind == call.Keys:
		if t.carry(ctx, o) {
			t.sendKeys(o)
		}
	case t.invited == nil && (o.Kind == call.Dial || o.Kind == call.Supervise || o.Role == call.Consulted || !t.call.AwayAt.IsZero()):
		t.invited, err = t.invite(ctx, o)
	default:
		t.refuse(ctx, o, "the citizen talks")
	}
	return turn, over, err
}

// lookAtInvited looks at the phone that rings: an event may have been lost.
func (t *talk) lookAtInvited(ctx context.Context) (turn conversation.Turn, over bool, err error) {
	if t.invited == nil {
		return turn, false, nil
	}
	o := t.invited.order
	up, err := t.line.rest.isUp(o.ID)
	switch {
	case up:
		return t.handle(ctx, legUp(o.ID))
	case isGone(err), time.Now().After(t.invited.until):
		return t.down(ctx, o.ID, true, 0)
	}
	return turn, false, nil
}

// arrange makes Asterisk agree with the legs; what does not work is tried again.
func (t *talk) arrange(afresh bool) {
	err := t.liveCall.arrange(afresh)
	if t.arranged = err == nil; err != nil {
		t.log.Warn().Err(err).Msg("room not arranged")
	}
}

// leg gives a leg of the call by its channel.
func (c *liveCall) leg(id string) call.Leg {
	for _, leg := range c.call.Legs {
		if leg.ID == id {
			return leg
		}
	}
	return call.Leg{}
}

// carry takes an order about the talk. It is false when the order was carried out before.
func (c *liveCall) carry(ctx context.Context, o call.Order) bool {
	var live call.Call
	err := c.insist(ctx, string(o.Kind), func(ctx context.Context) (err error) {
		live, err = c.floor().Carry(ctx, c.lease(), o)
		return err
	})
	if err != nil {
		if !errors.Is(err, call.ErrOver) {
			c.log.Warn().Err(err).Str("kind", string(o.Kind)).Msg("order not carried out")
		}
		return false
	}
	c.become(ctx, live)
	return true
}

// sendKeys sends keys to whoever the agent of an order talks with.
func (c *liveCall) sendKeys(o call.Order) {
	for _, leg := range c.call.Legs {
		if !leg.Hears(o.Agent) {
			continue
		}
		if err := c.line.rest.press(leg.ID, o.Keys); err != nil {
			c.log.Warn().Err(err).Msg("keys not sent")
		}
	}
}
