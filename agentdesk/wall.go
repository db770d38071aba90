package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/message"
	"okno/internal/report"
)

type wallStore interface {
	// Wall gives how the floor stands.
	Wall(ctx context.Context) (desk.Wall, error)
	// Quarters counts the contacts of a span by queue and quarter of an hour, as of now.
	Quarters(ctx context.Context, span report.Span, q report.Quarters) ([]report.Quarter, error)
	// Backlog gives how many segments of SMS wait in each lane.
	Backlog(ctx context.Context) (map[message.Lane]int, error)
}

// mayWatch answers and says false unless the agent leads the floor.
func (d *Desk) mayWatch(w http.ResponseWriter, r *http.Request) bool {
	_, err := d.allowed(r, access.WatchFloor)
	if err != nil {
		d.fail(w, err)
	}
	return err == nil
}

// wall shows how the floor stands now. It holds nothing of any citizen.
func (d *Desk) wall(w http.ResponseWriter, r *http.Request) {
	if !d.mayWatch(w, r) {
		return
	}
	now, err := d.Store.Wall(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	lanes, err := d.Store.Backlog(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	agents := make([]object, 0, len(now.Agents))
	for _, a := range now.Agents {
		agents = append(agents, object{"id": a.ID, "name": a.Name, "status": a.Status, "reason": a.Reason, "since": a.Since,
			"pause_until": when(a.PauseUntil), "connected": a.Connected, "hands": a.Hands})
	}
	waiting := make([]object, 0, len(now.Waiting))
	for _, c := range now.Waiting {
		waiting = append(waiting, object{"contact": c.Contact, "channel": c.Channel, "queue": c.Queue, "language": c.Language, "reason": d.Reasons(c.Reason),
			"priority": c.Priority, "queued_at": c.QueuedAt, "due_at": when(c.DueAt), "addressed_to": c.AddressedTo})
	}
	backlog := 0
	for _, segments := range lanes {
		backlog += segments
	}
	d.answer(w, object{"at": now.At, "queues": queuesJSON(now.Queues), "agents": agents, "waiting": waiting, "sms_backlog": backlog})
}

// wallDay shows today by quarters of an hour, and the same day of the week before.
func (d *Desk) wallDay(w http.ResponseWriter, r *http.Request) {
	if !d.mayWatch(w, r) {
		return
	}
	today, before := report.SameDays(d.Clock(), d.Zone)
	queues, err := d.Store.QueueFile(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	targets := object{}
	for name, s := range queues.Queues {
		seconds, share := acd.DefaultTarget, acd.DefaultTargetShare
		if s.Target != nil {
			seconds = *s.Target
		}
		if s.TargetShare != nil {
			share = *s.TargetShare
		}
		targets[name] = object{"seconds": int(seconds.Seconds()), "percent": share}
	}
	answer := object{"from": today.From, "to": today.To, "targets": targets}
	for name, span := range map[string]report.Span{"today": today, "before": before} {
		quarters, err := d.Store.Quarters(r.Context(), span, report.Quarters{Counts: report.OfQuarters})
		if err != nil {
			d.fail(w, err)
			return
		}
		found := make([]object, 0, len(quarters))
		for _, q := range quarters {
			found = append(found, object{"queue": q.Queue, "minute": int(q.Begin.Sub(span.From).Minutes()), "counts": q.Counts})
		}
		answer[name] = found
	}
	d.answer(w, answer)
}

// direct sets the status of an agent in the agent's place.
func (d *Desk) direct(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Agent  int64      `json:"agent"`
		Status acd.Status `json:"status"`
		Reason string     `json:"reason"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if !slices.Contains(acd.Statuses, args.Status) || (args.Status == acd.Paused) != slices.Contains(acd.PauseReasons, args.Reason) {
		return nil, errCommand
	}
	return nil, d.Floor.Direct(ctx, w, agent, args.Agent, args.Status, args.Reason)
}

// requeue sends what waits, or a thread, to another queue, or to one agent.
func (d *Desk) requeue(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Queue string `json:"queue"`
		Agent int64  `json:"agent"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Requeue(ctx, w, agent, args.Contact, args.Queue, args.Agent)
}
