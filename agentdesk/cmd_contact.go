package agentdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/conversation"
	"okno/internal/floor"
	"okno/internal/memo"
	"okno/internal/message"
)

// reply writes to the citizen in the thread of the agent's conversation.
func (d *Desk) reply(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Text string `json:"text"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(args.Text)
	if text == "" {
		return nil, errEmpty
	}
	c, err := d.Floor.Held(ctx, w, agent, args.Contact)
	if err != nil {
		return nil, err
	}
	if c.ByCall || c.State != contact.Connected {
		return nil, contact.ErrState
	}
	segments := d.Segments(text)
	if segments > d.Replies.Most {
		return nil, errTooLong
	}
	sent, err := w.EnqueueMTs(ctx, []message.MT{{Lane: message.Reply, Destination: c.Number, Text: text, Segments: segments,
		Interaction: c.Interaction, ExpiresAt: time.Now().Add(message.ReplyLifetime)}})
	if err != nil {
		return nil, err
	}
	return object{"segments": segments},
		w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: floor.By(agent.ID), Kind: "wrote", Body: text, MT: sent[0]})
}

// note adds a note to the timeline, for colleagues. Those whom it names are told.
func (d *Desk) note(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Text string `json:"text"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	text := strings.TrimSpace(args.Text)
	if text == "" {
		return nil, errEmpty
	}
	c, err := d.Floor.Held(ctx, w, agent, args.Contact)
	if err != nil {
		return nil, err
	}
	if err := w.Mention(ctx, memo.Memo{From: agent.ID, Text: text, Interaction: c.Interaction}); err != nil {
		return nil, err
	}
	return object{}, w.AddEntries(ctx, c.Interaction, conversation.Entry{Speaker: floor.By(agent.ID), Kind: "note", Body: text})
}

// heldFor gives a contact that an agent holds, for something that the agent may do in it.
func (d *Desk) heldFor(ctx context.Context, w Work, agent acd.Agent, id int64, act access.Act) (contact.Contact, error) {
	c, err := d.Floor.Held(ctx, w, agent, id)
	if err != nil {
		return c, err
	}
	return c, access.May(floor.Subject(agent), act, floor.Tie(c, agent.ID))
}

// disposition files the outcome, which some queues do not require, and ends the wrap-up.
func (d *Desk) disposition(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Disposition string `json:"disposition"`
		Note        string `json:"note"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if args.Disposition != "" && !slices.Contains(contact.Dispositions, args.Disposition) {
		return nil, contact.ErrDisposition
	}
	c, err := d.Floor.Held(ctx, w, agent, args.Contact)
	if err == nil {
		err = d.Floor.File(ctx, w, agent, args.Contact, args.Disposition, args.Note)
	}
	if err == nil {
		err = w.Mention(ctx, memo.Memo{From: agent.ID, Text: args.Note, Interaction: c.Interaction})
	}
	return nil, err
}

// extend gives the wrap-up as much time again.
func (d *Desk) extend(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Extend(ctx, w, agent, args.Contact)
}

// takeBack takes the place of a command that the page sent, under its id: if that was done, the page gets its answer; else it never will be.
func (d *Desk) takeBack(_ context.Context, _ Work, _ acd.Agent, raw json.RawMessage) (any, error) {
	if err := arguments(raw, &struct{}{}); err != nil {
		return nil, err
	}
	return object{"taken_back": true}, nil
}
