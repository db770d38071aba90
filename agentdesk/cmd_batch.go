package agentdesk

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/floor"
	"okno/internal/job"
)

type batchWork interface {
	// AddBatch keeps an order to move cases together, which was checked, and gives its id and until when it can be taken back.
	AddBatch(ctx context.Context, b cases.Batch, by string) (id int64, until time.Time, err error)
	// UndoBatch takes an order back. cases.ErrBatchDone.
	UndoBatch(ctx context.Context, agent, id int64, by string) error
	// Batches gives an agent's orders of the last ten minutes that were not taken back, the newest first.
	Batches(ctx context.Context, agent int64) ([]cases.Batch, error)
	EnqueueJob(ctx context.Context, args job.Args, o job.Options) error
}

// caseBatch orders that cases be moved together, ten seconds from now. Each moves as it would alone: if the agent still works on it, and it is
// in the state in which the agent saw it.
func (d *Desk) caseBatch(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Cases []cases.InBatch `json:"cases"`
		To    cases.State     `json:"to"`
		Why   string          `json:"why"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	if err := access.May(floor.Subject(agent), access.MoveCase, access.Assigned); err != nil {
		return nil, err
	}
	why := strings.TrimSpace(args.Why)
	if why == "" || len([]rune(why)) > mostWhy {
		return nil, errWhy
	}
	b := cases.Batch{Agent: agent.ID, To: args.To, Why: why, Cases: args.Cases}
	if err := b.Check(); err != nil {
		return nil, err
	}
	id, until, err := w.AddBatch(ctx, b, floor.By(agent.ID))
	if err != nil {
		return nil, err
	}
	return object{"batch": id, "until": until}, w.EnqueueJob(ctx, job.MoveCases{Batch: id}, job.Options{Due: until})
}

// caseBatchUndo takes such an order back.
func (d *Desk) caseBatchUndo(ctx context.Context, w Work, agent acd.Agent, raw json.RawMessage) (any, error) {
	var args struct {
		Batch int64 `json:"batch"`
	}
	if err := arguments(raw, &args); err != nil {
		return nil, err
	}
	return nil, w.UndoBatch(ctx, agent.ID, args.Batch, floor.By(agent.ID))
}

// caseBatches gives the agent's orders of late, and what came of each case.
func (d *Desk) caseBatches(w http.ResponseWriter, r *http.Request) {
	agent, err := d.allowed(r, access.ListCases)
	var all []cases.Batch
	if err == nil {
		err = d.Units(r.Context(), func(work Work) (err error) {
			all, err = work.Batches(r.Context(), agent.ID)
			return err
		})
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	found := make([]object, 0, len(all))
	for _, b := range all {
		refused := []object{}
		for _, c := range b.Cases {
			if why := b.Results[c.Number]; why != cases.BatchMoved {
				refused = append(refused, object{"number": c.Number, "why": why})
			}
		}
		found = append(found, object{"batch": b.ID, "until": b.DueAt, "state": b.State, "to": b.To, "cases": len(b.Cases), "refused": refused})
	}
	d.answer(w, object{"batches": found})
}
