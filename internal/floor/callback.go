package floor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lease"
)

// The life of a callback, beside that of any contact: an agent accepts it; the citizen's telephone rings, and nobody hears silence: the agent
// sees it ring; the citizen answers, hears why the telephone rang, is asked whether the talk may be recorded if the queue wants that, and hears music,
// while the agent's phone rings as for any call. Until the citizen answers the call is ringing, and a leg that ends is an attempt. While the citizen is
// asked, no agent's phone rings: the answer orders that, for whoever has the contact then.

// notOnTheLine says whether the citizen of a contact is to be called first.
func notOnTheLine(ctx context.Context, w Work, c contact.Contact) (bool, error) {
	if c.Channel != contact.Callback {
		return false, nil
	}
	_, err := w.Call(ctx, c.Interaction)
	if errors.Is(err, call.ErrOver) {
		return true, nil
	}
	return false, err
}

// callBack orders to call the citizen of a contact that an agent has accepted. endpoint is the agent's.
func callBack(ctx context.Context, w Work, c contact.Contact, endpoint string) error {
	if err := w.AddCallBack(ctx, c.Interaction, c.AgentID); err != nil {
		return err
	}
	return orderCitizen(ctx, w, c, endpoint)
}

// orderCitizen orders to ring the citizen of a contact that an agent has.
func orderCitizen(ctx context.Context, w Work, c contact.Contact, endpoint string) error {
	return w.AddOrder(ctx, call.Order{ID: call.CitizenLegPrefix + uuid.NewString(), Interaction: c.Interaction, Kind: call.CallBack, Contact: c.ID,
		Agent: c.AgentID, Endpoint: endpoint, Role: call.Citizen, Ring: call.OutsideRing, Queue: c.Queue, By: By(c.AgentID)}, call.ConnectLife)
}

// endRinging ends the call of a callback, or an outgoing one, that nobody makes for an agent any more. One that the citizen has answered goes on.
func endRinging(ctx context.Context, w Work, interaction int64) error {
	live, err := w.Call(ctx, interaction)
	if err != nil && !errors.Is(err, call.ErrOver) || live.State == call.Live {
		return err
	}
	return w.EndCall(ctx, interaction)
}

// CallCitizen keeps that a citizen's telephone is about to ring by an order to call, and gives the call. [contact.ErrState] when the order
// no longer holds.
func (f *Floor) CallCitizen(ctx context.Context, l lease.Lease, o call.Order) (live call.Call, err error) {
	err = f.connecting(ctx, l, o, "call back", func(w Work, _ contact.Contact) error {
		err := w.AddLeg(ctx, o.Interaction, call.Leg{ID: o.ID, Role: call.Citizen, Outbound: true, State: call.LegRinging})
		if err == nil {
			live, err = w.Call(ctx, o.Interaction)
		}
		return err
	})
	return live, err
}

// Reached keeps that a citizen who is called has answered, and gives what the citizen hears. Unless that is a question, it orders to ring the phone
// of the agent who has accepted. Should the agent have gone meanwhile, the citizen waits in front.
func (f *Floor) Reached(ctx context.Context, l lease.Lease, interaction int64) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		live, err := w.Call(ctx, interaction)
		if err != nil {
			return err
		}
		if live.State == call.Ringing {
			turn, err = f.reached(ctx, w, live)
			return err
		}
		turn, err = f.dialogue.Advance(ctx, w, interaction, resumed)
		return err
	})
	if err != nil {
		return turn, fmt.Errorf("citizen of interaction %d answered: %w", interaction, err)
	}
	return turn, nil
}

func (f *Floor) reached(ctx context.Context, w Work, live call.Call) (turn conversation.Turn, err error) {
	o, err := w.Order(ctx, live.Channel())
	if err != nil {
		return turn, err
	}
	c, found, err := w.LockLiveContact(ctx, live.Interaction)
	if err != nil {
		return turn, err
	}
	if err := w.SetCall(ctx, live.Interaction, call.Live, ""); err != nil {
		return turn, err
	}
	if err := w.EndOrder(ctx, o.ID, call.OrderDone, ""); err != nil {
		return turn, err
	}
	turn, err = f.dialogue.Reached(ctx, w, live.Interaction, cmp.Or(c.Queue, o.Queue))
	if err != nil {
		return turn, err
	}
	if found && c.State == contact.Accepted && c.AgentID == o.Agent && turn.Expect.Queue {
		if err := connect(ctx, w, c, o.Endpoint); err != nil {
			return turn, err
		}
	}
	return turn, w.SetLeg(ctx, live.Channel(), call.LegUp)
}

// connect orders to ring the phone of the agent who has accepted a contact whose citizen is on the line.
func connect(ctx context.Context, w Work, c contact.Contact, endpoint string) error {
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return err
	}
	return w.AddOrder(ctx, call.Order{ID: call.AgentLegPrefix + uuid.NewString(), Interaction: c.Interaction, Kind: call.Connect, Contact: c.ID,
		Agent: c.AgentID, Endpoint: endpoint, Role: call.Agent, Ring: rules.Ring, By: By(c.AgentID)}, call.ConnectLife)
}

// Asked says whether a citizen who was called is asked something before the wait for the agent.
func (f *Floor) Asked(ctx context.Context, l lease.Lease, interaction int64) (asked bool, err error) {
	err = f.owned(ctx, l, func(w Work) (err error) {
		asked, err = f.dialogue.AwaitsAnswer(ctx, w, interaction)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether interaction %d is asked: %w", interaction, err)
	}
	return asked, nil
}

// isAsked says whether the citizen of a contact was called, has answered, and is asked something before the talk.
func (f *Floor) isAsked(ctx context.Context, w Work, c contact.Contact) (bool, error) {
	if c.Channel != contact.Callback && c.Channel != contact.Outgoing {
		return false, nil
	}
	return f.dialogue.AwaitsAnswer(ctx, w, c.Interaction)
}

// AdvanceCalled is [Floor.Advance] for a citizen who was called. With the answer to what is asked before the talk it orders to ring the phone of the
// agent who has the contact by then, if one does.
func (f *Floor) AdvanceCalled(ctx context.Context, l lease.Lease, interaction int64, in dialogue.Input) (turn conversation.Turn, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		turn, err = f.dialogue.Advance(ctx, w, interaction, in)
		if err != nil || !turn.Expect.Queue || in.Kind == dialogue.Resumed { // which repeats what had its consequences before
			return err
		}
		c, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil || !found || c.State != contact.Accepted {
			return err
		}
		a, err := w.Agent(ctx, c.AgentID)
		if err != nil {
			return err
		}
		return connect(ctx, w, c, endpointOf(a))
	})
	return turn, err
}

// unanswered keeps that the citizen of a callback was not reached: the contact waits for the next attempt, or was tried for the last time. A call
// that broke off with the telephone system was no attempt.
func (f *Floor) unanswered(ctx context.Context, w Work, c contact.Contact, how call.Departure) error {
	if c.State != contact.Accepted { // the agent has gone: nobody wants it to ring
		return w.EndCall(ctx, c.Interaction)
	}
	event := contact.NoAnswer
	if how == call.Lost {
		event = contact.NotReached
	}
	moved, _, err := move(ctx, w, c, event, 0) // which ends the call
	if err != nil || event == contact.NotReached {
		return err
	}
	if how == call.ByMachine {
		if err := w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: conversation.Okno, Kind: "did", Body: "callback_machine"}); err != nil {
			return err
		}
	}
	if moved.State == contact.Ended {
		if err := f.dialogue.Unreached(ctx, w, c.Interaction); err != nil {
			return err
		}
		return w.EndInteraction(ctx, c.Interaction, conversation.Unreached)
	}
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return err
	}
	now, err := w.Now(ctx)
	if err != nil {
		return err
	}
	return w.NoteAttempt(ctx, c.ID, rules.NextCall(now.Add(acd.NextAttempt)))
}

// CalledBack says whether a call to a citizen is a callback that an agent has accepted: an answering machine that answers it was an attempt.
func (f *Floor) CalledBack(ctx context.Context, l lease.Lease, interaction int64) (back bool, err error) {
	err = f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		c, found, err := w.LockLiveContact(ctx, interaction)
		back = found && c.Channel == contact.Callback && c.State == contact.Accepted
		return err
	})
	if err != nil {
		return false, fmt.Errorf("look whether interaction %d is called back: %w", interaction, err)
	}
	return back, nil
}

// callsIn ends the callbacks of a citizen who has called and waits now: this call takes their place. It is a transaction of its own, for the
// turns at all interactions come before the contacts. Whoever tells a caller how the wait stands has it done, should a process have died before.
func (f *Floor) callsIn(ctx context.Context, l lease.Lease, interaction int64) error {
	err := f.owned(ctx, l, func(w Work) error {
		if err := w.TakeTurn(ctx, interaction); err != nil {
			return err
		}
		live, err := w.Call(ctx, interaction)
		if err != nil {
			return err
		}
		callbacks, err := w.CallbacksOf(ctx, live.Number)
		callbacks = slices.DeleteFunc(callbacks, func(c contact.Ref) bool { return c.Interaction == interaction })
		if err != nil || len(callbacks) == 0 {
			return err
		}
		for _, c := range callbacks {
			if err := w.TakeTurn(ctx, c.Interaction); err != nil {
				return err
			}
		}
		waits, found, err := w.LockLiveContact(ctx, interaction)
		if err != nil || !found {
			return err
		}
		for _, c := range callbacks {
			if err := f.calledIn(ctx, w, waits, c.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, call.ErrOver) {
		return nil
	}
	return err
}

// calledIn ends a callback whose citizen has called, and gives its place on.
func (f *Floor) calledIn(ctx context.Context, w Work, waits contact.Contact, callback int64) error {
	c, err := w.LockContact(ctx, callback)
	if err != nil {
		return err
	}
	_, changed, err := move(ctx, w, c, contact.CitizenCalls, 0)
	if errors.Is(err, contact.ErrState) || err == nil && !changed { // it has come to a talk, or is over
		return nil
	}
	if err == nil {
		err = w.PassPlace(ctx, waits.ID, c.ID)
	}
	if err != nil {
		return err
	}
	if _, err := f.dialogue.Advance(ctx, w, c.Interaction, dialogue.Input{Kind: dialogue.Hangup}); err != nil && !conversation.IsStale(err) {
		return err
	}
	return w.EndInteraction(ctx, c.Interaction, conversation.CalledIn)
}
