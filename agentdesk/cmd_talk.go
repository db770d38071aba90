package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"

	"okno/internal/acd"
	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/floor"
)

// onTalk does a command that needs no more than the contact.
func onTalk(do func(f Floor, ctx context.Context, w floor.Work, agent acd.Agent, contact int64) error) verb {
	return func(d *Desk, ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
		var args onContact
		if err := arguments(raw, &args); err != nil {
			return nil, err
		}
		return nil, do(d.Floor, ctx, w, agent, args.Contact)
	}
}

// hold has the citizen hear music, apart from the agent; resume brings the citizen back.
func hold(f Floor, ctx context.Context, w floor.Work, agent acd.Agent, id int64) error {
	return f.Hold(ctx, w, agent, id, true)
}

func resume(f Floor, ctx context.Context, w floor.Work, agent acd.Agent, id int64) error {
	return f.Hold(ctx, w, agent, id, false)
}

// keys sends keys to whoever the agent talks with.
func (d *Desk) keys(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Keys string `json:"keys"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Keys(ctx, w, agent, args.Contact, args.Keys)
}

// whither is where a contact is passed on to, or who is asked: a queue, an agent, or the name of a telephone outside.
type whither struct {
	onContact
	Queue   string `json:"queue"`
	Agent   int64  `json:"agent"`
	Outside string `json:"outside"`
	Note    string `json:"note"`
}

// target reads where a contact is to go.
func (d *Desk) target(raw json.RawMessage) (args whither, to floor.Target, err error) {
	if err := arguments(raw, &args); err != nil {
		return args, to, err
	}
	named := 0
	for _, given := range []bool{args.Queue != "", args.Agent != 0, args.Outside != ""} {
		if given {
			named++
		}
	}
	if named != 1 {
		return args, to, errCommand
	}
	to = floor.Target{Queue: args.Queue, Agent: args.Agent}
	if args.Outside != "" {
		i := slices.IndexFunc(d.Outside, func(o call.Destination) bool { return o.Name == args.Outside })
		if i < 0 {
			return args, to, contact.ErrNowhere
		}
		to.Outside = d.Outside[i]
	}
	return args, to, nil
}

// transfer passes the citizen on without a word.
func (d *Desk) transfer(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	args, to, err := d.target(raw)
	if err != nil {
		return nil, err
	}
	return nil, d.Floor.Transfer(ctx, w, agent, args.Contact, to, args.Note)
}

// consult asks somebody while the citizen hears music.
func (d *Desk) consult(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	args, to, err := d.target(raw)
	if err != nil {
		return nil, err
	}
	return nil, d.Floor.Consult(ctx, w, agent, args.Contact, to)
}

// complete leaves the citizen to whoever was asked.
func (d *Desk) complete(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		onContact
		Note string `json:"note"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, d.Floor.Complete(ctx, w, agent, args.Contact, args.Note)
}

type colleagues interface {
	// Colleagues lists the agents who could take a call now, but for one.
	Colleagues(ctx context.Context, but int64) ([]acd.Agent, error)
	QueueStands(ctx context.Context) ([]desk.Queue, error)
}

// destinations lists where a call may be passed on to: all queues, the colleagues who are free now, and the telephones outside.
func (d *Desk) destinations(w http.ResponseWriter, r *http.Request) {
	agent, _, err := d.agentOf(r)
	if err != nil {
		d.fail(w, err)
		return
	}
	queues, err := d.Store.QueueStands(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	free, err := d.Store.Colleagues(r.Context(), agent.ID)
	if err != nil {
		d.fail(w, err)
		return
	}
	agents, outside := []object{}, []object{}
	for _, a := range free {
		agents = append(agents, object{"id": a.ID, "name": a.Name})
	}
	for _, o := range d.Outside {
		outside = append(outside, object{"name": o.Name, "title": o.Title})
	}
	d.answer(w, object{"queues": queuesJSON(queues), "agents": agents, "outside": outside})
}

// titleOf is the title of a telephone outside, by language; nil of any other party.
func (d *Desk) titleOf(p desk.Party) map[string]string {
	for _, o := range d.Outside {
		if p.Role == call.Outside && o.Number == p.Number {
			return o.Title
		}
	}
	return nil
}
