package agentdesk

import (
	"context"
	"net/http"
	"strings"
	"unicode/utf8"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// mostService is the longest request about a service, in bytes: three languages of texts at their limits.
const mostService = 256 << 10

var errComment error = &fault.Error{Kind: fault.Invalid, Field: "why", Text: "say why: it is recorded"}

// comment gives a reason without the space around it.
func comment(why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := utf8.RuneCountInString(why); n == 0 || n > mostReason {
		return "", errComment
	}
	return why, nil
}

// catalogueChoices gives whoever edits services what there is to choose from.
func (d *Desk) catalogueChoices(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditCatalogue)
	var agencies map[string]map[dialogue.Language]string
	if err == nil {
		agencies, err = d.Store.Agencies(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"agencies": agencies, "categories": orNone(d.Services.Categories()), "digits": d.Services.CodeDigits()})
}

// serviceEdit is a request to save a service, or to check it.
type serviceEdit struct {
	Was int                   `json:"was"` // the version that was seen; 0: of a new service
	To  catalogue.FileService `json:"to"`
	Why string                `json:"why"`
}

// readService gives who wants which edit of a service.
func (d *Desk) readService(w http.ResponseWriter, r *http.Request) (by acd.Agent, e serviceEdit, err error) {
	if by, err = d.allowed(r, access.EditCatalogue); err != nil {
		return by, e, err
	}
	if err := edge.ReadJSON(w, r, mostService, true, &e); err != nil {
		return by, e, bodyError(err)
	}
	e.To.Code = r.PathValue("code")
	return by, e, nil
}

// checkService says what keeps a service from being saved, and how many segments it takes by SMS, as it is written.
func (d *Desk) checkService(w http.ResponseWriter, r *http.Request) {
	_, e, err := d.readService(w, r)
	var agencies map[string]map[dialogue.Language]string
	if err == nil {
		agencies, err = d.Store.Agencies(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	_, found := catalogue.Edit{Was: e.Was, Service: e.To}.Check(d.Segments, agencies)
	problems, segments := make([]object, 0, len(found)), object{}
	for _, p := range found {
		problems = append(problems, object{"field": p.Field, "kind": p.Kind})
	}
	for _, l := range dialogue.Languages {
		segments[string(l)] = d.Segments(e.To.Code + " " + e.To.Texts[l].Short)
	}
	d.answer(w, object{"problems": problems, "segments": segments})
}

// saveService adds a service, or changes it from the version that was seen. It is told from now on.
func (d *Desk) saveService(w http.ResponseWriter, r *http.Request) {
	by, e, err := d.readService(w, r)
	if err == nil {
		e.Why, err = comment(e.Why)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.keepService(w, r, catalogue.Edit{Was: e.Was, Service: e.To}, by, e.Why)
}

// keepService checks an edit, keeps it, and answers.
func (d *Desk) keepService(w http.ResponseWriter, r *http.Request, e catalogue.Edit, by acd.Agent, why string) {
	version, err := d.tryService(r.Context(), e, by, why)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"version": version})
}

func (d *Desk) tryService(ctx context.Context, e catalogue.Edit, by acd.Agent, why string) (version int, err error) {
	agencies, err := d.Store.Agencies(ctx)
	if err != nil {
		return 0, err
	}
	service, problems := e.Check(d.Segments, agencies)
	if len(problems) > 0 {
		return 0, problems[0].Fault()
	}
	err = d.Units(ctx, func(w Work) error {
		version, err = e.Keep(ctx, w, service, floor.By(by.ID), why)
		return err
	})
	return version, err
}

// reviewedService notes that a service was looked through, and is still right.
func (d *Desk) reviewedService(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.EditCatalogue)
	var body struct {
		Was int    `json:"was"`
		Why string `json:"why"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 4<<10, true, &body))
	}
	if err == nil {
		body.Why, err = comment(body.Why)
	}
	var kept catalogue.Edition
	if err == nil {
		kept, err = d.Store.EditionAt(r.Context(), r.PathValue("code"), catalogue.Newest)
	}
	if err == nil && kept.Service.Version != body.Was {
		err = catalogue.ErrChanged
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	d.keepService(w, r, kept.Service.Reviewed(d.Clock().In(d.Zone)), by, body.Why)
}
