package agentdesk

import (
	"context"
	"net/http"

	"okno/internal/access"
	"okno/internal/cases"
	"okno/internal/edge"
)

type caseViewStore interface {
	// CaseViews gives the filters that an agent keeps.
	CaseViews(ctx context.Context, agent int64) ([]cases.SavedView, error)
}

type caseViewWork interface {
	// SaveCaseView keeps a filter under a name, in the place of another of that name.
	SaveCaseView(ctx context.Context, agent int64, v cases.SavedView) error
	RemoveCaseView(ctx context.Context, agent int64, name string) error
}

// caseFilter is the filter in the address of a request.
func caseFilter(r *http.Request) (cases.Filter, error) {
	asked := r.URL.Query()
	f := cases.Filter{View: cases.View(asked.Get("view")), Queue: asked.Get("queue"), Assignee: asked.Get("assignee"), State: cases.State(asked.Get("state")),
		Overdue: asked.Get("overdue") == "true", Service: asked.Get("service"), Agency: asked.Get("agency")}
	return f, f.Check()
}

// caseViews gives the filters that an agent keeps.
func (d *Desk) caseViews(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListCases)
	var views []cases.SavedView
	if err == nil {
		views, err = d.Store.CaseViews(r.Context(), agent.ID)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(views))
	for _, v := range views {
		found = append(found, object{"name": v.Name, "filter": v.Filter})
	}
	d.answer(w, object{"views": found})
}

// saveCaseView keeps a filter of the agent's own.
func (d *Desk) saveCaseView(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListCases)
	var body struct {
		Name   string       `json:"name"`
		Filter cases.Filter `json:"filter"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 4<<10, false, &body))
	}
	var v cases.SavedView
	if err == nil {
		v, err = cases.SavedView{Name: body.Name, Filter: body.Filter}.Tidy()
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.SaveCaseView(r.Context(), agent.ID, v) })
	}
	d.done(w, err)
}

// removeCaseView forgets one.
func (d *Desk) removeCaseView(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListCases)
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error { return w.RemoveCaseView(r.Context(), agent.ID, r.PathValue("name")) })
	}
	d.done(w, err)
}
