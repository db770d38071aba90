package agentdesk

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"okno/internal/access"
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
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&body); err != nil {
		d.fail(w, errBody)
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
