package agentdesk

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"okno/internal/access"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/fault"
	"okno/internal/floor"
)

type catalogueStore interface {
	// Agencies gives the agencies' names by language, by their codes.
	Agencies(ctx context.Context) (map[string]map[dialogue.Language]string, error)
	// Editions gives all versions of a service, the newest first; none of a code that there never was.
	Editions(ctx context.Context, code string) ([]catalogue.Edition, error)
	// EditionAt gives the version that stood at a moment. catalogue.ErrUnknown.
	EditionAt(ctx context.Context, code string, at time.Time) (catalogue.Edition, error)
}

// edition shows what a service says, or what it said at the end of a day.
func (d *Desk) edition(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewFindings)
	day, at := d.Clock().In(d.Zone), catalogue.Newest
	if on := r.URL.Query().Get("on"); err == nil && on != "" {
		if day, err = time.ParseInLocation(time.DateOnly, on, d.Zone); err != nil {
			err = &fault.Error{Kind: fault.Invalid, Field: "on", Text: "a day is like 2026-11-28"}
		}
		at = day.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	var e catalogue.Edition
	var names map[string]string
	if err == nil {
		e, err = d.Store.EditionAt(r.Context(), r.PathValue("code"), at)
	}
	if err == nil {
		names, err = d.names(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	answer := originJSON(e, names)
	answer["told"] = e.Service.ValidOn(day)
	answer["service"] = catalogue.NewFile(nil, []catalogue.Service{e.Service}).Services[0]
	d.answer(w, answer)
}

// originJSON is a version without what it says.
func originJSON(e catalogue.Edition, names map[string]string) object {
	return object{"version": e.Service.Version, "at": e.At, "by": e.By, "name": names[e.By], "why": e.Why}
}

// names are the agents' by what the journal calls them.
func (d *Desk) names(ctx context.Context) (map[string]string, error) {
	people, err := d.Store.People(ctx)
	names := make(map[string]string, len(people))
	for _, p := range people {
		names[floor.By(p.ID)] = p.Name
	}
	return names, err
}

// editions lists the versions of a service, the newest first, each with the fields that it changed.
func (d *Desk) editions(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewFindings)
	var all []catalogue.Edition
	var names map[string]string
	if err == nil {
		all, err = d.Store.Editions(r.Context(), r.PathValue("code"))
	}
	if err == nil && len(all) == 0 {
		err = catalogue.ErrUnknown
	}
	if err == nil {
		names, err = d.names(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	list := make([]object, 0, len(all))
	for i, e := range all {
		line, fields := originJSON(e, names), []string{}
		if i+1 < len(all) {
			for _, f := range catalogue.Difference(all[i+1].Service, e.Service) {
				fields = append(fields, f.Name)
			}
		}
		line["fields"] = fields
		list = append(list, line)
	}
	d.answer(w, object{"editions": list})
}

// difference shows in which fields two versions of a service differ.
func (d *Desk) difference(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewFindings)
	var all []catalogue.Edition
	if err == nil {
		all, err = d.Store.Editions(r.Context(), r.PathValue("code"))
	}
	version := func(field string) (found catalogue.Service) {
		n, wrong := strconv.Atoi(r.URL.Query().Get(field))
		for _, e := range all {
			if wrong == nil && e.Service.Version == n {
				return e.Service
			}
		}
		if err == nil {
			err = &fault.Error{Kind: fault.NotFound, Field: field, Text: "the service has no such version"}
		}
		return found
	}
	from, to := version("from"), version("to")
	if err != nil {
		d.fail(w, err)
		return
	}
	fields := []object{}
	for _, f := range catalogue.Difference(from, to) {
		fields = append(fields, object{"field": f.Name, "before": f.Before, "after": f.After})
	}
	d.answer(w, object{"fields": fields})
}
