package floor

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
)

// Target is where a citizen is passed on to, or who is asked: one of them.
type Target struct {
	Queue   string
	Agent   int64
	Outside call.Destination
}

// Transfer passes a citizen on without a word: to the front of a queue, to an agent who is offered the contact alone (who does not take it
// leaves it to the queue; whoever has no room for a thread just now may take it a moment later), or to a telephone outside (if nobody answers, the
// citizen waits in front of the agent's queue). The story goes along: it is the interaction's. The agent's part ends. [contact.ErrState]
// outside a talk and in a consultation, [contact.ErrNowhere], [contact.ErrClosed], [contact.ErrFull], [contact.ErrBusyAgent]: then nothing has changed.
func (f *Floor) Transfer(ctx context.Context, w Work, a acd.Agent, id int64, to Target, note string) error {
	if c, err := f.Held(ctx, w, a, id); err != nil || !c.ByCall {
		if err == nil {
			err = f.transferThread(ctx, w, c, to, note)
		}
		return err
	}
	c, live, err := f.unaccompanied(ctx, w, a, id)
	if err != nil {
		return err
	}
	if err := tell(ctx, w, c, "transferred", note); err != nil {
		return err
	}
	if to.Outside.Number != "" {
		if err := w.PassOn(ctx, c.ID, contact.Passage{To: contact.ToOutside}); err != nil {
			return err
		}
		if err := w.EndRecording(ctx, c.Interaction); err != nil {
			return err
		}
		if err := release(ctx, w, c); err != nil {
			return err
		}
		if err := dial(ctx, w, c, to.Outside); err != nil {
			return err
		}
		if err := arrange(ctx, w, c); err != nil {
			return err
		}
		if leg, ok := live.Leg(call.Agent); ok {
			if err := w.SetLeg(ctx, leg.ID, call.LegEnded); err != nil {
				return err
			}
		}
		return w.HoldLeg(ctx, live.Channel(), true)
	}
	next, err := passOn(ctx, w, c, to)
	if err != nil {
		return err
	}
	if err := release(ctx, w, c); err != nil {
		return err
	}
	if to.Agent != 0 { // who is free is offered it at once: whoever is on the line hears that it rings
		if next, err = address(ctx, w, next, to.Agent); err != nil {
			return err
		}
		if err := offer(ctx, w, next, to.Agent); err != nil {
			return err
		}
	}
	return order(ctx, w, c, call.Order{Kind: call.Release}, call.ReleaseLife)
}

// passOn gives the contact that goes on after an agent's part, in a queue or for another agent, and keeps that it was passed on.
func passOn(ctx context.Context, w Work, c contact.Contact, to Target) (next contact.Contact, err error) {
	if to.Queue != "" {
		if err := admits(ctx, w, to.Queue, c.Language); err != nil {
			return next, err
		}
	}
	if next, err = w.CopyContact(ctx, c.ID, to.Queue, "transfer:"+uuid.NewString(), 0); err != nil {
		return next, err
	}
	passage := contact.Passage{To: contact.ToQueue, Queue: next.Queue}
	if to.Agent != 0 {
		passage.To = contact.ToAgent
	}
	return next, w.PassOn(ctx, c.ID, passage)
}

func admits(ctx context.Context, w Work, queue, language string) error {
	admission, err := w.AdmitsTransfer(ctx, queue, language)
	switch {
	case err != nil:
		return err
	case admission == contact.Closed || admission == contact.AfterHours:
		return contact.ErrClosed
	case admission == contact.Busy:
		return contact.ErrFull
	}
	return nil
}

// offer offers a contact that has just been made to one agent.
func offer(ctx context.Context, w Work, c contact.Contact, agent int64) error {
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return err
	}
	if _, _, err := move(ctx, w, c, contact.OfferMade, agent); err != nil {
		return err
	}
	if err := w.AddOffers(ctx, acd.Offer{Contact: c.ID, Agent: agent, Ring: rules.Ring}); err != nil {
		return err
	}
	free, err := w.ClaimFreeAgent(ctx, agent, c.ID)
	if err == nil && !free {
		err = contact.ErrBusyAgent
	}
	return err
}

// Consult asks an agent, or calls a telephone outside, while the citizen hears music. The errors are those of Transfer.
func (f *Floor) Consult(ctx context.Context, w Work, a acd.Agent, id int64, to Target) error {
	c, live, err := f.unaccompanied(ctx, w, a, id)
	if err != nil {
		return err
	}
	switch {
	case to.Agent != 0:
		help, err := w.CopyContact(ctx, c.ID, "", "consult:"+uuid.NewString(), c.ID)
		if err != nil {
			return err
		}
		if err := offer(ctx, w, help, to.Agent); err != nil {
			return err
		}
	case to.Outside.Number != "":
		if err := dial(ctx, w, c, to.Outside); err != nil {
			return err
		}
	default:
		return contact.ErrNowhere
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	return w.HoldLeg(ctx, live.Channel(), true)
}

// unaccompanied is serves for a talk into which nobody else was brought yet.
func (f *Floor) unaccompanied(ctx context.Context, w Work, a acd.Agent, id int64) (contact.Contact, call.Call, error) {
	c, live, err := f.serves(ctx, w, a, id)
	if err != nil {
		return c, live, err
	}
	_, helped, err := w.LockHelp(ctx, c.Interaction)
	if _, aside := live.Aside(); err == nil && (helped || aside) {
		err = contact.ErrState
	}
	return c, live, err
}

// dial orders that a telephone outside be called.
func dial(ctx context.Context, w Work, c contact.Contact, to call.Destination) error {
	return w.AddOrder(ctx, call.Order{ID: call.OutsideLegPrefix + uuid.NewString(), Interaction: c.Interaction, Kind: call.Dial, Contact: c.ID,
		Agent: c.AgentID, Endpoint: to.Number, Role: call.Outside, Ring: call.OutsideRing, By: By(c.AgentID)}, call.ConnectLife)
}

// Swap has the agent talk with the citizen, who was held, and hold whoever was asked; or the other way round.
func (f *Floor) Swap(ctx context.Context, w Work, a acd.Agent, id int64) error {
	return f.regroup(ctx, w, a, id, func(citizen call.Leg) (hold, holdAside bool) { return !citizen.Held, citizen.Held })
}

// Conference brings all three together.
func (f *Floor) Conference(ctx context.Context, w Work, a acd.Agent, id int64) error {
	return f.regroup(ctx, w, a, id, func(call.Leg) (hold, holdAside bool) { return false, false })
}

// regroup holds the citizen, and whoever was brought into the talk, or not. [contact.ErrState] while that other has not answered.
func (f *Floor) regroup(ctx context.Context, w Work, a acd.Agent, id int64, who func(citizen call.Leg) (hold, holdAside bool)) error {
	c, live, aside, err := f.accompanied(ctx, w, a, id)
	if err != nil {
		return err
	}
	citizen, _ := live.Leg(call.Citizen)
	hold, holdAside := who(citizen)
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	if err := w.HoldLeg(ctx, citizen.ID, hold); err != nil {
		return err
	}
	return w.HoldLeg(ctx, aside.ID, holdAside)
}

// accompanied is serves for a talk into which somebody was brought who has answered.
func (f *Floor) accompanied(ctx context.Context, w Work, a acd.Agent, id int64) (c contact.Contact, live call.Call, aside call.Leg, err error) {
	if c, live, err = f.serves(ctx, w, a, id); err != nil {
		return c, live, aside, err
	}
	if aside, _ = live.Aside(); aside.State != call.LegUp {
		err = contact.ErrState
	}
	return c, live, aside, err
}

// Complete leaves the citizen to whoever was asked.
func (f *Floor) Complete(ctx context.Context, w Work, a acd.Agent, id int64, note string) error {
	c, live, _, err := f.accompanied(ctx, w, a, id)
	if err != nil {
		return err
	}
	if err := tell(ctx, w, c, "transferred", note); err != nil {
		return err
	}
	return f.pass(ctx, w, c, live)
}

// pass leaves the citizen to whoever was brought into the talk: the agent's leg ends.
func (f *Floor) pass(ctx context.Context, w Work, c contact.Contact, live call.Call) error {
	if err := handOver(ctx, w, c, live); err != nil {
		return err
	}
	if leg, ok := live.Leg(call.Agent); ok {
		return w.SetLeg(ctx, leg.ID, call.LegEnded)
	}
	return nil
}

// handOver moves the contacts and legs of a call whose agent leaves the citizen to somebody else.
func handOver(ctx context.Context, w Work, c contact.Contact, live call.Call) error {
	if _, _, err := move(ctx, w, c, contact.Released, 0); err != nil {
		return err
	}
	help, helped, err := w.LockHelp(ctx, c.Interaction)
	if err != nil {
		return err
	}
	passage := contact.Passage{To: contact.ToOutside, Asked: true}
	if helped {
		passage.To, passage.Queue = contact.ToAgent, help.Queue
		if err := w.PromoteContact(ctx, help.ID); err != nil {
			return err
		}
	} else if err := w.EndRecording(ctx, c.Interaction); err != nil { // no operator talks any more
		return err
	}
	if err := w.PassOn(ctx, c.ID, passage); err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	if aside, _ := live.Aside(); aside.Role == call.Consulted {
		if err := w.GiveLeg(ctx, aside.ID, call.Agent); err != nil {
			return err
		}
	}
	for _, leg := range live.Legs {
		if err := w.HoldLeg(ctx, leg.ID, false); err != nil {
			return err
		}
	}
	return nil
}

// Cancel ends a consultation, whether it was answered or not, and brings the citizen back into the talk.
func (f *Floor) Cancel(ctx context.Context, w Work, a acd.Agent, id int64) error {
	c, live, err := f.serves(ctx, w, a, id)
	if err != nil {
		return err
	}
	if err := endAside(ctx, w, c, live); err != nil {
		return err
	}
	return w.HoldLeg(ctx, live.Channel(), false)
}

// endAside ends what was brought into a call: the consultation, the orders to ring a telephone for it, and its leg.
func endAside(ctx context.Context, w Work, c contact.Contact, live call.Call) error {
	help, helped, err := w.LockHelp(ctx, c.Interaction)
	if err != nil {
		return err
	}
	if helped {
		if _, _, err := move(ctx, w, help, contact.HelpOver, 0); err != nil {
			return err
		}
	}
	if err := w.CancelConnects(ctx, c.Interaction); err != nil {
		return err
	}
	if err := arrange(ctx, w, c); err != nil {
		return err
	}
	if aside, ok := live.Aside(); ok {
		return w.SetLeg(ctx, aside.ID, call.LegEnded)
	}
	return nil
}

// tell writes down for whoever comes next what an agent did, and the agent's note.
func tell(ctx context.Context, w Work, c contact.Contact, did, note string) error {
	if note = strings.TrimSpace(note); note != "" {
		if err := w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: By(c.AgentID), Kind: "note", Body: note}); err != nil {
			return err
		}
	}
	return w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: By(c.AgentID), Kind: "did", Body: did})
}
