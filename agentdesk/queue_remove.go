package agentdesk

import (
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
)

// removeQueue removes a queue that nothing names any more. Else the error's field says what does, and its text which.
func (d *Desk) removeQueue(w http.ResponseWriter, r *http.Request) {
	by, err := d.allowed(r, access.EditQueues)
	var body struct {
		Was acd.Form `json:"was"`
		Why string   `json:"why"`
	}
	if err == nil {
		err = bodyError(edge.ReadJSON(w, r, mostSettings, false, &body))
	}
	if err == nil {
		body.Why, err = comment(body.Why)
	}
	name := r.PathValue("queue")
	var was acd.Settings
	if err == nil {
		was, err = body.Was.Settings()
	}
	if err == nil && d.DialogueQueues != nil && slices.Contains(d.DialogueQueues(), name) {
		err = &fault.Error{Kind: fault.Conflict, Field: "dialogue", Text: name}
	}
	if err == nil {
		rules, failed := d.Store.RuleFile(r.Context())
		if failed == nil && slices.Contains(rules.Queues(), name) {
			failed = &fault.Error{Kind: fault.Conflict, Field: "rules", Text: name}
		}
		err = failed
	}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			return w.RemoveQueue(r.Context(), name, was, floor.By(by.ID), body.Why)
		})
	}
	d.done(w, err)
}
