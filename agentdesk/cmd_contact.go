package agentdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"okno/internal/acd"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
)

// hangUp ends the agent's part of a call.
func (d *Desk) hangUp(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if d.Calls == nil {
		return nil, errNoVoice
	}
	var interaction int64
	err := d.withContact(ctx, agent, args.Contact, func(_ Work, c acd.Contact) error {
		interaction = c.Interaction
		return nil
	})
	if err != nil {
		return nil, err
	}
	return nil, d.Calls.Hangup(ctx, interaction)
}

// reply writes to the citizen in the thread of the agent's SMS conversation.
func (d *Desk) reply(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
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
	segments := d.Segments(text)
	return object{"segments": segments}, d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		if c.Channel != string(dialogue.SMS) || c.State != acd.Connected {
			return acd.ErrState
		}
		if err := w.AddEntry(ctx, conversation.Entry{Interaction: c.Interaction, Speaker: by(agent), Kind: "wrote", Body: text}); err != nil {
			return err
		}
		return w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: c.Number, Text: text, Segments: segments,
			Interaction: c.Interaction, ExpiresAt: time.Now().Add(message.ReplyLifetime)})
	})
}

// finish ends the agent's part of an SMS conversation; the dialogue says goodbye.
func (d *Desk) finish(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		if c.Channel != string(dialogue.SMS) {
			return acd.ErrState
		}
		if err := w.Release(ctx, c.Interaction); err != nil {
			return err
		}
		turn, err := d.Dialogue.Answer(ctx, w, c.Interaction, "served")
		if err != nil {
			return err
		}
		return d.Dialogue.Reply(ctx, w, turn)
	})
}

// note adds a note to the timeline, for colleagues.
func (d *Desk) note(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
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
	return nil, d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		return w.AddEntry(ctx, conversation.Entry{Interaction: c.Interaction, Speaker: by(agent), Kind: "note", Body: text})
	})
}

// disposition files the outcome, and ends the wrap-up.
func (d *Desk) disposition(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Disposition string `json:"disposition"`
		Note        string `json:"note"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if !slices.Contains(acd.Dispositions, args.Disposition) {
		return nil, acd.ErrDisposition
	}
	return nil, d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		return w.FileDisposition(ctx, c, args.Disposition, strings.TrimSpace(args.Note))
	})
}

// extend gives the wrap-up as much time again.
func (d *Desk) extend(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args onContact
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		return w.ExtendWrapUp(ctx, c)
	})
}
