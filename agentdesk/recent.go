package agentdesk

import (
	"context"
	"net/http"

	"okno/internal/access"
	"okno/internal/desk"
)

type recentStore interface {
	// RecentContacts lists an agent's own contacts that have ended within a day, the newest first.
	RecentContacts(ctx context.Context, agent int64, most int) ([]desk.Recent, error)
}

// mostRecent is how many of the agent's own contacts are listed: a shift has more, but nobody scrolls through one.
const mostRecent = 30

// recent lists what the agent has served lately: enough to recognise it, masked as a search masks it. What ended is opened by a new contact
// alone.
func (d *Desk) recent(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListRecent)
	var all []desk.Recent
	if err == nil {
		all, err = d.Store.RecentContacts(r.Context(), agent.ID, mostRecent)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, c := range all {
		found = append(found, object{"id": c.ID, "channel": c.Channel, "queue_title": c.QueueTitle, "reason": d.Reasons(c.Reason), "name": nameMask(c.Name),
			"number": mask(c.Number), "connected_at": when(c.ConnectedAt), "ended_at": c.EndedAt, "outcome": c.Outcome, "disposition": c.Disposition,
			"cases": orNone(c.Cases)})
	}
	d.answer(w, object{"contacts": found})
}
