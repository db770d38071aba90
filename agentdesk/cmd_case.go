package agentdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/message"
)

// caseOpen opens a case for the citizen of a contact.
func (d *Desk) caseOpen(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Kind    cases.Kind `json:"kind"`
		Service string     `json:"service"`
		Subject string     `json:"subject"`
		DueOn   string     `json:"due_on"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	subject := strings.TrimSpace(args.Subject)
	due, err := optionalDate(args.DueOn)
	if err != nil || !slices.Contains(cases.Kinds, args.Kind) {
		return nil, errCommand
	}
	if subject == "" {
		return nil, errEmpty
	}
	var opened cases.Case
	err = d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		known, err := w.Known(ctx, c.Number)
		if err != nil {
			return err
		}
		opened, err = w.OpenCase(ctx, cases.Opening{Kind: args.Kind, Service: args.Service, CitizenID: known.CitizenID, Contact: c.Number,
			Subject: subject, DueOn: due, By: by(agent)})
		if err != nil {
			return err
		}
		if err := w.LinkCase(ctx, c.Interaction, opened.ID); err != nil {
			return err
		}
		return w.AddEntry(ctx, conversation.Entry{Interaction: c.Interaction, Speaker: by(agent), Kind: "did", Body: "case_open " + opened.Number})
	})
	return caseJSON(opened), err
}

// caseMove takes a case on, and tells the citizen by SMS if that is wished.
func (d *Desk) caseMove(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Number string      `json:"number"`
		From   cases.State `json:"from"` // as the agent saw it
		To     cases.State `json:"to"`
		Why    string      `json:"why"`
		DueOn  string      `json:"due_on"`
		Tell   string      `json:"tell"` // what the citizen is told by SMS; "" for nothing
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	why, tell := strings.TrimSpace(args.Why), strings.TrimSpace(args.Tell)
	due, err := optionalDate(args.DueOn)
	if err != nil {
		return nil, errCommand
	}
	if why == "" {
		return nil, errEmpty
	}
	var moved cases.Case
	err = d.withContact(ctx, agent, args.Contact, func(w Work, c acd.Contact) error {
		found, err := w.CaseByNumber(ctx, args.Number)
		if err != nil {
			return err
		}
		if found.State != args.From {
			return cases.ErrMoved
		}
		if due.IsZero() {
			due = found.DueOn
		}
		if moved, err = w.MoveCase(ctx, found, args.To, due, by(agent), why, tell); err != nil {
			return err
		}
		entry := conversation.Entry{Interaction: c.Interaction, Speaker: by(agent), Kind: "did", Body: "case_move " + moved.Number + " " + string(args.From) + " " + string(moved.State)}
		if err := w.AddEntry(ctx, entry); err != nil || tell == "" || c.Number == "" {
			return err
		}
		return w.EnqueueMT(ctx, message.MT{Lane: message.Reply, Destination: c.Number, Text: tell, Segments: d.Segments(tell),
			Interaction: c.Interaction, ExpiresAt: time.Now().Add(message.ReplyLifetime)})
	})
	return caseJSON(moved), err
}

func optionalDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}
