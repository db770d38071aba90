package agentdesk

import (
	"net/http"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/edge"
	"okno/internal/floor"
)

// dismiss has a supervisor close as junk, in one act, the threads that wait in a queue and joined it since a time.
func (d *Desk) dismiss(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	var body struct {
		Since  time.Time `json:"since"`
		Reason string    `json:"reason"`
	}
	if err := edge.ReadJSON(w, r, 4<<10, false, &body); err != nil {
		d.fail(w, bodyError(err))
		return
	}
	reason := strings.TrimSpace(body.Reason)
	if err := access.May(floor.Subject(agent), access.DismissWaiting, reasonTie(reason)); err != nil {
		d.fail(w, err)
		return
	}
	closed, err := d.Floor.Dismiss(r.Context(), agent, r.PathValue("queue"), body.Since, reason)
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, object{"closed": closed})
}
