package floor

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/lease"
)

// staleAgents says that agents no longer stand as a decision saw them.
type staleAgents []int64

func (staleAgents) Error() string { return "agents have changed since" }

// MakeOffers commits offers together. A contact or an agent that no longer stands as the decision saw it is left out: the next round
// decides anew.
func (f *Floor) MakeOffers(ctx context.Context, l lease.Lease, offers []acd.Offer) error {
	offers = slices.Clone(offers)
	slices.SortFunc(offers, func(a, b acd.Offer) int { return int(a.Agent - b.Agent) })
	for len(offers) > 0 {
		err := f.owned(ctx, l, func(w Work) error { return makeOffers(ctx, w, offers) })
		var changed staleAgents
		if !errors.As(err, &changed) {
			return err
		}
		offers = slices.DeleteFunc(offers, func(o acd.Offer) bool { return slices.Contains(changed, o.Agent) })
	}
	return nil
}

// makeOffers takes its locks kind by kind: contacts, offers, agents.
func makeOffers(ctx context.Context, w Work, offers []acd.Offer) error {
	ids := make([]int64, len(offers))
	for i, o := range offers {
		ids[i] = o.Contact
	}
	waiting, err := w.LockWaiting(ctx, ids)
	if err != nil {
		return err
	}
	made := slices.DeleteFunc(slices.Clone(offers), func(o acd.Offer) bool {
		c, ok := waiting[o.Contact]
		return !ok || c.Version != o.ContactVersion
	})
	steps := make([]contact.Step, len(made))
	for i, o := range made {
		c := waiting[o.Contact]
		m, _, err := c.After(contact.OfferMade)
		if err != nil {
			return err
		}
		steps[i] = contact.Step{Contact: c, Move: m, Agent: o.Agent}
	}
	if err := w.MoveContacts(ctx, steps); err != nil {
		return err
	}
	if err := w.AddOffers(ctx, made...); err != nil {
		return err
	}
	changed, err := w.ClaimAgents(ctx, made)
	if err == nil && len(changed) > 0 {
		err = staleAgents(changed)
	}
	return err
}

// each runs a step for each id in a transaction of its own. What something else was faster with is passed over.
func each[ID any](ctx context.Context, f *Floor, l lease.Lease, ids []ID, step func(Work, ID) error) error {
	var failed error
	for _, id := range ids {
		err := f.owned(ctx, l, func(w Work) error { return step(w, id) })
		if errors.Is(err, contact.ErrState) || errors.Is(err, contact.ErrGone) || errors.Is(err, contact.ErrUnknown) || errors.Is(err, call.ErrOver) {
			continue
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// ExpireOffers takes offers back that were not answered in time (RONA): the contact goes to the front of its queue, and the agent is
// paused as not responding.
func (f *Floor) ExpireOffers(ctx context.Context, l lease.Lease, offers []acd.OpenOffer) error {
	return each(ctx, f, l, offers, func(w Work, o acd.OpenOffer) error {
		c, err := w.LockContact(ctx, o.Contact)
		if err != nil || c.AgentID != o.Agent {
			return err
		}
		if _, _, err := move(ctx, w, c, contact.Expired, 0); err != nil {
			return err
		}
		return w.SetStatus(ctx, o.Agent, acd.Paused, acd.NotResponding, conversation.Okno)
	})
}

// EndWrapUps ends wrap-ups that took too long, with what the agent had chosen and written by then. Reports show how many end without an
// outcome that the queue requires.
func (f *Floor) EndWrapUps(ctx context.Context, l lease.Lease, contacts []int64) error {
	return each(ctx, f, l, contacts, func(w Work, id int64) error {
		c, err := w.LockContact(ctx, id)
		if err != nil {
			return err
		}
		if c.State == contact.WrapUp {
			if err := fileDrafts(ctx, w, c); err != nil {
				return err
			}
		}
		_, _, err = move(ctx, w, c, contact.Overdue, 0)
		return err
	})
}

// GiveUp tells a citizen who waits that no agent will come, and how it goes on.
func (f *Floor) GiveUp(ctx context.Context, l lease.Lease, id int64) error {
	return each(ctx, f, l, []int64{id}, func(w Work, id int64) error {
		c, err := w.LockContact(ctx, id)
		if err != nil {
			return err
		}
		if c.State != contact.Waiting {
			return contact.ErrState
		}
		if _, _, err := move(ctx, w, c, contact.GivenUp, 0); err != nil {
			return err
		}
		if c.ByCall { // the voice node says what the conversation has come to by then
			err := w.AddOrder(ctx, call.Order{ID: "okno-say-" + uuid.NewString(), Interaction: c.Interaction, Kind: call.Say,
				By: conversation.Okno}, call.SayLife)
			if err != nil {
				return err
			}
		}
		turn, err := f.dialogue.Nobody(ctx, w, c.Interaction, c.Queue)
		switch {
		case conversation.IsStale(err):
			return nil // the conversation waits no longer
		case err != nil || c.ByCall:
			return err
		}
		return f.dialogue.Reply(ctx, w, turn)
	})
}

// ReturnContacts gives back what an agent has whose desk did not come back.
func (f *Floor) ReturnContacts(ctx context.Context, l lease.Lease, agent int64) error {
	held, err := f.heldBy(ctx, agent)
	if err != nil {
		return err
	}
	return each(ctx, f, l, held, func(w Work, id int64) error { return f.giveBack(ctx, w, id, agent) })
}

// ExpireOrder ends an order that nobody took in time, or answered. The agent whom it was to connect is not to blame.
func (f *Floor) ExpireOrder(ctx context.Context, l lease.Lease, id string) error {
	return each(ctx, f, l, []string{id}, func(w Work, id string) error {
		o, err := w.Order(ctx, id)
		if err != nil {
			return err
		}
		if o.Kind.Rings() {
			return f.notReached(ctx, w, o, false, call.OrderExpired, "nobody took the order in time")
		}
		return w.EndOrder(ctx, id, call.OrderExpired, "nobody took the order in time")
	})
}
