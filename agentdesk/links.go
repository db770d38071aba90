package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor"
	"okno/internal/message"
)

type links interface {
	// SMSNodes gives how the SMS links stand on each node that has told so within an age.
	SMSNodes(ctx context.Context, age time.Duration) ([]message.Node, error)
}

// nodeAge is how old a node's word may be: an older one has stopped.
const nodeAge = 10 * time.Second

// sms shows a supervisor how the links to the operators stand. It holds nothing of any citizen.
func (d *Desk) sms(w http.ResponseWriter, r *http.Request) {
	_, err := d.allowed(r, access.ViewLinks)
	if err != nil {
		d.fail(w, err)
		return
	}
	nodes, err := d.Store.SMSNodes(r.Context(), nodeAge)
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(nodes))
	for _, n := range nodes {
		found = append(found, object{"node": n.Name, "at": n.At, "standing": n.Standing})
	}
	d.answer(w, object{"nodes": found})
}

// orderLink pauses, resumes or drains a link to an operator.
func (d *Desk) orderLink(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Link  string        `json:"link"`
		Order message.Order `json:"order"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.OrderLinks, access.Untied); err != nil {
		return nil, err
	}
	if !slices.Contains(message.Orders, args.Order) {
		return nil, errCommand
	}
	return nil, w.OrderLink(ctx, args.Link, args.Order, floor.By(agent.ID))
}
