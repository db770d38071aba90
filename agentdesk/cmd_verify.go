package agentdesk

import (
	"context"
	"encoding/json"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/floor"
)

// verify notes that the agent has checked, by questions, that whoever is on the line is the citizen of the contact. It holds for this
// conversation, also once the menu goes on with it.
func (d *Desk) verify(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	c, err := d.heldFor(ctx, w, agent, args.Contact, access.VerifyCitizen)
	if err != nil {
		return nil, err
	}
	if c.State != contact.Connected {
		return nil, contact.ErrState
	}
	whose, err := w.SetVerification(ctx, c.Interaction, citizen.ByAgent)
	if err != nil {
		return nil, err
	}
	err = w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: floor.By(agent.ID), Kind: "did", Body: "verify"})
	if err != nil {
		return nil, err
	}
	return object{"verification": citizen.ByAgent}, w.JournalDeed(ctx, agent.ID, "citizen.verify", c.ID, map[string]any{"citizen": whose})
}
