package ivr

import (
	"context"
	"slices"
	"strings"
	"time"

	"okno/internal/call"
	"okno/internal/conversation"
)

// invitation is a phone that rings to bring somebody into a talk.
type invitation struct {
	order call.Order
	until time.Time
}

// invite makes a phone ring beside a talk. Carried out again after a crash it finds the leg that it made. What comes of it is the talk's to
// handle: legUp, legDown, cancelled, or the end of the time.
func (c *liveCall) invite(ctx context.Context, o call.Order) (*invitation, error) {
	err := c.insist(ctx, "dialling", func(ctx context.Context) error { return c.floor().Dial(ctx, c.lease(), o, c.call.Room) })
	if isRefused(err) {
		c.dropLeg(o.ID)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	c.forgetLeg(o.ID)
	c.call.Legs = append(c.call.Legs, call.Leg{ID: o.ID, Role: o.Role, Outbound: true, Endpoint: o.Endpoint, AgentID: o.Agent, Mode: o.Mode, State: call.LegRinging})
	c.line.route(c, 0, o.ID)
	c.rings.Store(&o.ID)
	if o.Kind == call.Dial {
		o.Endpoint = strings.ReplaceAll(c.line.config.Asterisk.Trunk, "{number}", o.Endpoint)
	}
	up, err := c.startRing(ctx, o)
	switch {
	case err != nil:
		c.inbox.put(legDown{channel: o.ID}) // heard in its turn
	case up:
		c.inbox.put(legUp(o.ID))
	}
	return &invitation{order: o, until: time.Now().Add(o.Ring + ringMargin)}, nil
}

// joins brings whoever has answered into the talk.
func (c *liveCall) joins(ctx context.Context, o call.Order) error {
	c.rings.Store(nil)
	err := c.insist(ctx, "joining", func(ctx context.Context) error { return c.floor().Joined(ctx, c.lease(), o) })
	if isRefused(err) {
		c.dropLeg(o.ID)
		c.forgetLeg(o.ID)
		return nil
	}
	if err != nil {
		return err
	}
	if o.Role == call.Agent {
		c.call.AwayAt = time.Time{}
	}
	_, served := c.call.Leg(call.Agent)
	for i := range c.call.Legs {
		switch leg := &c.call.Legs[i]; {
		case leg.ID == o.ID:
			leg.State = call.LegUp
		case leg.Role == call.Citizen && !served && o.Kind == call.Dial: // who was passed on
			leg.Held = false
		}
	}
	return nil
}

// declines goes on without somebody who was called. over says that the talk has ended, with what the citizen hears next.
func (c *liveCall) declines(ctx context.Context, o call.Order, why error) (turn conversation.Turn, over bool, err error) {
	c.rings.Store(nil)
	c.dropLeg(o.ID)
	if err := c.tellNotReached(ctx, o, why); err != nil {
		return turn, false, err
	}
	return c.left(ctx, o.ID, false, "")
}

// left goes on without a leg. over says that the talk has ended, with what the citizen hears next; else the room is to be arranged.
func (c *liveCall) left(ctx context.Context, id string, lost bool, order string) (turn conversation.Turn, over bool, err error) {
	c.log.Info().Str("role", string(c.leg(id).Role)).Bool("lost", lost).Msg("leg left")
	c.look(ctx, c.call.Legs...)
	var next *conversation.Turn
	var live call.Call
	tell := func() {
		err = c.insist(ctx, "leaving", func(ctx context.Context) (err error) {
			next, live, err = c.floor().LegLeft(ctx, c.lease(), c.call.Interaction, id, lost, order)
			return err
		})
	}
	if slices.ContainsFunc(c.call.Legs, func(l call.Leg) bool { return l.Role != call.Citizen && l.ID != id }) {
		c.dropLeg(id)
		tell()
	} else { // the citizen is alone
		c.dropOthers()
		c.patiently(ctx, tell)
	}
	if err != nil {
		return turn, false, err
	}
	if next != nil {
		c.stopRecording()
		c.dropOthers()
		c.settleQuality(ctx, false)
		c.keys = ""
		return *next, true, nil
	}
	c.become(ctx, live)
	c.settleQuality(ctx, false)
	return turn, false, nil
}

// become takes the call as it is to be: a leg that is no more in it ends.
func (c *liveCall) become(ctx context.Context, live call.Call) {
	for _, leg := range c.call.Legs {
		if !slices.ContainsFunc(live.Legs, func(l call.Leg) bool { return l.ID == leg.ID }) {
			c.look(ctx, leg)
			c.dropLeg(leg.ID)
		}
	}
	c.call.Room, c.call.Legs, c.call.AwayAt, c.call.Recording = live.Room, live.Legs, live.AwayAt, live.Recording
}

// forgetLeg takes a leg out of the call.
func (c *liveCall) forgetLeg(id string) {
	c.call.Legs = slices.DeleteFunc(slices.Clone(c.call.Legs), func(l call.Leg) bool { return l.ID == id })
}
