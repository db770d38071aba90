package agentdesk

import (
	"context"
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/calendar"
	"okno/internal/edge"
	"okno/internal/floor"
	"okno/internal/job"
)

type calendarWork interface {
	// ChangeCalendar replaces a calendar that somebody saw, or adds one (was is nil). to was checked.
	ChangeCalendar(ctx context.Context, name string, was *calendar.Entry, to calendar.Entry, by, why string) error
}

// calendars shows an administrator hours and holidays, who goes by each, and which year a calendar will lack soon.
func (d *Desk) calendars(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditCalendars)
	var f calendar.File
	if err == nil {
		f, err = d.Store.CalendarFile(r.Context())
	}
	var queues acd.File
	if err == nil {
		queues, err = d.Store.QueueFile(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	shown := object{}
	for name, e := range f.Calendars {
		one := object{"calendar": e, "queues": []string{}, "agencies": []string{}, "default": name == f.Default, "missing": 0}
		for queue, s := range queues.Queues {
			if s.Calendar == name {
				one["queues"] = append(one["queues"].([]string), queue)
			}
		}
		for agency, of := range f.Agencies {
			if of == name {
				one["agencies"] = append(one["agencies"].([]string), agency)
			}
		}
		slices.Sort(one["queues"].([]string))
		slices.Sort(one["agencies"].([]string))
		if c, err := e.Calendar(name); err == nil {
			one["missing"] = c.Missing(d.Clock())
		}
		shown[name] = one
	}
	d.answer(w, object{"calendars": shown, "zone": d.Zone.String()})
}

// changeCalendar changes hours and holidays from what the administrator saw, or adds a calendar. Terms of cases are counted anew.
func (d *Desk) changeCalendar(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.EditCalendars)
	var body struct {
		Was *calendar.Entry `json:"was"` // null of a new one
		To  calendar.Entry  `json:"to"`
		Why string          `json:"why"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostSettings, true, &body))
	}
	if err == nil {
		body.Why, err = comment(body.Why)
	}
	name := r.PathValue("calendar")
	if err == nil {
		err = body.To.CheckOne(name)
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			if err := w.ChangeCalendar(r.Context(), name, body.Was, body.To, floor.By(by.ID), body.Why); err != nil {
				return err
			}
			return w.EnqueueJob(r.Context(), job.ReclockCases{}, job.Options{Unique: true})
		})
	}
	d.done(w, err)
}
