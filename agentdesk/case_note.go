package agentdesk

import (
	"context"
	"net/http"
	"strings"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/edge"
	"okno/internal/fault"
	"okno/internal/floor"
	"okno/internal/memo"
)

type caseNoteWork interface {
	// AddCaseNote keeps what a colleague notes about a case.
	AddCaseNote(ctx context.Context, c cases.Case, by, text string) error
	// CaseNotes gives what colleagues have noted about a case, the oldest first.
	CaseNotes(ctx context.Context, id int64) ([]cases.Note, error)
}

var errNoteText error = &fault.Error{Kind: fault.Invalid, Field: "text", Text: "a note has 1 to 1000 letters"}

// noteCase adds a note to a case that the agent works on, for colleagues. Those whom it names are told.
func (d *Desk) noteCase(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Text string `json:"text"`
	}
	if err := edge.ReadJSON(w, r, 16<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	text := strings.TrimSpace(body.Text)
	if text == "" || len([]rune(text)) > mostWhy {
		d.fail(w, errNoteText)
		return
	}
	d.onCase(w, r, func(work Work, agent acd.Agent, c cases.Assigned) (any, error) {
		err := access.May(floor.Subject(agent), access.NoteCase, assignedTie(c, agent.ID))
		if err == nil {
			err = work.Mention(r.Context(), memo.Memo{From: agent.ID, Text: text, Case: c.ID})
		}
		if err == nil {
			err = work.AddCaseNote(r.Context(), c.Case, floor.By(agent.ID), text)
		}
		return nil, err
	})
}

// notesJSON are the notes on a case.
func notesJSON(ctx context.Context, w Work, id int64) ([]object, error) {
	notes, err := w.CaseNotes(ctx, id)
	found := make([]object, 0, len(notes))
	for _, n := range notes {
		found = append(found, object{"at": n.At, "by": n.By, "name": n.Name, "text": n.Text})
	}
	return found, err
}
