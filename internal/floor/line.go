package floor

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	if err == nil && turn.Expect.Queue {
		if err := f.callsIn(ctx, l, interaction); err != nil { // it is done again as the caller waits
			f.log.Warn().Err(err).Msg("callback of a caller stays")
		}
	}
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

// InWriting sends by SMS what could not be said in a call, and gives what is said in its place: nothing where the number takes no SMS.
func (f *Floor) InWriting(ctx context.Context, l lease.Lease, interaction int64, unsaid []dialogue.Utterance) (told []dialogue.Fragment, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		told, err = f.dialogue.InWriting(ctx, w, interaction, unsaid)
		return err
	})
	return told, err
}

// Dial keeps that an agent's phone is about to ring by an order to connect: the leg, the room, and the contact. The leg has the order's
// id. [contact.ErrState] when the order no longer holds: it is over then. An order that has no contact
// of its own, to dial a telephone outside or a supervisor's, has a leg alone.
func (f *Floor) Dial(ctx context.Context, l lease.Lease, o call.Order, room string) error {
	if o.Kind != call.Connect {
		return f.dialling(ctx, l, o, func(w Work) error { return addLeg(ctx, w, o, room) })
	}
	return f.connecting(ctx, l, o, "dial", func(w Work, c contact.Contact) error {
		if _, _, err := move(ctx, w, c, contact.Rings, 0); err != nil {
			return err
		}
		return addLeg(ctx, w, o, room)
	})
}

// addLeg keeps the leg that an order makes, once.
func addLeg(ctx context.Context, w Work, o call.Order, room string) error {
	if err := w.SetCall(ctx, o.Interaction, call.Live, room); err != nil {
		return err
	}
	leg := call.Leg{ID: o.ID, Role: o.Role, Outbound: true, Endpoint: o.Endpoint, AgentID: o.Agent, State: call.LegRinging, Mode: o.Mode}
	if o.Kind == call.Dial {
		leg.AgentID = 0
	}
	return w.AddLeg(ctx, o.Interaction, leg)
}

// Joined keeps that the leg of an order to connect, or to dial, is in the room: they talk. A citizen who was passed on hears whoever is
// outside.
func (f *Floor) Joined(ctx context.Context, l lease.Lease, o call.Order) error {
	if o.Kind != call.Connect {
		return f.dialling(ctx, l, o, func(w Work) error {
			if err := w.EndOrder(ctx, o.ID, call.OrderDone, ""); err != nil {
				return err
			}
			if err := w.SetLeg(ctx, o.ID, call.LegUp); err != nil {
				return err
			}
			live, err := w.Call(ctx, o.Interaction)
			if err != nil || live.Stage != call.Passed {
				return err
			}
			return w.HoldLeg(ctx, live.Channel(), false)
		})
	}
	return f.connecting(ctx, l, o, "join", func(w Work, c contact.Contact) error {
		if _, _, err := move(ctx, w, c, contact.Answered, 0); err != nil {
			return err
		}
		if err := w.SetAway(ctx, o.Interaction, false); err != nil {
			return err
		}
		if err := w.EndOrder(ctx, o.ID, call.OrderDone, ""); err != nil {
			return err
		}
		if err := w.SetLeg(ctx, o.ID, call.LegUp); err != nil || o.Role != call.Agent {
			return err
		}
		return w.BeginRecording(ctx, c)
	})
}

// dialling runs fn for an order to dial that still holds, or that was done already.
func (f *Floor) dialling(ctx context.Context, l lease.Lease, o call.Order, fn func(Work) error) error {
	err := f.owned(ctx, l, func(w Work) error {
		now, err := w.Order(ctx, o.ID)
		if err != nil {
			return err
		}
		if now.State != call.OrderTaken && now.State != call.OrderDone {
			return contact.ErrState
		}
		return fn(w)
	})
	if err != nil {
		return fmt.Errorf("dial by order: %w", err)
	}
	return nil
}

// connecting runs fn on the contact of an order to connect that still holds. An order that was done already holds, too: fn's moves know
// what they did.
func (f *Floor) connecting(ctx context.Context, l lease.Lease, o call.Order, verb string, fn func(Work, contact.Contact) error) error {
	err := f.owned(ctx, l, func(w Work) error {
		now, err := w.Order(ctx, o.ID)
		if err != nil {
			return err
		}
		c, err := w.LockContact(ctx, o.Contact)
		if err != nil {
			return err
		}
		holds := now.State == call.OrderTaken || now.State == call.OrderDone
		if !holds || !c.Live() || c.AgentID != o.Agent {
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
		requeue := f.requeue // of a callback, too: its call ends with the move
		switch now.Kind {
		case call.Dial:
			requeue = comeBack
		case call.Supervise:
			requeue = func(context.Context, Work, call.Order, bool) error { return nil } // nobody waits for a supervisor
		}
		if err := requeue(ctx, w, now, blame); err != nil {
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
	c, err := w.LockContact(ctx, o.Contact)
	connecting := c.State == contact.Accepted || c.State == contact.Ringing
	if err != nil || c.AgentID != o.Agent || !connecting {
		return err
	}
	if _, _, err := f.letGo(ctx, w, c, contact.NotReached, contact.NoWay); err != nil || !blame {
		return err
	}
	return w.SetStatus(ctx, o.Agent, acd.Paused, acd.NotResponding, conversation.Okno)
}

// comeBack has a citizen who was passed on to a telephone outside, which was not reached, wait in front of the queue again.
func comeBack(ctx context.Context, w Work, o call.Order, _ bool) error {
	_, found, err := w.LockLiveContact(ctx, o.Interaction)
	if err != nil || found {
		return err
	}
	_, err = w.CopyContact(ctx, o.Contact, "", o.ID, 0)
	return err
}

// LegLeft keeps that a leg is gone from a talk, and gives what the citizen hears next, or nil while the talk goes on, with the call as it is
// then. An agent whose leg was lost gives the citizen back to the front of the queue, but a page, which may only be loaded anew, has
// [call.AwayPatience] to come back; leg "" says that it did not. An agent who left has ended the talk, if the desk has not said so before. But
// one who has brought somebody into the call leaves the citizen to that other. order is the order to release that this carries out, or "".
func (f *Floor) LegLeft(ctx context.Context, l lease.Lease, interaction int64, leg string, lost bool, order string) (turn *conversation.Turn, live call.Call, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		turn = nil
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		before, err := w.Call(ctx, interaction)
		if err != nil {
			return err
		}
		if err := f.leave(ctx, w, before, leg, lost); err != nil {
			return err
		}
		if order != "" {
			if err := w.EndOrder(ctx, order, call.OrderDone, ""); err != nil {
				return err
			}
		}
		if err := w.SetLeg(ctx, leg, call.LegEnded); err != nil {
			return err
		}
		if live, err = w.Call(ctx, interaction); err != nil || live.Stage == call.Talking || live.Stage == call.Passed {
			return err
		}
		next, err := f.alone(ctx, w, live)
		turn = &next
		return err
	})
	if err != nil {
		return nil, live, fmt.Errorf("leg left interaction %d: %w", interaction, err)
	}
	return turn, live, nil
}

// leave moves the contacts of a call that a leg leaves.
func (f *Floor) leave(ctx context.Context, w Work, live call.Call, leg string, lost bool) error {
	c, found, err := w.LockLiveContact(ctx, live.Interaction)
	if err != nil {
		return err
	}
	help, helped, err := w.LockHelp(ctx, live.Interaction)
	if err != nil {
		return err
	}
	left := call.Leg{Role: call.Agent} // who did not come back
	if leg != "" {
		i := slices.IndexFunc(live.Legs, func(l call.Leg) bool { return l.ID == leg })
		if i < 0 { // its end was told before
			return nil
		}
		left = live.Legs[i]
	}
	switch {
	case left.Role == call.Consulted && helped:
		_, _, err := move(ctx, w, help, contact.HelpOver, 0)
		return err
	case left.Role != call.Agent || !found || c.State != contact.Connected:
		return nil
	case leg == "" && live.AwayAt.IsZero():
		return nil
	case goesOn(live, lost):
		return handOver(ctx, w, c, live)
	case lost && left.Endpoint == pageOf(c.AgentID):
		return w.SetAway(ctx, live.Interaction, true)
	}
	event := contact.Released
	if lost {
		event = contact.LegLost
	}
	if _, _, err := move(ctx, w, c, event, 0); err != nil {
		return err
	}
	if helped {
		_, _, err = move(ctx, w, help, contact.HelpOver, 0)
	}
	if err == nil && !live.AwayAt.IsZero() { // the page may be rung
		err = w.CancelConnects(ctx, live.Interaction)
	}
	return err
}

// goesOn says whether the citizen stays with somebody else when the agent leaves: with whoever is asked, if the agent hangs up; with whoever
// the citizen hears already, if the agent's leg breaks off.
func goesOn(live call.Call, lost bool) bool {
	citizen, _ := live.Leg(call.Citizen)
	aside, ok := live.Aside()
	return ok && aside.State == call.LegUp && (!lost || !citizen.Held && !aside.Held)
}

// alone ends all legs but the citizen's, and gives what the citizen hears next.
func (f *Floor) alone(ctx context.Context, w Work, live call.Call) (turn conversation.Turn, err error) {
	if err := w.EndRecording(ctx, live.Interaction); err != nil {
		return turn, err
	}
	if err := w.SetCall(ctx, live.Interaction, live.State, ""); err != nil {
		return turn, err
	}
	if err := w.SetAway(ctx, live.Interaction, false); err != nil {
		return turn, err
	}
	for _, leg := range live.Legs {
		if leg.Role == call.Citizen {
			err = w.HoldLeg(ctx, leg.ID, false)
		} else {
			err = w.SetLeg(ctx, leg.ID, call.LegEnded)
		}
		if err != nil {
			return turn, err
		}
	}
	if live.Stage == call.InDialogue {
		turn, err = f.dialogue.Answer(ctx, w, live.Interaction, served)
		if !errors.Is(err, dialogue.ErrStale) { // answered before
			return turn, err
		}
	}
	return f.dialogue.Advance(ctx, w, live.Interaction, resumed)
}

// Carry answers an order to arrange the room or to send keys, which is about to be carried out, and gives the call as it is to be.
// [call.ErrOver] when the order was answered before: keys are sent once at most, and a room is arranged again by whoever adopts the call.
func (f *Floor) Carry(ctx context.Context, l lease.Lease, o call.Order) (live call.Call, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		now, err := w.Order(ctx, o.ID)
		if err != nil {
			return err
		}
		if !now.State.Open() {
			return call.ErrOver
		}
		if live, err = w.Call(ctx, o.Interaction); err != nil {
			return err
		}
		return w.EndOrder(ctx, o.ID, call.OrderDone, "")
	})
	if err != nil {
		return live, fmt.Errorf("%s by order: %w", o.Kind, err)
	}
	return live, nil
}

// Refuse answers an order that cannot be carried out: the call is busy with something else. An agent whom it was to connect is told, and
// not blamed.
func (f *Floor) Refuse(ctx context.Context, l lease.Lease, o call.Order, why string) error {
	if o.Kind.Rings() {
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
		live, err := w.Call(ctx, interaction)
		switch {
		case err == nil:
			state = live.State
		case !errors.Is(err, call.ErrOver):
			return err
		}
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil {
			return err
		}
		if unreached := found && (state == call.Ringing || len(live.Legs) == 0); unreached && c.Channel == contact.Callback {
			return f.unanswered(ctx, w, c, how)
		} else if unreached && c.Channel == contact.Outgoing {
			return f.missed(ctx, w, c, how)
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
		help, helped, err := w.LockHelp(ctx, interaction)
		if err != nil {
			return err
		}
		if helped {
			if _, _, err := move(ctx, w, help, contact.HelpOver, 0); err != nil {
				return err
			}
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
		if err := w.EndRecording(ctx, interaction); err != nil {
			return err
		}
		if owed {
			if err := f.dialogue.CallBack(ctx, w, interaction); err != nil {
				return err
			}
		}
		if err := f.dialogue.LeaveMessage(ctx, w, interaction); err != nil && !conversation.IsStale(err) {
			return err
		}
		return w.EndInteraction(ctx, interaction, outcome)
	})
	if err != nil {
		return fmt.Errorf("hang-up of interaction %d: %w", interaction, err)
	}
	return nil
}
