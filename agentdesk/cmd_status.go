package agentdesk

import (
	"context"
	"encoding/json"
	"slices"

	"okno/internal/acd"
)

// setStatus is what the agent chose: at once, or after the contact in hand.
func (d *Desk) setStatus(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Status acd.Status `json:"status"`
		Reason string     `json:"reason"`
		Next   bool       `json:"next"`
		// GiveBack returns open threads to their queues. Whoever goes off duty does in any case.
		GiveBack bool `json:"give_back"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if args.Status == "" && args.Next { // never mind
		return nil, w.SetNextStatus(ctx, agent.ID, "")
	}
	if !slices.Contains(acd.Statuses, args.Status) {
		return nil, errCommand
	}
	if args.Status == acd.Paused && !args.Next && !slices.Contains(acd.PauseReasons, args.Reason) {
		return nil, errCommand
	}
	if args.Next {
		return nil, w.SetNextStatus(ctx, agent.ID, args.Status)
	}
	return nil, d.Floor.SetStatus(ctx, w, agent, args.Status, args.Reason, args.GiveBack)
}
