package agentdesk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/floor"
)

var errPlaceTaken error = &fault.Error{Kind: fault.Conflict, Field: "time", Text: "no place is left at this time"}

// appointmentBook books a place for the citizen of a contact, who is told in writing.
func (d *Desk) appointmentBook(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Service string `json:"service"`
		Office  string `json:"office"`
		Day     string `json:"day"`  // 2026-12-01
		Time    string `json:"time"` // 09:20
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	c, err := d.heldFor(ctx, w, agent, args.Contact, access.OpenCase)
	if err != nil {
		return nil, err
	}
	known, err := w.Known(ctx, c.Number)
	if err != nil {
		return nil, err
	}
	b := appointment.Booking{Service: args.Service, CitizenID: known.CitizenID, Contact: c.Number, By: floor.By(agent.ID)}
	if err := d.at(ctx, w, &b, args.Office, args.Day, args.Time); err != nil {
		return nil, err
	}
	a, err := appointment.Book(ctx, w, b, d.Clock())
	if err != nil {
		return nil, placeError(err)
	}
	return d.booked(ctx, w, agent, c.Interaction, a, "appointment_book")
}

// appointmentMove moves the appointment of a case of the contact's citizen to another time of its office.
func (d *Desk) appointmentMove(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Number string `json:"number"` // of the case
		Day    string `json:"day"`
		Time   string `json:"time"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	c, err := d.Floor.Held(ctx, w, agent, args.Contact)
	if err != nil {
		return nil, err
	}
	found, err := d.movable(ctx, w, agent, c.Interaction, args.Number, "appointment_move")
	if err != nil {
		return nil, err
	}
	now, err := w.AppointmentOf(ctx, found.ID)
	if errors.Is(err, appointment.ErrNone) {
		return nil, errAppointment
	}
	if err != nil {
		return nil, err
	}
	b := appointment.Booking{Service: now.Service, By: floor.By(agent.ID)}
	if err := d.at(ctx, w, &b, now.Office, args.Day, args.Time); err != nil {
		return nil, err
	}
	a, err := appointment.Move(ctx, w, found, b, d.Clock())
	if err != nil {
		return nil, placeError(err)
	}
	return d.booked(ctx, w, agent, c.Interaction, a, "appointment_move")
}

// at fills in where and when a booking is.
func (d *Desk) at(ctx context.Context, w Work, b *appointment.Booking, office, day, clock string) error {
	v, ok, err := d.directory().VisitTo(ctx, w, office, b.Service, d.Clock())
	if err != nil {
		return err
	}
	if !ok {
		return errOffice
	}
	b.Office, b.Slots = v.Office.Code, v.At(day, clock)
	if len(b.Slots) == 0 {
		return errPlaceTaken
	}
	b.DueOn = appointment.DayOf(b.Slots[0].From, v.Zone)
	name := b.Service
	if s, known := d.Services.Service(b.Service); known {
		name = s.Texts[dialogue.Russian].Name
	}
	b.Subject = v.Subject(name, dialogue.Russian)
	return nil
}

func placeError(err error) error {
	if errors.Is(err, appointment.ErrTaken) {
		return errPlaceTaken
	}
	return err
}

// booked ties the case of an appointment to the contact's interaction, and has the citizen told.
func (d *Desk) booked(ctx context.Context, w Work, agent acd.Agent, interaction int64, a appointment.Appointment, what string) (any, error) {
	if err := w.LinkCase(ctx, interaction, a.CaseID); err != nil {
		return nil, err
	}
	err := w.AddEntries(ctx, interaction, conversation.Entry{Speaker: floor.By(agent.ID), Kind: "did",
		Body: fmt.Sprintf("%s %s", what, a.Number)})
	if err != nil {
		return nil, err
	}
	c, err := w.CaseByNumber(ctx, a.Number)
	if err != nil {
		return nil, err
	}
	return d.caseJSON(c), d.tellOfPlace(ctx, w, c, a)
}

// tellOfPlace tells the citizen of a place in writing.
func (d *Desk) tellOfPlace(ctx context.Context, w Work, c cases.Case, a appointment.Appointment) error {
	if d.Teller == nil || d.Notices == nil {
		return nil
	}
	o, _ := d.directory().Office(a.Office)
	dates, err := d.directory().Calendar(o)
	if err != nil {
		return err
	}
	_, err = d.Teller.Notify(ctx, w, c, a.From.Sub(d.Clock()), func(l dialogue.Language) string { return d.Notices.Reminder(l, a, o, dates.Zone) })
	return err
}
