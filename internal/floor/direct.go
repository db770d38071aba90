package floor

import (
	"context"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/fault"
)

// Direct sets the status of an agent in the agent's place, as somebody who leads the floor: for an agent who forgot a break, or to come back
// from one. What the agent has in hand is treated as in SetStatus. The journal keeps who, and what it was. acd.ErrNoAgent.
func (f *Floor) Direct(ctx context.Context, w Work, leader acd.Agent, agent int64, s acd.Status, reason string) error {
	if err := access.May(Subject(leader), access.DirectAgent, access.Untied); err != nil {
		return err
	}
	before, err := w.Agent(ctx, agent)
	if err != nil {
		return err
	}
	if err := f.setStatus(ctx, w, agent, s, reason, false, By(leader.ID)); err != nil {
		return err
	}
	return w.JournalDirection(ctx, leader.ID, agent, map[string]any{"status": s, "reason": reason, "before": before.Status})
}

// Requeue sends a contact to another queue, or to one agent in its queue, as somebody who leads the floor; the wait so far counts. One that an agent
// has in writing goes to the front of the queue; "" is the contact's own. agent is asked alone for a time; 0: nobody is. Whoever talks is passed
// on by those who talk: [contact.ErrState]. The errors of a queue are those of Transfer.
func (f *Floor) Requeue(ctx context.Context, w Work, leader acd.Agent, id int64, queue string, agent int64) error {
	if err := access.May(Subject(leader), access.MoveWaiting, access.Untied); err != nil {
		return err
	}
	queue = strings.TrimSpace(queue)
	c, err := w.LockContact(ctx, id)
	if err != nil {
		return err
	}
	elsewhere := queue != "" && queue != c.Queue
	switch {
	case c.Helps != 0 || agent != 0 && c.AgentID == agent || c.ByCall && c.State != contact.Waiting && c.State != contact.Offered:
		return contact.ErrState
	case c.State == contact.Waiting && !elsewhere && agent == 0:
		return &fault.Error{Kind: fault.Invalid, Field: "queue", Text: "the contact waits in this queue already"}
	case elsewhere:
		if err := admits(ctx, w, queue, c.Language); err != nil {
			return err
		}
	}
	if c.State != contact.Waiting {
		moved, _, err := move(ctx, w, c, contact.AgentGone, 0)
		if err != nil {
			return err
		}
		c = moved
	}
	detail := map[string]any{"from": c.Queue}
	if elsewhere {
		detail["queue"] = queue
		if err := w.SetQueue(ctx, c, queue); err != nil {
			return err
		}
		c.Queue = queue
	}
	if agent != 0 {
		detail["agent"] = agent
		if _, err := address(ctx, w, c, agent); err != nil {
			return err
		}
	}
	return w.JournalDeed(ctx, leader.ID, "contact.requeue", id, detail)
}
