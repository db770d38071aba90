package agentdesk

import (
	"context"
	"encoding/json"
	"slices"

	"okno/internal/acd"
)

// setStatus is what the agent chose: at once, or after the contact in hand.
func (d *Desk) setStatus(ctx context.Context, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Status acd.Status `json:"status"`
		Reason string     `json:"reason"`
		Next   bool       `json:"next"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if args.Status == "" && args.Next { // never mind
		return nil, d.Units(ctx, func(w Work) error { return w.SetNextStatus(ctx, agent.ID, "") })
	}
	if !slices.Contains([]acd.Status{acd.Available, acd.Paused, acd.Offline}, args.Status) {
		return nil, errCommand
	}
	if args.Status == acd.Paused && !args.Next && !slices.Contains(acd.PauseReasons, args.Reason) {
		return nil, errCommand
	}
	return nil, d.Units(ctx, func(w Work) error {
		if args.Next {
			return w.SetNextStatus(ctx, agent.ID, args.Status)
		}
		return w.SetStatus(ctx, agent.ID, args.Status, args.Reason, by(agent))
	})
}
