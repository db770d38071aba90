package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"okno/internal/acd"
)

// promiseCall opens a callback to the citizen of a contact in hand, at a time or as soon as the turn comes; own: for the agent.
func (d *Desk) promiseCall(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		At  string `json:"at"` // RFC 3339
		Own bool   `json:"own"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	var at time.Time
	if args.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, args.At); err != nil {
			return nil, errCommand
		}
	}
	return nil, d.Floor.PromiseCall(ctx, w, agent, args.Contact, at, args.Own)
}

// promiseTimes lists the times at which an agent may promise to call the citizen of a contact in hand.
func (d *Desk) promiseTimes(w http.ResponseWriter, r *http.Request) {
	agent, id, err := d.asksOfContact(r)
	times := []time.Time{}
	if err == nil {
		err = d.Units(r.Context(), func(w Work) error {
			found, err := d.Floor.PromiseTimes(r.Context(), w, agent, id)
			times = append(times[:0], found...)
			return err
		})
	}
	d.answerWith(w, object{"times": times}, err)
}
