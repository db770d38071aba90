package floor

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
)

var resumed = dialogue.Input{Kind: dialogue.Resumed}

// Begin opens an interaction for a call that has come in, keeps the call with it, and gives the first turn. Told again for the same
// channel it repeats that turn. [call.ErrOver] for a channel whose call has ended.
func (f *Floor) Begin(ctx context.Context, l lease.Lease, c call.Call) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		interaction, ended, err := w.CallOfLeg(ctx, c.Channel())
		switch {
		case err == nil && ended:
			return call.ErrOver
		case err == nil:
			turn, err = f.dialogue.Advance(ctx, w, interaction, resumed)
			return err
		case !errors.Is(err, call.ErrOver):
			return err
		}
		if turn, err = f.dialogue.Begin(ctx, w, dialogue.Voice, conversation.Caller{Number: c.Number, Vouched: c.Vouched}); err != nil {
			return err
		}
		c.Interaction = turn.Interaction
		return w.AddCall(ctx, c)
	})
	if err != nil {
		return turn, fmt.Errorf("begin call: %w", err)
	}
	return turn, nil
}

// Answered keeps that a call has been answered.
func (f *Floor) Answered(ctx context.Context, l lease.Lease, interaction int64) error {
	return f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		c, err := w.Call(ctx, interaction)
		if err != nil || c.State != call.Ringing {
			return err
		}
		if err := w.SetCall(ctx, interaction, call.Live, c.Room); err != nil {
			return err
		}
		return w.SetLeg(ctx, c.Channel(), call.LegUp)
	})
}

// Advance gives what follows from an input of a caller. A step that failed may have been taken all the same: it is not told again, but
// resumed.
func (f *Floor) Advance(ctx context.Context, l lease.Lease, interaction int64, in dialogue.Input) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		turn, err = f.dialogue.Advance(ctx, w, interaction, in)
		return err
	})
	return turn, err
}

// Say gives the turn that an order to say is about: the conversation's last words, and how it goes on.
func (f *Floor) Say(ctx context.Context, l lease.Lease, o call.Order) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if _, err := w.Order(ctx, o.ID); err != nil {
			return err
		}
		if turn, err = f.dialogue.Say(ctx, w, o.Interaction); err != nil {
			return err
		}
		return w.EndOrder(ctx, o.ID, call.OrderDone, "")
	})
	return turn, err
}

// Dial keeps that an agent's phone is about to ring by an order to connect: the leg, the room, and the contact. The leg has the order's
// id. [contact.ErrState] when the order no longer holds: it is over then.
func (f *Floor) Dial(ctx context.Context, l lease.Lease, o call.Order, room string) error {
	return f.connecting(ctx, l, o, "dial", func(w Work, c contact.Contact) error {
		if _, _, err := move(ctx, w, c, contact.Rings, 0); err != nil {
			return err
		}
		if err := w.SetCall(ctx, o.Interaction, call.Live, room); err != nil {
			return err
		}
		return w.AddLeg(ctx, o.Interaction, call.Leg{ID: o.ID, Role: call.Agent, Outbound: true, Endpoint: o.Endpoint, AgentID: o.Agent,
			State: call.LegRinging})
	})
}

// Joined keeps that the leg of an order to connect is in the room with the citizen's: they talk.
func (f *Floor) Joined(ctx context.Context, l lease.Lease, o call.Order) error {
	return f.connecting(ctx, l, o, "join", func(w Work, c contact.Contact) error {
		if _, _, err := move(ctx, w, c, contact.Answered, 0); err != nil {
			return err
		}
		if err := w.EndOrder(ctx, o.ID, call.OrderDone, ""); err != nil {
			return err
		}
		return w.SetLeg(ctx, o.ID, call.LegUp)
	})
}

// connecting runs fn on the contact of an order to connect that still holds. An order that was done already holds, too: fn's moves know
// what they did.
func (f *Floor) connecting(ctx context.Context, l lease.Lease, o call.Order, verb string, fn func(Work, contact.Contact) error) error {
	err := f.owned(ctx, l, func(w Work) error {
		now, err := w.Order(ctx, o.ID)
		if err != nil {
			return err
		}
		c, found, err := w.LockLiveContact(ctx, o.Interaction)
		if err != nil {
			return err
		}
		holds := now.State == call.OrderTaken || now.State == call.OrderDone
		if !holds || !found || c.ID != o.Contact || c.AgentID != o.Agent {
			return contact.ErrState
		}
		return fn(w, c)
	})
	if err != nil {
		return fmt.Errorf("%s by order: %w", verb, err)
	}
	return nil
}

// NotReached keeps that the agent of an order to connect could not be had. The citizen waits again, in front. An agent who is to blame,
// whose phone rang and was not answered, is paused as not responding. An order that is over already changes nothing.
func (f *Floor) NotReached(ctx context.Context, l lease.Lease, o call.Order, blame bool, why string) error {
	err := f.owned(ctx, l, func(w Work) error { return f.notReached(ctx, w, o, blame, call.OrderFailed, why) })
	return stale("agent not reached by order", o.ID, err)
}

func (f *Floor) notReached(ctx context.Context, w Work, o call.Order, blame bool, end call.OrderState, why string) error {
	now, err := w.Order(ctx, o.ID)
	if err != nil {
		return err
	}
	if now.State.Open() {
		if err := f.requeue(ctx, w, now, blame); err != nil {
			return err
		}
		if err := w.EndOrder(ctx, now.ID, end, why); err != nil {
			return err
		}
	}
	return w.SetLeg(ctx, now.ID, call.LegEnded)
}

// requeue gives the contact of an order to connect back to its queue, if it is still being connected by this order.
func (f *Floor) requeue(ctx context.Context, w Work, o call.Order, blame bool) error {
	c, found, err := w.LockLiveContact(ctx, o.Interaction)
	connecting := c.State == contact.Accepted || c.State == contact.Ringing
	if err != nil || !found || c.ID != o.Contact || c.AgentID != o.Agent || !connecting {
		return err
	}
	if _, _, err := move(ctx, w, c, contact.NotReached, 0); err != nil || !blame {
		return err
	}
	return w.SetStatus(ctx, o.Agent, acd.Paused, acd.NotResponding, conversation.Okno)
}

// AgentLeft keeps that an agent's leg is gone from a talk, and gives what the citizen hears next. lost means that the leg broke off: the
// citizen waits again. Else the talk is over, if the agent's desk has not said so before, and the dialogue goes on. order is the order to
// release that this carries out, or "".
func (f *Floor) AgentLeft(ctx context.Context, l lease.Lease, interaction int64, leg string, lost bool, order string) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		live, err := w.Call(ctx, interaction)
		if err != nil {
			return err
		}
		if err := w.SetCall(ctx, interaction, live.State, ""); err != nil {
			return err
		}
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil {
			return err
		}
		if found && c.State == contact.Connected {
			event := contact.Released
			if lost {
				event = contact.LegLost
			}
			if _, _, err := move(ctx, w, c, event, 0); err != nil {
				return err
			}
			found = lost
		}
		if order != "" {
			if err := w.EndOrder(ctx, order, call.OrderDone, ""); err != nil {
				return err
			}
		}
		if err := w.SetLeg(ctx, leg, call.LegEnded); err != nil {
			return err
		}
		if found { // the citizen waits
			turn, err = f.dialogue.Advance(ctx, w, interaction, resumed)
			return err
		}
		turn, err = f.dialogue.Answer(ctx, w, interaction, served)
		if errors.Is(err, dialogue.ErrStale) { // answered before
			turn, err = f.dialogue.Advance(ctx, w, interaction, resumed)
		}
		return err
	})
	if err != nil {
		return turn, fmt.Errorf("agent left interaction %d: %w", interaction, err)
	}
	return turn, nil
}

// Refuse answers an order that cannot be carried out: the call is busy with something else. An agent whom it was to connect is told, and
// not blamed.
func (f *Floor) Refuse(ctx context.Context, l lease.Lease, o call.Order, why string) error {
	if o.Kind == call.Connect {
		return f.NotReached(ctx, l, o, false, why)
	}
	return f.owned(ctx, l, func(w Work) error {
		if _, err := w.Order(ctx, o.ID); err != nil {
			return err
		}
		return w.EndOrder(ctx, o.ID, call.OrderFailed, why)
	})
}

// HungUp keeps that a call is over: the dialogue, the contact, the call with its legs and orders, and the interaction with its outcome.
func (f *Floor) HungUp(ctx context.Context, l lease.Lease, interaction int64, how call.Departure) error {
	err := f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		state := call.Live
		switch c, err := w.Call(ctx, interaction); {
		case err == nil:
			state = c.State
		case !errors.Is(err, call.ErrOver):
			return err
		}
		outcome, err := f.dialogue.Leave(ctx, w, interaction)
		if err != nil && !conversation.IsStale(err) {
			return err
		}
		switch {
		case how == call.Lost:
			outcome = conversation.Lost
		case state == call.Ringing:
			outcome = conversation.Cancelled
		}
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil {
			return err
		}
		owed := false // a call back
		if found {
			event := contact.CitizenGone
			if how == call.Lost {
				event = contact.ChannelLost
			}
			_, changed, err := move(ctx, w, c, event, 0)
			if err != nil {
				return err
			}
			rules, err := w.Rules(ctx, c.Queue)
			if err != nil {
				return err
			}
			owed = changed && how == call.Lost && rules.CallBackLost
		}
		if err := w.EndCall(ctx, interaction); err != nil {
			return err
		}
		if owed {
			if err := conversation.CallBack(ctx, w, interaction); err != nil {
				return err
			}
		}
		return w.EndInteraction(ctx, interaction, outcome)
	})
	if err != nil {
		return fmt.Errorf("hang-up of interaction %d: %w", interaction, err)
	}
	return nil
}
