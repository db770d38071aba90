package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/cases"
	"okno/internal/job"
)

// BatchWork is what a mover does in a unit of work.
type BatchWork interface {
	Work
	// CaseToWork gives a case with whose it is to work on, and keeps others from it. cases.ErrUnknown.
	CaseToWork(ctx context.Context, number string) (cases.Assigned, error)
	MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error)
	// NoteTold keeps with the last move of a case what the citizen was told of it.
	NoteTold(ctx context.Context, c cases.Case, told cases.Told) error
	// BeginBatch gives a batch that is due and not undone, and keeps it from being taken back. False: there is nothing to do.
	BeginBatch(ctx context.Context, id int64) (cases.Batch, bool, error)
	// NoteInBatch keeps what came of a case; false: it was kept before.
	NoteInBatch(ctx context.Context, id int64, number string, r cases.BatchResult) (bool, error)
	// EndBatch ends a batch, and tells the agent.
	EndBatch(ctx context.Context, b cases.Batch) error
}

// Mover moves the cases of batches, each in a unit of work of its own: one that cannot be moved keeps no other from it, and a mover that is
// killed goes on where it was.
type Mover struct {
	do     func(ctx context.Context, fn func(BatchWork) error) error
	teller *Teller
	by     func(agent int64) string
}

// NewMover makes a mover; by names an agent in histories.
func NewMover(do func(ctx context.Context, fn func(BatchWork) error) error, teller *Teller, by func(agent int64) string) *Mover {
	return &Mover{do, teller, by}
}

var errKept = errors.New("the case was tried before")

// Move moves the cases of a batch that nobody has taken back.
func (m *Mover) Move(ctx context.Context, args job.MoveCases) error {
	var batch cases.Batch
	var due bool
	err := m.do(ctx, func(w BatchWork) (err error) {
		batch, due, err = w.BeginBatch(ctx, args.Batch)
		return err
	})
	if err != nil || !due {
		return err
	}
	for _, c := range batch.Cases {
		if _, tried := batch.Results[c.Number]; tried {
			continue
		}
		err := m.do(ctx, func(w BatchWork) error { return m.one(ctx, w, batch, c) })
		if err != nil && !errors.Is(err, errKept) {
			return fmt.Errorf("move case %s of batch %d: %w", c.Number, batch.ID, err)
		}
	}
	return m.do(ctx, func(w BatchWork) error { return w.EndBatch(ctx, batch) })
}

// one moves a case, and tells its citizen, or notes why it cannot be moved.
func (m *Mover) one(ctx context.Context, w BatchWork, b cases.Batch, in cases.InBatch) error {
	c, err := w.CaseToWork(ctx, in.Number)
	result := cases.BatchMoved
	switch {
	case errors.Is(err, cases.ErrUnknown):
		result = cases.BatchUnknown
	case err != nil:
		return err
	case c.Agent != b.Agent:
		result = cases.BatchOther
	case c.State != in.From:
		result = cases.BatchChanged
	case !c.State.May(b.To):
		result = cases.BatchNoWay
	}
	kept, err := w.NoteInBatch(ctx, b.ID, in.Number, result)
	if err != nil {
		return err
	}
	if !kept {
		return errKept
	}
	if result != cases.BatchMoved {
		return nil
	}
	moved, err := w.MoveCase(ctx, c.Case, b.To, c.DueOn, m.by(b.Agent), b.Why)
	if err != nil {
		return err
	}
	told, err := m.teller.Tell(ctx, w, moved)
	if err != nil {
		return err
	}
	return w.NoteTold(ctx, moved, told)
}
