package agentdesk

import (
	"context"
	"encoding/json"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/message"
	"okno/internal/phone"
)

// levels are how sure one has to be of the citizen for each command.
var levels = citizen.Levels(citizen.AtDesk)

// errUnverified says that it is not sure enough who the citizen is. An agent's questions (verify) are the step up.
var errUnverified error = &fault.Error{Kind: fault.Forbidden, Text: "check by questions first who it is"}

// ofNumber are the arguments of bind and unbind.
type ofNumber struct {
	onContact
	Number string `json:"number"` // "": the one of the contact
}

// checked gives the contact of a command about a number, the citizen whom the agent has checked in it, and the number.
func (d *Desk) checked(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (c contact.Contact, whose int64, number string, err error) {
	var args ofNumber
	if err := arguments(raw, &args); err != nil {
		return c, 0, "", err
	}
	if c, err = d.heldFor(ctx, w, agent, args.Contact, access.BindNumber); err != nil {
		return c, 0, "", err
	}
	if c.State != contact.Connected {
		return c, 0, "", contact.ErrState
	}
	whose, held, err := w.VerificationOf(ctx, c.Interaction)
	switch {
	case err != nil:
		return c, 0, "", err
	case whose == 0:
		return c, 0, "", citizen.ErrUnknown
	case !held.AtLeast(levels["bind"]):
		return c, 0, "", errUnverified
	}
	if number = args.Number; number == "" {
		number = c.Number
	}
	number, err = phone.Parse(number)
	return c, whose, number, err
}

// bind makes a number the citizen's whom the agent has checked by questions. The citizen's other numbers are told.
func (d *Desk) bind(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	c, whose, number, err := d.checked(ctx, w, agent, raw)
	if err != nil {
		return nil, err
	}
	bound, err := w.Bind(ctx, citizen.Binding{Citizen: whose, Number: number, Proof: citizen.ByOperator, By: floor.By(agent.ID)})
	if err != nil {
		return nil, err
	}
	return object{"new": bound.New}, d.tell(ctx, w, agent, c, "bind", d.Registrar.TellBound(bound))
}

// unbind takes a number off the citizen, and tells the number.
func (d *Desk) unbind(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	c, whose, number, err := d.checked(ctx, w, agent, raw)
	if err != nil {
		return nil, err
	}
	old, err := w.Unbind(ctx, whose, number, floor.By(agent.ID))
	if err != nil {
		return nil, err
	}
	return object{}, d.tell(ctx, w, agent, c, "unbind", d.Registrar.TellUnbound(old))
}

func (d *Desk) tell(ctx context.Context, w Work, agent acd.Agent, c contact.Contact, deed string, mts []message.MT) error {
	for _, mt := range mts {
		if err := w.EnqueueMT(ctx, mt); err != nil {
			return err
		}
	}
	return w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: floor.By(agent.ID), Kind: "did", Body: deed})
}
