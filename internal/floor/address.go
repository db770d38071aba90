package floor

import (
	"context"
	"errors"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
)

// address has a contact that waits be offered to one agent alone, as long as package acd says. [contact.ErrNowhere] of nobody, and of one who
// answers no offers; [contact.ErrBusyAgent] of one who is off duty.
func address(ctx context.Context, w Work, c contact.Contact, agent int64) (contact.Contact, error) {
	to, err := w.Agent(ctx, agent)
	switch {
	case errors.Is(err, acd.ErrNoAgent) || err == nil && access.May(Subject(to), access.AnswerOffer, access.Offered) != nil:
		return c, contact.ErrNowhere
	case err == nil && to.Status == acd.Offline:
		err = contact.ErrBusyAgent
	}
	if err != nil {
		return c, err
	}
	rules, err := w.Rules(ctx, c.Queue)
	if err != nil {
		return c, err
	}
	c.Version, err = w.Address(ctx, c.ID, agent, rules.AddressedFor(c.Channel != contact.Callback && c.ByCall))
	return c, err
}

// transferThread passes a citizen who writes on: to the front of a queue, to an agent who is offered the contact alone for a time, or to that
// agent in the queue. The agent's part ends.
func (f *Floor) transferThread(ctx context.Context, w Work, c contact.Contact, to Target, note string) error {
	switch {
	case c.State != contact.Connected || c.Helps != 0:
		return contact.ErrState
	case to.Outside.Number != "" || to.Agent == c.AgentID && to.Agent != 0:
		return contact.ErrNowhere
	}
	if err := tell(ctx, w, c, "passed", note); err != nil {
		return err
	}
	next, err := passOn(ctx, w, c, to)
	if err != nil {
		return err
	}
	if _, _, err := move(ctx, w, c, contact.Released, 0); err != nil || to.Agent == 0 {
		return err
	}
	_, err = address(ctx, w, next, to.Agent)
	return err
}
