package agentdesk

import (
	"context"
	"net/http"

	"okno/internal/access"
	"okno/internal/dialogue"
	"okno/internal/edge"
	"okno/internal/evaluation"
	"okno/internal/floor"
)

type formWork interface {
	// SaveEvaluationForm adds a form of version 0, or a version to the one that was seen. The error names the field.
	SaveEvaluationForm(ctx context.Context, f evaluation.Form, by string) error
	EndEvaluationForm(ctx context.Context, name string, version int64, by string) error
}

// mostForm is the longest request to save a form, in bytes.
const mostForm = 128 << 10

// evaluationForms lists the forms by which contacts are evaluated.
func (d *Desk) evaluationForms(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.EditForms)
	var all []evaluation.Form
	if err == nil {
		all, err = d.Store.EvaluationForms(r.Context())
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, f := range all {
		shown := formJSON(f)
		shown["queues"], shown["ended"] = f.Queues, f.Ended
		found = append(found, shown)
	}
	d.answer(w, object{"forms": found})
}

// formJSON is a version of a form.
func formJSON(f evaluation.Form) object {
	return object{"name": f.Name, "version": f.Version, "title": f.Title, "questions": f.Questions}
}

// saveEvaluationForm adds a form, or a version to the one that was seen.
func (d *Desk) saveEvaluationForm(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.EditForms)
	var body struct {
		Version   int64                        `json:"version"` // 0: a new one
		Title     map[dialogue.Language]string `json:"title"`
		Questions []evaluation.Question        `json:"questions"`
		Queues    []string                     `json:"queues"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostForm, false, &body))
	}
	if err == nil {
		f := evaluation.Form{Name: r.PathValue("form"), Version: body.Version, Title: body.Title, Questions: body.Questions, Queues: body.Queues}
		err = d.Units(r.Context(), func(w Work) error { return w.SaveEvaluationForm(r.Context(), f, floor.By(by.ID)) })
	}
	d.done(w, err)
}

// endEvaluationForm ends the version of a form that was seen.
func (d *Desk) endEvaluationForm(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.EditForms)
	var body struct {
		Version int64 `json:"version"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, 4<<10, false, &body))
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.EndEvaluationForm(r.Context(), r.PathValue("form"), body.Version, floor.By(by.ID))
		})
	}
	d.done(w, err)
}
