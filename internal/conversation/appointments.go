package conversation

import (
	"context"
	"time"

	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/dialogue"
)

// Offices gives the offices that can be visited.
type Offices interface {
	Directory() *appointment.Directory
}

// Visits gives the engine the offices at which citizens book appointments. Without it there is none.
func (e *Engine) Visits(o Offices) { e.offices = o }

func (e *Engine) directory() *appointment.Directory {
	if e.offices == nil {
		return appointment.NewDirectory(nil, calendar.Set{})
	}
	return e.offices.Directory()
}

// appointments are the places of offices in a unit of work.
type appointments interface {
	appointment.Work
	appointment.Placed
	// AppointmentOf gives appointment.ErrNone of a case that has none.
	AppointmentOf(ctx context.Context, caseID int64) (appointment.Appointment, error)
	appointment.Lives
	// WaitingAhead gives appointment.ErrNone of a case that does not wait.
	WaitingAhead(ctx context.Context, caseID int64) (int, error)
}

// visitTo looks up an office and what is free there for a service.
func visitTo(ctx context.Context, r request, code, service string) (appointment.Visit, bool, error) {
	return r.engine.directory().VisitTo(ctx, r.work, code, service, r.engine.clock())
}

// told are the values that say where and when an appointment is.
func (r request) told(a appointment.Appointment, number string) map[string]dialogue.Value {
	zone, office, d := time.UTC, a.Office, r.engine.directory()
	if o, ok := d.Office(a.Office); ok {
		office = o.Name[r.interaction.Language]
		if c, err := d.Calendar(o); err == nil {
			zone = c.Zone
		}
	}
	local := a.From.In(zone)
	return map[string]dialogue.Value{
		"case":   {Type: dialogue.TypeCaseNumber, Text: number},
		"office": dialogue.TextValue(office),
		"day":    {Type: dialogue.TypeDate, Text: local.Format(time.DateOnly)},
		"time":   {Type: dialogue.TypeTime, Text: local.Format(appointment.ClockForm)},
	}
}

// toldTypes are the types of what told gives.
var toldTypes = values{"case": dialogue.TypeCaseNumber, "office": dialogue.TypeText, "day": dialogue.TypeDate, "time": dialogue.TypeTime}

// person is whose appointments an interaction may see: the citizen's, or those of the number alone.
func (r request) person() (whose int64, number string) {
	if whose = r.interaction.CitizenID; !r.interaction.Verification.AtLeast(citizen.ByNumber) {
		whose = 0
	}
	return whose, r.interaction.Number
}

// ownAppointment gives what an own case has. ok: it is the caller's, and has something.
func ownAppointment(ctx context.Context, r request, number string) (c cases.Case, a appointment.Appointment, ok bool, err error) {
	c, err = r.work.CaseByNumber(ctx, number)
	unknown := isUnknown(err)
	if err != nil && !unknown {
		return c, a, false, err
	}
	if unknown || !ownCase(r.interaction, c) {
		_, err := guessed(ctx, r, unknown)
		return c, a, false, err
	}
	a, err = r.work.AppointmentOf(ctx, c.ID)
	if isNone(err) {
		return c, a, false, nil
	}
	return c, a, err == nil, err
}
