package agentdesk

import (
	"context"
	"encoding/json"

	"okno/internal/acd"
)

// accept takes an offered contact into the agent's hands; a call is connected to the agent's phone.
func (d *Desk) accept(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	contact, err := d.Store.AcceptOffer(ctx, agent.ID, args.Contact)
	if err != nil {
		return nil, err
	}
	if contact.Channel == "voice" {
		if d.Calls == nil {
			return nil, errNoVoice
		}
		if err := d.Calls.Connect(ctx, contact.Interaction, agent.ID, agent.Endpoint); err != nil {
			return nil, err
		}
	}
	return d.contactJSON(contact), nil
}

// decline gives an offered contact back.
func (d *Desk) decline(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Store.DeclineOffer(ctx, agent.ID, args.Contact)
}
