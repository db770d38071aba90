package agentdesk

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/desk"
	"okno/internal/dialogue"
	"okno/internal/floor"
)

type outgoingWork interface {
	// AssignedCase gives a case with whose it is to work on, and keeps nobody from it. cases.ErrUnknown.
	AssignedCase(ctx context.Context, number string) (cases.Assigned, error)
	// CallsOfCase lists the outgoing calls about a case, the oldest first.
	CallsOfCase(ctx context.Context, id int64) ([]desk.OutgoingCall, error)
	// Bindings gives the bindings of a citizen with those that have ended, the newest first. citizen.ErrUnknown.
	Bindings(ctx context.Context, whose int64) ([]citizen.Held, error)
}

// callee is whom an agent may call, and on which numbers: an agent chooses one, and types none.
type callee struct {
	conversation.OutgoingCall
	about   int64 // the id of the case that it is about, or 0
	numbers []reachable
}

// reachable is a number of a callee: that of the contact or the case itself, 0, or one that is bound to the citizen.
type reachable struct {
	binding int64
	number  string
}

// outgoingCall calls the citizen of a contact that the agent has in hand, or of a case that the agent works on.
func (d *Desk) outgoingCall(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Case    string `json:"case"`    // its number
		Binding int64  `json:"binding"` // of the number to call; 0: that of the contact or the case itself
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if (args.Contact == 0) == (args.Case == "") {
		return nil, errCommand
	}
	var to callee
	var err error
	if args.Contact != 0 {
		to, err = d.calleeOfContact(ctx, w, agent, args.Contact)
	} else {
		to, err = d.calleeOfCase(ctx, w, agent, args.Case)
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(to.numbers, func(r reachable) bool { return r.binding == args.Binding })
	if i < 0 {
		return nil, citizen.ErrNotBound
	}
	to.Number = to.numbers[i].number
	c, by, err := d.Floor.Place(ctx, w, agent, to.OutgoingCall, to.about)
	switch {
	case err != nil:
		return nil, err
	case by != "":
		return object{"called_by": by}, nil
	}
	return object{"contact": c.ID}, nil
}

// calleeOfContact is the citizen of a contact in hand, who is called for its queue.
func (d *Desk) calleeOfContact(ctx context.Context, w Work, agent acd.Agent, id int64) (to callee, err error) {
	c, err := d.heldFor(ctx, w, agent, id, access.PlaceCall)
	if err != nil {
		return to, err
	}
	whose, _, err := w.VerificationOf(ctx, c.Interaction)
	if err != nil {
		return to, err
	}
	to.OutgoingCall = conversation.OutgoingCall{CitizenID: whose, Queue: c.Queue, Language: dialogue.Language(c.Language)}
	to.numbers, err = reachables(ctx, w, whose, c.Number)
	return to, err
}

// calleeOfCase is whose a case is that the agent works on. The citizen is called for the queue of the case, if the agent serves that, or else for the
// first of the agent's own.
func (d *Desk) calleeOfCase(ctx context.Context, w Work, agent acd.Agent, number string) (to callee, err error) {
	c, err := w.AssignedCase(ctx, number)
	if err != nil {
		return to, err
	}
	if err := access.May(floor.Subject(agent), access.PlaceCall, assignedTie(c, agent.ID)); err != nil {
		return to, err
	}
	queue := c.Queue
	if !slices.Contains(agent.Queues, queue) {
		if len(agent.Queues) == 0 {
			return to, contact.ErrNowhere
		}
		queue = agent.Queues[0]
	}
	language := dialogue.Russian
	if len(agent.Languages) > 0 {
		language = cmp.Or(dialogue.Language(agent.Languages[0]), language)
	}
	to.OutgoingCall = conversation.OutgoingCall{CitizenID: c.CitizenID, Queue: queue, Language: language, Case: c.Number}
	to.about = c.ID
	to.numbers, err = reachables(ctx, w, c.CitizenID, c.Contact)
	return to, err
}

// reachables are the numbers on which a citizen (0: nobody knows who) can be called: one that was given, unless it has become somebody else's, and
// those that are bound and trusted.
func reachables(ctx context.Context, w Work, whose int64, given string) (found []reachable, err error) {
	if given != "" {
		known, err := w.Known(ctx, given)
		if err != nil {
			return nil, err
		}
		if whose == 0 || known.CitizenID == 0 || known.CitizenID == whose {
			found = append(found, reachable{0, given})
		}
	}
	if whose == 0 {
		return found, nil
	}
	held, err := w.Bindings(ctx, whose)
	if err != nil {
		return nil, err
	}
	for _, h := range held {
		if h.EndedAt.IsZero() && h.Lowered == "" && h.Number != given {
			found = append(found, reachable{h.ID, h.Number})
		}
	}
	return found, nil
}

// numbersOfContact lists, masked, on which numbers the citizen of a contact in hand can be called.
func (d *Desk) numbersOfContact(w http.ResponseWriter, r *http.Request) {
	id, err := contactID(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.numbers(w, r, func(work Work, agent acd.Agent) (callee, error) {
		return d.calleeOfContact(r.Context(), work, agent, id)
	})
}

// numbersOfCase is numbersOfContact for a case that the agent works on.
func (d *Desk) numbersOfCase(w http.ResponseWriter, r *http.Request) {
	d.numbers(w, r, func(work Work, agent acd.Agent) (callee, error) {
		return d.calleeOfCase(r.Context(), work, agent, r.PathValue("number"))
	})
}

func (d *Desk) numbers(w http.ResponseWriter, r *http.Request, find func(Work, acd.Agent) (callee, error)) {
	agent, token, err := d.agentOf(r)
	found := []object{}
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			found = []object{}
			if agent, err = work.AgentOfCommand(r.Context(), token); err != nil {
				return err
			}
			to, err := find(work, agent)
			for _, n := range to.numbers {
				found = append(found, object{"binding": n.binding, "number": mask(n.number)})
			}
			return err
		})
	}
	d.answerCase(w, object{"numbers": found}, err)
}
