package agentdesk

import (
	"net/http"
	"strconv"

	"okno/internal/access"
	"okno/internal/contact"
)

// view gives all that an agent sees of a contact that the agent has.
func (d *Desk) view(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		d.fail(w, contact.ErrUnknown)
		return
	}
	v, err := d.Store.ContactView(r.Context(), agent.ID, id, func(c contact.Contact) error {
		return d.may(agent, access.ViewContact, c, false)
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	d.answer(w, d.viewJSON(v))
}
