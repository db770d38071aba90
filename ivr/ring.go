package ivr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/lease"
)

const (
	// ringMargin is how much longer than Asterisk itself the agent's phone is waited for.
	ringMargin = 2 * time.Second
	// lookEvery is how often a phone that rings is looked at: an event that was lost, while the stream changed hands, costs no more.
	lookEvery = time.Second
	// pageEvery is how often is looked whether a page that is being loaded anew has registered: the citizen waits for that.
	pageEvery = 200 * time.Millisecond
)

// roomPrefix begins the ids of our bridges.
const roomPrefix = "okno-room-"

// roomOf is the bridge of a call. It has one at a time, always of the same name: what is made again is found.
func roomOf(interaction int64) string { return fmt.Sprintf("%s%d", roomPrefix, interaction) }

// errNotReached says why an agent could not be had.
type notReached struct {
	blame bool // the phone was there to ring, and nobody answered
	why   string
}

func (e notReached) Error() string { return e.why }

// errCancelled says that nobody wants the phone to ring any more.
var errCancelled = errors.New("the order is cancelled")

// connect carries out an order to connect: it rings the agent's phone and joins both sides. It is false when they do not talk, for a
// reason that the floor knows by then. Carried out again after a crash it finds the leg that it made.
func (c *liveCall) connect(ctx context.Context, o call.Order) (joined bool, err error) {
	id := o.ID
	c.rings.Store(&id)
	defer c.rings.Store(nil)
	room := roomOf(c.call.Interaction)
	err = c.insist(ctx, "dialling", func(ctx context.Context) error { return c.floor().Dial(ctx, c.lease(), o, room) })
	switch {
	case isRefused(err):
		c.log.Info().Msg("order to connect no longer holds")
		c.dropLeg(o.ID)
		return false, nil
	case err != nil:
		return false, err
	}
	c.call.Room = room
	c.call.Legs = append(c.call.Legs, call.Leg{ID: o.ID, Role: call.Agent, Outbound: true, Endpoint: o.Endpoint, AgentID: o.Agent})
	c.line.route(c, 0, o.ID)
	if err = c.awaitPage(ctx, o); err == nil {
		err = c.ring(ctx, o)
	}
	if err == nil {
		err = c.join(ctx, o)
	}
	if err == nil {
		for i := range c.call.Legs {
			c.call.Legs[i].State, c.call.Legs[i].Held = call.LegUp, false
		}
		return true, nil
	}
	return false, c.giveUpOn(ctx, o, err)
}

// startRing makes a phone ring, by the id of its order. It says whether that has been answered already.
func (c *liveCall) startRing(ctx context.Context, o call.Order) (up bool, err error) {
	left := time.Until(o.CreatedAt.Add(o.Ring + call.ConnectLife))
	switch up, err := c.line.rest.isUp(o.ID); {
	case isGone(err) && left <= 0:
		return false, notReached{why: "the time to ring is over"}
	case isGone(err):
		endpoint, elsewhere, err := c.line.reach(ctx, o.Endpoint)
		if err != nil {
			return false, notReached{why: err.Error()}
		}
		if err := c.line.rest.ring(o.ID, endpoint, c.call.Number, o.Ring); err != nil {
			return false, notReached{blame: !elsewhere && (isRejected(err) || !c.line.rest.isRegistered(endpoint)), why: err.Error()}
		}
		return false, nil
	case err != nil:
		return false, notReached{why: err.Error()}
	default: // it was made before the process before us died
		if err := c.line.rest.follow(o.ID); err != nil && !isGone(err) {
			c.log.Warn().Err(err).Msg("leg not followed")
		}
		return up, nil
	}
}

// awaitPage waits while the page of the agent is not registered at this Asterisk: it may be loaded anew just now. A page is waited for as long
// as it may ring, and [call.AwayPatience] at most; then it is rung all the same, and the floor is told that it does not answer.
func (c *liveCall) awaitPage(ctx context.Context, o call.Order) error {
	look := time.NewTicker(pageEvery)
	defer look.Stop()
	for until := time.Now().Add(min(o.Ring, call.AwayPatience)); time.Now().Before(until) && c.pageIsAway(ctx, o); {
		item, _, err := c.nextOr(ctx, nil, look.C)
		if err != nil {
			return err
		}
		switch item := item.(type) {
		case nil:
		case cancelled:
			if string(item) == o.ID {
				return errCancelled
			}
		default:
			c.note(ctx, item, true)
		}
	}
	return nil
}

// pageIsAway says whether an order is to ring a page that registers here, and is not registered. What is not known is looked for by ringing.
func (c *liveCall) pageIsAway(ctx context.Context, o call.Order) bool {
	where, err := c.line.registrar(ctx, o.Endpoint)
	if err != nil || where != c.line.config.Asterisk.Name || c.line.rest.isRegistered(o.Endpoint) {
		return false
	}
	there, err := c.line.rest.exists(o.ID) // it rings since a process before us
	return err == nil && !there
}

// ring makes the agent's phone ring, and waits until it is answered.
func (c *liveCall) ring(ctx context.Context, o call.Order) error {
	if up, err := c.startRing(ctx, o); err != nil || up {
		return err
	}
	limit, look := time.NewTimer(o.Ring+ringMargin), time.NewTicker(lookEvery)
	defer limit.Stop()
	defer look.Stop()
	for {
		item, looked, err := c.nextOr(ctx, limit.C, look.C)
		if err != nil {
			return err
		}
		switch item := item.(type) {
		case nil:
			if !looked {
				return notReached{blame: true, why: "no answer"}
			}
			up, err := c.line.rest.isUp(o.ID)
			if isGone(err) { // with the citizen's, if Asterisk has restarted
				c.checkChannel()
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if up || isGone(err) {
				return c.answered(up, 0)
			}
		case legUp:
			if string(item) == o.ID {
				return nil
			}
		case legDown:
			if item.channel == o.ID {
				return c.answered(false, item.cause)
			}
		case cancelled:
			if string(item) == o.ID {
				return errCancelled
			}
		default:
			c.note(ctx, item, true)
		}
	}
}

// Causes (Q.850) by which a network says that it could not reach the phone, which is not the agent's doing.
var networkCauses = map[int]bool{27: true, 34: true, 38: true, 41: true, 42: true, 44: true, 47: true}

func (c *liveCall) answered(up bool, cause int) error {
	if up {
		return nil
	}
	return notReached{blame: !networkCauses[cause], why: fmt.Sprintf("the phone did not answer, cause %d", cause)}
}

// join puts both sides into the room, and tells the floor until it knows.
func (c *liveCall) join(ctx context.Context, o call.Order) error {
	if err := c.player.stopAll(); err != nil {
		c.log.Warn().Err(err).Msg("silence stays")
	}
	c.player.stopMusic()
	if err := c.line.rest.bridge(c.call.Room, c.channel, o.ID); err != nil {
		return notReached{why: err.Error()}
	}
	err := c.insist(ctx, "joining", func(ctx context.Context) error { return c.floor().Joined(ctx, c.lease(), o) })
	if isRefused(err) {
		return errCancelled
	}
	return err
}

// giveUpOn drops a leg that was to be joined, and tells the floor why. It gives an error only when the call cannot go on. A phone that rings while
// the process ends is left to the next owner: it rings once.
func (c *liveCall) giveUpOn(ctx context.Context, o call.Order, why error) error {
	if ctx.Err() != nil || errors.Is(why, lease.ErrFenced) {
		return why
	}
	c.dropOthers()
	return c.tellNotReached(ctx, o, why)
}

// tellNotReached tells the floor why nobody could be had.
func (c *liveCall) tellNotReached(ctx context.Context, o call.Order, why error) error {
	if ctx.Err() != nil || isFinal(why) {
		return why
	}
	var reason notReached
	if !errors.As(why, &reason) {
		reason.why = why.Error()
	}
	c.log.Info().Str("why", reason.why).Bool("blame", reason.blame).Int64("agent", o.Agent).Msg("agent not reached")
	err := c.insist(ctx, "agent not reached", func(ctx context.Context) error {
		return c.floor().NotReached(ctx, c.lease(), o, reason.blame, reason.why)
	})
	if isRefused(err) {
		return nil
	}
	return err
}

// dropOthers ends all legs but the citizen's, and the room, as far as there are any.
func (c *liveCall) dropOthers() {
	c.dropEar()
	for _, leg := range c.call.Legs {
		if leg.Role != call.Citizen {
			c.dropLeg(leg.ID)
		}
	}
	if c.call.Room != "" {
		if err := c.line.rest.removeBridge(c.call.Room); err != nil {
			c.log.Warn().Err(err).Msg("room stays")
		}
	}
	c.call.Room = ""
	c.call.Legs = slices.DeleteFunc(c.call.Legs, func(l call.Leg) bool { return l.Role != call.Citizen })
}

func (c *liveCall) dropLeg(id string) {
	if id == "" {
		return
	}
	if err := c.line.rest.hangup(id); err != nil {
		c.log.Warn().Err(err).Msg("leg stays")
	}
}

// isRefused says that the floor no longer holds what is told, or never did.
func isRefused(err error) bool {
	return errors.Is(err, contact.ErrState) || errors.Is(err, call.ErrOver)
}
