package agentdesk

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/floor"
	"okno/internal/message"
)

// caseOpen opens a case for the citizen of a contact.
func (d *Desk) caseOpen(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Kind    cases.Kind `json:"kind"`
		Service string     `json:"service"`
		Subject string     `json:"subject"`
		Body    string     `json:"body"`
		DueOn   string     `json:"due_on"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	due, err := optionalDate(args.DueOn)
	if err != nil || !slices.Contains(cases.Kinds, args.Kind) {
		return nil, errCommand
	}
	if strings.TrimSpace(args.Subject) == "" {
		return nil, errEmpty
	}
	subject, body, err := cases.CheckText(args.Subject, args.Body)
	if err != nil {
		return nil, err
	}
	if args.Service != "" {
		if _, known := d.Services.Service(args.Service); !known {
			return nil, errNoService
		}
	}
	if d.past(due) {
		return nil, errPast
	}
	c, err := d.heldFor(ctx, w, agent, args.Contact, access.OpenCase)
	if err != nil {
		return nil, err
	}
	known, err := w.Known(ctx, c.Number)
	if err != nil {
		return nil, err
	}
	opened, err := w.OpenCase(ctx, cases.Opening{Kind: args.Kind, Service: args.Service, CitizenID: known.CitizenID, Contact: c.Number,
		Subject: subject, Body: body, DueOn: due, By: floor.By(agent.ID)})
	if err != nil {
		return nil, err
	}
	return d.caseJSON(opened), w.LinkCase(ctx, c.Interaction, opened.ID)
}

// caseMove takes a case on, and tells the citizen by SMS if that is wished.
func (d *Desk) caseMove(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Number string      `json:"number"`
		From   cases.State `json:"from"` // as the agent saw it
		To     cases.State `json:"to"`
		Why    string      `json:"why"`
		DueOn  string      `json:"due_on"`
		Tell   string      `json:"tell"` // what the citizen is told by SMS; "": in Okno's words where the case stands
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
	if d.past(due) {
		return nil, errPast
	}
	c, err := d.Floor.Held(ctx, w, agent, args.Contact)
	if err != nil {
		return nil, err
	}
	found, err := d.movable(ctx, w, agent, c.Interaction, args.Number, "case_move")
	if err != nil {
		return nil, err
	}
	if found.State != args.From {
		return nil, cases.ErrMoved
	}
	if due.IsZero() {
		due = found.DueOn
	}
	moved, err := w.MoveCase(ctx, found, args.To, due, floor.By(agent.ID), why)
	if err != nil {
		return nil, err
	}
	switch {
	case tell == "":
		return d.caseJSON(moved), d.tellStep(ctx, w, moved)
	case c.Number == "":
		return d.caseJSON(moved), nil
	}
	sent, err := w.EnqueueMTs(ctx, []message.MT{{Lane: message.Reply, Destination: c.Number, Text: tell, Segments: d.Segments(tell),
		Interaction: c.Interaction, ExpiresAt: time.Now().Add(message.ReplyLifetime)}})
	if err != nil {
		return nil, err
	}
	return d.caseJSON(moved), w.NoteTold(ctx, moved, cases.Told{Text: tell, MT: sent[0]})
}

// movable gives a case that an agent may move for the citizen of an interaction, by a command.
func (d *Desk) movable(ctx context.Context, w Work, agent acd.Agent, interaction int64, number, command string) (cases.Case, error) {
	found, err := w.CaseByNumber(ctx, number)
	if err != nil {
		return found, err
	}
	tie, err := w.CaseTie(ctx, found, interaction)
	if err != nil {
		return found, err
	}
	// A case that this citizen has nothing to do with is as unknown here as one that does not exist.
	if access.May(floor.Subject(agent), access.SeeCase, tie) != nil {
		return found, cases.ErrUnknown
	}
	if err := access.May(floor.Subject(agent), access.MoveCase, tie); err != nil {
		return found, err
	}
	if found.CitizenID == 0 {
		return found, nil
	}
	// A caller's number is a claim: an agent's questions help where nothing vouches for it.
	_, held, err := w.VerificationOf(ctx, interaction)
	if err == nil && !held.AtLeast(levels[command]) {
		err = errUnverified
	}
	return found, err
}

// past says whether a day is over everywhere; no day is not.
func (d *Desk) past(day time.Time) bool {
	return !day.IsZero() && day.Before(d.Clock().AddDate(0, 0, -2))
}

func optionalDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}
