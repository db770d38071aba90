package floor

import (
	"context"
	"errors"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
)

// The life of an outgoing call, beside that of a callback, whose call it shares: an agent places it and has it from that moment; the citizen's
// telephone rings, once; the citizen answers, hears who calls, and talks. A citizen who has answered is on the line as any caller is: should the
// agent be gone by then, the citizen waits in front of the queue.

// Place calls a citizen in the name of an agent, about a case (0: none). The contact is the agent's at once. by names another agent who talks with
// the citizen now, or calls: then nothing has changed. [contact.ErrCallHours], [contact.ErrInCall], [contact.ErrNowhere], [call.ErrNoVoice].
func (f *Floor) Place(ctx context.Context, w Work, a acd.Agent, o conversation.OutgoingCall, about int64) (c contact.Contact, by string, err error) {
	rules, err := w.Rules(ctx, o.Queue)
	if err != nil {
		return c, "", err
	}
	now, err := w.Now(ctx)
	if err != nil {
		return c, "", err
	}
	if !rules.Calls.Next(now).Equal(now) {
		return c, "", contact.ErrCallHours
	}
	if by, err = w.CalledBy(ctx, o.Number, o.CitizenID, a.ID); err != nil || by != "" {
		return c, by, err
	}
	arrival, err := f.dialogue.Outgoing(ctx, w, o)
	if err != nil {
		return c, "", err
	}
	if err := w.AddCallBack(ctx, arrival.Interaction, a.ID); err != nil { // before the contact: the order of locks
		return c, "", err
	}
	if _, err := w.JoinQueue(ctx, arrival); err != nil {
		return c, "", err
	}
	c, found, err := w.LockLiveContact(ctx, arrival.Interaction)
	if err == nil && !found {
		err = contact.ErrUnknown
	}
	if err != nil {
		return c, "", err
	}
	if c, _, err = move(ctx, w, c, contact.Placed, a.ID); err != nil {
		return c, "", err
	}
	free, err := w.ClaimCaller(ctx, a.ID, c.ID)
	if err == nil && !free {
		err = contact.ErrInCall
	}
	if err != nil {
		return c, "", err
	}
	if err := orderCitizen(ctx, w, c, endpointOf(a)); err != nil {
		return c, "", err
	}
	if err := tell(ctx, w, c, contact.Outgoing, ""); err != nil {
		return c, "", err
	}
	if about != 0 {
		if err := w.LinkCase(ctx, c.Interaction, about); err != nil {
			return c, "", err
		}
	}
	return c, "", w.JournalDeed(ctx, a.ID, "contact.place", c.ID, map[string]any{"case": o.Case, "citizen": o.CitizenID})
}

// missed ends an outgoing call whose citizen has not answered.
func (f *Floor) missed(ctx context.Context, w Work, c contact.Contact, how call.Departure) error {
	if c.State != contact.Accepted {
		return w.EndCall(ctx, c.Interaction)
	}
	switch how {
	case call.Busy:
		return f.endPlaced(ctx, w, c, contact.LineBusy, conversation.Unreached)
	case call.Unreachable:
		return f.endPlaced(ctx, w, c, contact.NoWay, conversation.Unreached)
	case call.Lost:
		return f.endPlaced(ctx, w, c, contact.ChannelLost, conversation.Lost)
	}
	return f.endPlaced(ctx, w, c, contact.NoAnswer, conversation.Unreached)
}

// endPlaced ends an outgoing call that the citizen has not answered, with its conversation, and notes what it came to.
func (f *Floor) endPlaced(ctx context.Context, w Work, c contact.Contact, e contact.Event, outcome conversation.Outcome) error {
	moved, changed, err := move(ctx, w, c, e, 0) // which ends the call
	if err != nil || !changed {
		return err
	}
	if err := f.dialogue.Unanswered(ctx, w, c.Interaction); err != nil && !conversation.IsStale(err) {
		return err
	}
	line := conversation.Entry{Speaker: conversation.Okno, Kind: "did", Body: contact.Outgoing + "_" + string(moved.Outcome)}
	if err := w.AddEntries(ctx, c.Interaction, line); err != nil {
		return err
	}
	return w.EndInteraction(ctx, c.Interaction, outcome)
}

// letGo takes a contact from its agent by the event e, which gives it back to its queue. An outgoing call whose citizen has not answered has no queue
// to go back to: it ends by the event ends, and changed is false.
func (f *Floor) letGo(ctx context.Context, w Work, c contact.Contact, e, ends contact.Event) (moved contact.Contact, changed bool, err error) {
	if c.Channel == contact.Outgoing && c.State == contact.Accepted {
		live, err := w.Call(ctx, c.Interaction)
		if err != nil && !errors.Is(err, call.ErrOver) {
			return c, false, err
		}
		if live.State != call.Live {
			outcome := conversation.Cancelled
			if ends == contact.NoWay {
				outcome = conversation.Unreached
			}
			return c, false, f.endPlaced(ctx, w, c, ends, outcome)
		}
	}
	return move(ctx, w, c, e, 0)
}
