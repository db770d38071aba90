package floor

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/dialogue"
)

// Held gives a contact that an agent has, and keeps others from it until the work is done. [contact.ErrUnknown], and the error of access.
func (f *Floor) Held(ctx context.Context, w Work, a acd.Agent, id int64) (contact.Contact, error) {
	c, err := w.LockContact(ctx, id)
	if err != nil {
		return c, err
	}
	return c, access.May(Subject(a), access.ServeContact, Tie(c, a.ID))
}

// Accept takes an offered contact into the agent's hands. What needs a telephone call to connect is accepted with the order to ring
// the agent's phone; anything else is connected at once. [contact.ErrGone] when the offer has ended.
func (f *Floor) Accept(ctx context.Context, w Work, a acd.Agent, id int64) (contact.Contact, error) {
	c, err := f.offered(ctx, w, a, id)
	if err != nil {
		return c, err
	}
	via, err := w.OfferedVia(ctx, id)
	if err != nil {
		return c, err
	}
	moved, _, err := move(ctx, w, c, contact.AcceptedOffer, a.ID)
	if err != nil {
		return c, err
	}
	if via != "" {
		if err := tell(ctx, w, moved, "overflow "+via, ""); err != nil {
			return c, err
		}
	}
	if _, err := w.EndOffer(ctx, id, contact.OfferAccepted); err != nil {
		return c, err
	}
	if c.ByCall {
		rules, err := w.Rules(ctx, c.Queue)
		if err != nil {
			return c, err
		}
		endpoint := endpointOf(a)
		if calling, err := notOnTheLine(ctx, w, c); err != nil || calling {
			if err == nil {
				err = callBack(ctx, w, moved, endpoint)
			}
			if err != nil {
				return c, err
			}
			return moved, w.JournalDeed(ctx, a.ID, "contact.accept", id, nil)
		}
		asked, err := f.isAsked(ctx, w, c)
		if err != nil || asked { // the answer orders to ring the phone
			if err == nil {
				err = w.JournalDeed(ctx, a.ID, "contact.accept", id, nil)
			}
			return moved, err
		}
		role := call.Agent
		if c.Helps != 0 {
			role = call.Consulted
		}
		err = w.AddOrder(ctx, call.Order{ID: call.AgentLegPrefix + uuid.NewString(), Interaction: c.Interaction, Kind: call.Connect, Contact: c.ID,
			Agent: a.ID, Endpoint: endpoint, Role: role, Ring: rules.Ring, By: By(a.ID)}, call.ConnectLife)
		if err != nil {
			return c, err
		}
	}
	return moved, w.JournalDeed(ctx, a.ID, "contact.accept", id, nil)
}

// Decline gives an offered contact back: it keeps its place, and is offered to others for a while. [contact.ErrGone].
func (f *Floor) Decline(ctx context.Context, w Work, a acd.Agent, id int64) error {
	c, err := f.offered(ctx, w, a, id)
	if err != nil {
		return err
	}
	_, _, err = move(ctx, w, c, contact.Declined, 0)
	return err
}

// offered gives a contact that is offered to an agent.
func (f *Floor) offered(ctx context.Context, w Work, a acd.Agent, id int64) (contact.Contact, error) {
	c, err := w.LockContact(ctx, id)
	if err == nil && access.May(Subject(a), access.AnswerOffer, Tie(c, a.ID)) != nil {
		err = contact.ErrGone
	}
	return c, err
}

// Release ends the agent's part of a contact: a talk, with the order to drop the agent's leg; a thread, with the dialogue's goodbye; a
// connection under way, which counts as a declined offer; or an outgoing call, which rings no more.
func (f *Floor) Release(ctx context.Context, w Work, a acd.Agent, id int64) error {
	c, err := f.Held(ctx, w, a, id)
	if err != nil {
		return err
	}
	switch c.State {
	case contact.Accepted, contact.Ringing:
		if err := w.DeclineAccepted(ctx, id, a.ID); err != nil {
			return err
		}
		if _, _, err := f.letGo(ctx, w, c, contact.NotReached, contact.CalledOff); err != nil {
			return err
		}
		return w.CancelConnects(ctx, c.Interaction)
	case contact.Connected:
	default:
		return contact.ErrState
	}
	if c.ByCall {
		return f.hangUp(ctx, w, a, c)
	}
	turn, err := f.dialogue.Answer(ctx, w, c.Interaction, served)
	if errors.Is(err, dialogue.ErrStale) || errors.Is(err, conversation.ErrNoSession) {
		turn, err = conversation.Turn{}, nil // the citizen's side has ended before
	}
	if err != nil {
		return err
	}
	if err := f.dialogue.Reply(ctx, w, turn); err != nil {
		return err
	}
	_, _, err = move(ctx, w, c, contact.Released, 0)
	return err
}

// File ends a wrap-up with its outcome and a note. [contact.ErrState] outside a wrap-up, [contact.ErrDisposition] without an outcome where the
// queue requires one.
func (f *Floor) File(ctx context.Context, w Work, a acd.Agent, id int64, disposition, note string) error {
	c, err := f.Held(ctx, w, a, id)
	switch {
	case err != nil:
		return err
	case c.State != contact.WrapUp:
		return contact.ErrState
	case disposition == "":
		if required, err := mustFile(ctx, w, c); err != nil || required {
			return cmp.Or(err, contact.ErrDisposition)
		}
	}
	if err := file(ctx, w, c, contact.Filing{Disposition: disposition, Note: note}); err != nil {
		return err
	}
	_, _, err = move(ctx, w, c, contact.Filed, 0)
	return err
}

// file keeps what an agent says of a contact that ends, and forgets what the agent wrote in it.
func file(ctx context.Context, w Work, c contact.Contact, f contact.Filing) error {
	by := By(c.AgentID)
	if f.Disposition == contact.NotGiven {
		by = conversation.Okno
	}
	lines := []conversation.Entry{
		{Speaker: By(c.AgentID), Kind: "note", Body: strings.TrimSpace(f.Note)},
		{Speaker: by, Kind: "disposition", Body: f.Disposition},
	}
	lines = slices.DeleteFunc(lines, func(line conversation.Entry) bool { return line.Body == "" })
	if err := w.AddEntries(ctx, c.Interaction, lines...); err != nil {
		return err
	}
	if f.Disposition != "" {
		if err := w.SetDisposition(ctx, c.ID, f.Disposition); err != nil {
			return err
		}
	}
	return w.DropDrafts(ctx, c.ID)
}

// mustFile says whether the queue of a contact requires an outcome.
func mustFile(ctx context.Context, w Work, c contact.Contact) (bool, error) {
	rules, err := w.Rules(ctx, c.Queue)
	return rules.Disposition == acd.Required, err
}

// fileDrafts files what an agent had chosen and written when the time was over, as far as it is complete. A note that stood in its own field
// is kept, too. Where the queue requires an outcome and none was chosen, that is filed, and the journal has it.
func fileDrafts(ctx context.Context, w Work, c contact.Contact) error {
	drafts, err := w.Drafts(ctx, c, c.AgentID)
	if err != nil {
		return err
	}
	var f contact.Filing
	if json.Unmarshal([]byte(drafts[contact.WrapUpField]), &f) != nil || !slices.Contains(contact.Dispositions, f.Disposition) {
		f.Disposition = ""
		required, err := mustFile(ctx, w, c)
		if err != nil {
			return err
		}
		if required {
			f.Disposition = contact.NotGiven
			if err := w.JournalDeed(ctx, c.AgentID, "contact.outcome_not_given", c.ID, map[string]any{"queue": c.Queue}); err != nil {
				return err
			}
		}
	}
	f.Note = strings.TrimSpace(strings.TrimSpace(drafts[contact.NoteField]) + "\n" + f.Note)
	return file(ctx, w, c, f)
}

// Extend gives the agent as much time again for the outcome. [contact.ErrState] outside a wrap-up.
func (f *Floor) Extend(ctx context.Context, w Work, a acd.Agent, id int64) error {
	if _, err := f.Held(ctx, w, a, id); err != nil {
		return err
	}
	return w.ExtendWrapUp(ctx, id)
}

// SetStatus is what the agent chose. Whoever goes off duty gives back threads, offers and what rings, to the front of their queues, and so
// does whoever asks for it with a pause: a thread is never nobody's. A call goes on.
func (f *Floor) SetStatus(ctx context.Context, w Work, a acd.Agent, s acd.Status, reason string, giveBack bool) error {
	return f.setStatus(ctx, w, a.ID, s, reason, giveBack, By(a.ID))
}

func (f *Floor) setStatus(ctx context.Context, w Work, agent int64, s acd.Status, reason string, giveBack bool, by string) error {
	if giveBack || s == acd.Offline {
		held, err := w.ContactsOf(ctx, agent)
		if err != nil {
			return err
		}
		contacts := make([]contact.Contact, len(held))
		for i, id := range held {
			if contacts[i], err = w.LockContact(ctx, id); err != nil {
				return err
			}
		}
		for _, offered := range []bool{true, false} { // offers end before the agent is freed: the order of locks
			for _, c := range contacts {
				if (c.State == contact.Offered) != offered {
					continue
				}
				if err := f.handBack(ctx, w, c, agent); err != nil {
					return err
				}
			}
		}
	}
	return w.SetStatus(ctx, agent, s, reason, by)
}

// Depart gives back what an agent has who logs out: threads, offers and what rings. A call goes on, for whoever talks talks on. Each contact
// is a transaction of its own.
func (f *Floor) Depart(ctx context.Context, agent int64) error {
	held, err := f.heldBy(ctx, agent)
	for _, id := range held {
		err = errors.Join(err, f.units(ctx, func(w Work) error { return f.giveBack(ctx, w, id, agent) }))
	}
	return err
}

func (f *Floor) heldBy(ctx context.Context, agent int64) (held []int64, err error) {
	err = f.units(ctx, func(w Work) (err error) {
		held, err = w.ContactsOf(ctx, agent)
		return err
	})
	return held, err
}

// giveBack is handBack for a contact that is not locked yet.
func (f *Floor) giveBack(ctx context.Context, w Work, id, agent int64) error {
	c, err := w.LockContact(ctx, id)
	if err != nil {
		return err
	}
	return f.handBack(ctx, w, c, agent)
}

// handBack takes a locked contact from an agent who goes, if it is the agent's still.
func (f *Floor) handBack(ctx context.Context, w Work, c contact.Contact, agent int64) error {
	if c.AgentID != agent {
		return nil
	}
	moved, changed, err := f.letGo(ctx, w, c, contact.AgentGone, contact.CalledOff)
	switch {
	case errors.Is(err, contact.ErrState):
		return nil
	case err != nil || !changed || moved.State != contact.Waiting || moved.AddressedTo != agent:
		return err
	}
	_, err = w.Address(ctx, c.ID, 0, 0) // nobody waits for whoever gives it back
	return err
}

// By names an agent in transcripts, moves, orders and the journal.
func By(agent int64) string { return fmt.Sprintf("agent:%d", agent) }

// endpointOf is the endpoint of an agent's telephone: a SIP phone, or the page.
func endpointOf(a acd.Agent) string { return cmp.Or(a.Endpoint, pageOf(a.ID)) }

// pageOf is the endpoint of an agent's page.
func pageOf(agent int64) string { return "PJSIP/" + AccountName(agent) }

// AccountName is the name of the SIP account of an agent's page.
func AccountName(agent int64) string { return fmt.Sprintf("agent-%d", agent) }
