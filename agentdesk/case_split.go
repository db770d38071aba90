package agentdesk

import (
	"net/http"
	"slices"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// mostSplit bounds a request that splits a case: each letter of its body may be written as \uXXXX\uXXXX.
const mostSplit = 12*cases.MostBody + 16<<10

// splitCase opens a case of the same citizen for a part of the matter, and tells the citizen. Whoever split it has the new case.
func (d *Desk) splitCase(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Kind    cases.Kind `json:"kind"`    // "": as the case that is split
		Service string     `json:"service"` // "": none, and the agency stays; else the service's agency
		Subject string     `json:"subject"`
		Body    string     `json:"body"`
		Why     string     `json:"why"`
	}
	if err := edge.ReadJSON(w, r, mostSplit, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	subject, text, err := cases.CheckText(body.Subject, body.Body)
	why := strings.TrimSpace(body.Why)
	switch {
	case err != nil:
	case body.Kind != "" && !slices.Contains(cases.Kinds, body.Kind):
		err = &fault.Error{Kind: fault.Invalid, Field: "kind", Text: "there is no such kind of case"}
	case why == "" || len([]rune(why)) > mostWhy:
		err = errWhy
	case body.Service != "":
		if _, known := d.Services.Service(body.Service); !known {
			err = errNoService
		}
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		if err := access.May(floor.Subject(agent), access.SplitCase, assignedTie(c, agent.ID)); err != nil {
			return nil, err
		}
		if c.DuplicateOf != 0 {
			return nil, cases.ErrDuplicate
		}
		by := floor.By(agent.ID)
		o := cases.Opening{Kind: body.Kind, Service: body.Service, CitizenID: c.CitizenID, Contact: c.Contact, Subject: subject, Body: text, By: by}
		if o.Kind == "" {
			o.Kind = c.Kind
		}
		if o.Service == "" {
			o.Agency = c.Agency
		}
		part, err := work.OpenCase(r.Context(), o)
		if err == nil {
			err = work.LinkCases(r.Context(), part, c.Case, cases.SplitFrom, by, why)
		}
		if err == nil {
			err = d.tellStep(r.Context(), work, part)
		}
		if err == nil {
			err = work.AssignCase(r.Context(), part, cases.Assignment{Agent: agent.ID, Login: agent.Login}, by)
		}
		return d.caseJSON(part), err
	})
}
