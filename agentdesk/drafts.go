package agentdesk

import (
	"net/http"
	"slices"
	"strconv"

	"okno/internal/contact"
	"okno/internal/edge"
	"okno/internal/fault"
)

// mostDraft is the longest draft, in bytes of its request.
const mostDraft = 128 << 10

var errField error = &fault.Error{Kind: fault.NotFound, Text: "there is no such field"}

// draft keeps what an agent writes in a field of a contact in hand, while it is neither sent nor filed: it is there again after a reload, a
// crash or on another machine. Of a reply it answers with how many segments it has.
func (d *Desk) draft(w http.ResponseWriter, r *http.Request) {
	agent, token, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	field := contact.Field(r.PathValue("field"))
	if err != nil || !slices.Contains(contact.Fields, field) {
		d.fail(w, errField)
		return
	}
	var body struct {
		Text string `json:"text"`
	}
	if err := edge.ReadJSON(w, r, mostDraft, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	err = d.Units(r.Context(), func(work Work) error {
		if agent, err = work.AgentOfCommand(r.Context(), token); err != nil {
			return err
		}
		c, err := d.Floor.Held(r.Context(), work, agent, id)
		if err != nil {
			return err
		}
		return work.SaveDraft(r.Context(), c, agent.ID, field, body.Text)
	})
	var answer any
	if field == contact.ReplyField {
		answer = d.size(body.Text)
	}
	d.answerWith(w, answer, err)
}
