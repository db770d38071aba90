package agentdesk

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/appointment"
	"okno/internal/calendar"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// Offices gives the offices that citizens visit.
type Offices interface {
	Directory() *appointment.Directory
}

// Notices writes what citizens are told of an appointment.
type Notices interface {
	Reminder(l dialogue.Language, a appointment.Appointment, o appointment.Office, zone *time.Location) string
}

// visits are the places of offices, as a desk shows and settles them.
type visits interface {
	appointment.Placed
	appointment.Settler
	// AppointmentsOn lists the places of an office that begin within a time, but those that were given up.
	AppointmentsOn(ctx context.Context, office string, from, to time.Time) ([]appointment.Appointment, error)
}

var (
	errOffice      error = &fault.Error{Kind: fault.NotFound, Text: "there is no such office"}
	errDay         error = &fault.Error{Kind: fault.Invalid, Field: "day", Text: "day: a date, YYYY-MM-DD"}
	errSettled     error = &fault.Error{Kind: fault.Conflict, Text: "it was noted already what came of this appointment"}
	errAppointment error = &fault.Error{Kind: fault.NotFound, Text: "there is no such appointment"}
	errCame        error = &fault.Error{Kind: fault.Invalid, Field: "state", Text: "state: kept or missed"}
)

// directory is that of the desk; without one there is no office.
func (d *Desk) directory() *appointment.Directory {
	if d.Offices == nil {
		return appointment.NewDirectory(nil, calendar.Set{})
	}
	return d.Offices.Directory()
}

// forOffices runs what an agent looks up of offices in a unit of work.
func (d *Desk) forOffices(w http.ResponseWriter, r *http.Request, act access.Act, do func(work Work, agent acd.Agent) (any, error)) {
	_, token, err := d.agentOf(r)
	var answer any
	if err == nil {
		err = d.Units(r.Context(), func(work Work) error {
			agent, err := work.AgentOfCommand(r.Context(), token)
			if err == nil {
				err = access.May(floor.Subject(agent), act, access.Untied)
			}
			if err == nil {
				answer, err = do(work, agent)
			}
			return err
		})
	}
	d.answerWith(w, answer, err)
}

// offices lists the offices, or those that give a service by appointment.
func (d *Desk) offices(w http.ResponseWriter, r *http.Request) {
	d.forOffices(w, r, access.ListAppointments, func(Work, acd.Agent) (any, error) {
		offices := d.directory().Offices()
		if service := r.URL.Query().Get("service"); service != "" {
			offices = d.directory().Giving(service)
		}
		list := make([]object, 0, len(offices))
		for _, o := range offices {
			list = append(list, object{"code": o.Code, "name": o.Name, "address": o.Address, "closed": o.Closed})
		}
		return object{"offices": list}, nil
	})
}

// freeSlots lists the days and times at which an office has a place for a service.
func (d *Desk) freeSlots(w http.ResponseWriter, r *http.Request) {
	d.forOffices(w, r, access.ListAppointments, func(work Work, _ acd.Agent) (any, error) {
		v, ok, err := d.directory().VisitTo(r.Context(), work, r.PathValue("office"), r.URL.Query().Get("service"), d.Clock())
		if err == nil && !ok {
			err = errOffice
		}
		days := v.Days()
		if days == nil {
			days = []appointment.Day{}
		}
		return object{"days": days}, err
	})
}

// dayOfOffice lists who comes to an office on a day, by the numbers of their cases: a line tells nothing of the citizen.
func (d *Desk) dayOfOffice(w http.ResponseWriter, r *http.Request) {
	d.forOffices(w, r, access.ListAppointments, func(work Work, _ acd.Agent) (any, error) {
		o, ok := d.directory().Office(r.PathValue("office"))
		if !ok {
			return nil, errOffice
		}
		c, err := d.directory().Calendar(o)
		if err != nil {
			return nil, err
		}
		day, err := calendar.ParseDate(r.URL.Query().Get("day"))
		if err != nil {
			return nil, errDay
		}
		found, err := work.AppointmentsOn(r.Context(), o.Code, c.At(day, 0), c.At(day.Next(), 0))
		list := make([]object, 0, len(found))
		for _, a := range found {
			list = append(list, object{"id": a.ID, "number": a.Number, "counter": a.Counter, "service": a.Service, "state": a.State,
				"time": a.From.In(c.Zone).Format(appointment.ClockForm), "until": a.To.In(c.Zone).Format(appointment.ClockForm)})
		}
		return object{"appointments": list}, err
	})
}

// settleAppointment notes whether a citizen came.
func (d *Desk) settleAppointment(w http.ResponseWriter, r *http.Request) {
	var body struct {
		State appointment.State `json:"state"`
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		d.fail(w, errAppointment)
		return
	}
	if err := edge.ReadJSON(w, r, 1<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	if body.State != appointment.Kept && body.State != appointment.Missed {
		d.fail(w, errCame)
		return
	}
	d.forOffices(w, r, access.SettleAppointment, func(work Work, agent acd.Agent) (any, error) {
		_, err := appointment.Settle(r.Context(), work, id, body.State, floor.By(agent.ID))
		switch {
		case errors.Is(err, appointment.ErrNone):
			return nil, errAppointment
		case errors.Is(err, appointment.ErrSettled):
			return nil, errSettled
		}
		return nil, err
	})
}
