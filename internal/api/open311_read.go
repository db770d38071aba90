package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/cases"
)

// request311 is a case as Open311 has it. Subject and body are left out: they name people and places.
func (a *API) request311(r *http.Request, c, stands cases.Case) open311Request {
	l := language311(r)
	q := open311Request{ID: c.Number, Status: "open", StatusNotes: string(stands.State), ServiceCode: c.Service, Agency: c.Agency,
		RequestedAt: c.OpenedAt.UTC().Format(time.RFC3339), UpdatedAt: stands.UpdatedAt.UTC().Format(time.RFC3339)}
	if settled(stands.State) {
		q.Status = "closed"
	}
	if c.Service == "" {
		q.ServiceCode, q.ServiceName = generalAppeal, generalNames[l]
	} else if s, known := a.catalogue.Index().Service(c.Service); known {
		q.ServiceName = s.Texts[l].Name
	}
	if stands.DueOn.Year() > 1 {
		q.ExpectedAt = stands.DueOn.Format(time.RFC3339)
	}
	return q
}

func settled(s cases.State) bool {
	return s == cases.Closed || s == cases.Rejected || s == cases.Withdrawn
}

func (a *API) open311Request(w http.ResponseWriter, r *http.Request, format string) error {
	from, err := a.client311(r)
	if err != nil {
		return err
	}
	return a.open311Named(w, r, format, from.Name, []string{strings.TrimSuffix(r.PathValue("id"), "."+format)}, true)
}

// open311Named answers with requests by their ids: an unknown one is an error, or is left out.
func (a *API) open311Named(w http.ResponseWriter, r *http.Request, format, from string, numbers []string, all bool) error {
	list := []open311Request{}
	for _, number := range numbers {
		c, stands, err := a.cases.StandingOfClient(r.Context(), from, strings.TrimSpace(number))
		if err == nil && c.Kind != cases.Appeal {
			err = cases.ErrUnknown
		}
		if errors.Is(err, cases.ErrUnknown) && !all {
			continue
		}
		if err != nil {
			return err
		}
		list = append(list, a.request311(r, c, stands))
	}
	write311(w, http.StatusOK, format, list, open311Requests{Requests: list})
	return nil
}

// open311Token answers for clients that ask by a token. Each request has its id at once, which serves as the token.
func (a *API) open311Token(w http.ResponseWriter, r *http.Request, format string) error {
	from, err := a.client311(r)
	if err != nil {
		return err
	}
	token := strings.TrimSuffix(r.PathValue("token"), "."+format)
	c, _, err := a.cases.StandingOfClient(r.Context(), from.Name, token)
	if err == nil && c.Kind != cases.Appeal {
		err = cases.ErrUnknown
	}
	if errors.Is(err, cases.ErrUnknown) {
		return bad311(http.StatusNotFound, "token was not found")
	}
	if err != nil {
		return err
	}
	list := []open311Request{{ID: c.Number, Token: token}}
	write311(w, http.StatusOK, format, list, open311Requests{Requests: list})
	return nil
}

// list311 splits a list by commas.
func list311(form url.Values, name string) (list []string) {
	for v := range strings.SplitSeq(form.Get(name), ",") {
		if v = strings.TrimSpace(v); v != "" {
			list = append(list, v)
		}
	}
	return list
}

func (a *API) open311List(w http.ResponseWriter, r *http.Request, format string) error {
	from, err := a.client311(r)
	if err != nil {
		return err
	}
	if numbers := list311(r.Form, "service_request_id"); len(numbers) > 0 { // it overrides all else
		if len(numbers) > 100 {
			return bad311(http.StatusBadRequest, "service_request_id: up to 100")
		}
		return a.open311Named(w, r, format, from.Name, numbers, false)
	}
	page := cases.ClientPage{Client: from.Name, Kind: cases.Appeal, Limit: most311Requests}
	for name, into := range map[string]*time.Time{"start_date": &page.OpenedFrom, "end_date": &page.OpenedUntil} {
		if said := r.Form.Get(name); said != "" {
			if *into, err = time.Parse(time.RFC3339, said); err != nil {
				return bad311(http.StatusBadRequest, name+" is like 2026-05-24T00:00:00Z")
			}
		}
	}
	if page.OpenedUntil.IsZero() {
		page.OpenedUntil = a.clock()
	}
	if page.OpenedFrom.IsZero() {
		page.OpenedFrom = page.OpenedUntil.AddDate(0, 0, -most311Days)
	}
	if page.OpenedUntil.Sub(page.OpenedFrom) > most311Days*24*time.Hour {
		return bad311(http.StatusBadRequest, "start_date and end_date are up to 90 days apart")
	}
	page.UpdatedSince = page.OpenedFrom.Add(-time.Microsecond) // no case changed before it was opened
	wanted := map[bool]bool{}                                  // closed or open
	for _, status := range list311(r.Form, "status") {
		if status != "open" && status != "closed" {
			return bad311(http.StatusBadRequest, "status is open or closed")
		}
		wanted[status == "closed"] = true
	}
	if len(wanted) == 1 {
		closed := wanted[true]
		page.Settled = &closed
	}
	for _, code := range list311(r.Form, "service_code") {
		if code == generalAppeal {
			code = ""
		}
		page.Services = append(page.Services, code)
	}
	found, stand, err := a.pages.CasesOfClient(r.Context(), page)
	if err != nil {
		return err
	}
	list := make([]open311Request, len(found))
	for i, c := range found {
		list[i] = a.request311(r, c, stand[i])
	}
	write311(w, http.StatusOK, format, list, open311Requests{Requests: list})
	return nil
}
