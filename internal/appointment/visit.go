package appointment

import (
	"context"
	"time"

	"okno/internal/dialogue"
)

// ClockForm is the form of a time of day: hours and minutes of 24 hours.
const ClockForm = "15:04"

// Visit is an office with what of it can be booked for a service.
type Visit struct {
	Office Office
	Zone   *time.Location
	Slots  []Slot // free, in the order of time
}

// Placed gives the places of an office that somebody has and that begin within a time.
type Placed interface {
	TakenPlaces(ctx context.Context, office string, from, to time.Time) ([]Taken, error)
}

// VisitTo looks up an office and what is free there for a service. ok: there is such an office, and it gives the service by appointment.
func (d *Directory) VisitTo(ctx context.Context, w Placed, code, service string, now time.Time) (v Visit, ok bool, err error) {
	if v.Office, ok = d.Office(code); !ok || !v.Office.Gives(service) {
		return v, false, nil
	}
	c, err := d.Calendar(v.Office)
	if err != nil {
		return v, false, err
	}
	v.Zone = c.Zone
	from, to := v.Office.Window(now)
	taken, err := w.TakenPlaces(ctx, code, from, to)
	if err == nil {
		v.Slots, err = d.Slots(v.Office, service, taken, now)
	}
	return v, err == nil, err
}

// At are the free slots that begin at a time of a day, as 2026-12-01 and 09:20.
func (v Visit) At(day, clock string) (slots []Slot) {
	for _, s := range v.Slots {
		if local := s.From.In(v.Zone); local.Format(time.DateOnly) == day && local.Format(ClockForm) == clock {
			slots = append(slots, s)
		}
	}
	return slots
}

// From are the free slots that begin at a moment.
func (v Visit) From(at time.Time) (slots []Slot) {
	for _, s := range v.Slots {
		if s.From.Equal(at) {
			slots = append(slots, s)
		}
	}
	return slots
}

// Subject is what the case of an appointment is about, in a language: service is the name of the service.
func (v Visit) Subject(service string, l dialogue.Language) string {
	return service + ", " + v.Office.Name[l]
}

// Day is a day with the times at which something is free.
type Day struct {
	Date  string   `json:"date"`
	Times []string `json:"times"`
}

// Days are the days with something free, in order.
func (v Visit) Days() (days []Day) {
	for _, at := range Times(v.Slots) {
		local := at.In(v.Zone)
		if date := local.Format(time.DateOnly); len(days) == 0 || days[len(days)-1].Date != date {
			days = append(days, Day{Date: date})
		}
		last := &days[len(days)-1]
		last.Times = append(last.Times, local.Format(ClockForm))
	}
	return days
}

// DayOf is the day of a moment as cases keep it: midnight in UTC.
func DayOf(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
