package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/desk"
)

type talkList interface {
	// Talks lists the calls in which agents talk now.
	Talks(ctx context.Context, supervisor int64) ([]desk.Talk, error)
}

// listTalks shows a supervisor the calls in which agents talk now. It holds nothing of any citizen.
func (d *Desk) listTalks(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.SuperviseCall)
	if err != nil {
		d.fail(w, err)
		return
	}
	talks, err := d.Store.Talks(r.Context(), agent.ID)
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(talks))
	for _, t := range talks {
		found = append(found, object{"contact": t.Contact, "queue": t.Queue, "agent": t.Agent, "name": t.Name, "since": t.Since, "mode": t.Mode})
	}
	d.answer(w, object{"talks": found})
}

// supervise brings a supervisor into a talk, or changes how the supervisor takes part in it.
func (d *Desk) supervise(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Mode call.Mode `json:"mode"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if !slices.Contains(call.Modes, args.Mode) {
		return nil, errCommand
	}
	return nil, d.Floor.Supervise(ctx, w, agent, args.Contact, args.Mode)
}
