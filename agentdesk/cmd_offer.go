package agentdesk

import (
	"context"
	"encoding/json"

	"okno/internal/acd"
)

// accept takes an offered contact into the agent's hands; a call is connected to the agent's phone by an order.
func (d *Desk) accept(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	c, err := d.Floor.Accept(ctx, w, agent, args.Contact)
	if err != nil {
		return nil, err
	}
	return d.contactJSON(c), nil
}

// decline gives an offered contact back.
func (d *Desk) decline(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Decline(ctx, w, agent, args.Contact)
}

// release ends the agent's part of a contact, on any channel: of a talk, of a thread, or of a connection under way.
func (d *Desk) release(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Release(ctx, w, agent, args.Contact)
}
