package store

import (
	"context"
	"strings"
	"time"

	"okno/internal/appointment"
	domain "okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/job"
)

// Whoever opens or moves a case, its agency is told of it in the same transaction, unless the agency itself reported the move. Here, because
// this is where cases, the exchange and jobs meet.

// OpenCase is cases.Steps.OpenCase.
func (w *Work) OpenCase(ctx context.Context, o domain.Opening) (domain.Case, error) {
	c, err := w.caseSteps.OpenCase(ctx, o)
	if err != nil {
		return c, err
	}
	return c, w.announce(ctx, exchange.CaseOpened, c, o.By)
}

// MoveCase is cases.Steps.MoveCase.
func (w *Work) MoveCase(ctx context.Context, c domain.Case, to domain.State, dueOn time.Time, by, why string) (domain.Case, error) {
	if err := w.releasePlaces(ctx, c, to); err != nil {
		return c, err
	}
	moved, err := w.caseSteps.MoveCase(ctx, c, to, dueOn, by, why)
	if err != nil {
		return moved, err
	}
	return moved, w.announce(ctx, exchange.CaseMoved, moved, by)
}

// CorrectCase is cases.Steps.CorrectCase.
func (w *Work) CorrectCase(ctx context.Context, c domain.Case, to domain.State, dueOn time.Time, by, why string) (domain.Case, error) {
	if err := w.releasePlaces(ctx, c, to); err != nil {
		return c, err
	}
	moved, err := w.caseSteps.CorrectCase(ctx, c, to, dueOn, by, why)
	if err != nil {
		return moved, err
	}
	return moved, w.announce(ctx, exchange.CaseMoved, moved, by)
}

// releasePlaces gives up what an appointment's case has, whoever ends the case. It comes before the case is moved, by the order of locks; a
// move that fails undoes it.
func (w *Work) releasePlaces(ctx context.Context, c domain.Case, to domain.State) error {
	if c.Kind != domain.Appointment || !to.Settled() {
		return nil
	}
	return appointment.Release(ctx, w, c.ID, appointment.Cancelled)
}

// MergeCase is cases.Steps.MergeCase.
func (w *Work) MergeCase(ctx context.Context, c, into domain.Case, by, why string) (domain.Case, error) {
	if err := w.releasePlaces(ctx, c, domain.Closed); err != nil {
		return c, err
	}
	merged, err := w.caseSteps.MergeCase(ctx, c, into, by, why)
	if err != nil {
		return merged, err
	}
	if c.Followed() { // as a duplicate it is no more
		if err := w.tellClients(ctx, c.ID); err != nil {
			return merged, err
		}
	}
	m := exchange.NewMessage(exchange.CaseMoved, merged, time.Now())
	m.Data.DuplicateOf = into.Number
	return merged, w.tellAgency(ctx, merged, m, by)
}

// UnmergeCase is cases.Steps.UnmergeCase.
func (w *Work) UnmergeCase(ctx context.Context, c, other domain.Case, by, why string) (domain.Case, error) {
	moved, err := w.caseSteps.UnmergeCase(ctx, c, other, by, why)
	if err != nil {
		return moved, err
	}
	return moved, w.announce(ctx, exchange.CaseMoved, moved, by)
}

func (w *Work) announce(ctx context.Context, event string, c domain.Case, by string) error {
	if event == exchange.CaseMoved && c.Followed() {
		if err := w.tellClients(ctx, c.ID); err != nil {
			return err
		}
	}
	return w.tellAgency(ctx, c, exchange.NewMessage(event, c, time.Now()), by)
}

func (w *Work) tellAgency(ctx context.Context, c domain.Case, m exchange.Message, by string) error {
	if !exchange.Told(c) || strings.HasPrefix(by, exchange.By("")) {
		return nil
	}
	id, err := w.Announce(ctx, c, m)
	if err != nil || id == 0 {
		return err
	}
	return w.EnqueueDeliveries(ctx, id)
}

// EnqueueDeliveries has deliveries made, unless a job for them waits already.
func (w *Work) EnqueueDeliveries(ctx context.Context, ids ...int64) error {
	all := make([]job.Args, len(ids))
	for i, id := range ids {
		all[i] = job.DeliverToAgency{Delivery: id}
	}
	return w.EnqueueJobs(ctx, all, job.Options{Unique: true})
}

// ReviveDelivery is exchange.Steps.ReviveDelivery, with the job that tries again.
func (w *Work) ReviveDelivery(ctx context.Context, agency string, id int64, by string) error {
	if err := w.exchangeSteps.ReviveDelivery(ctx, agency, id, by); err != nil {
		return err
	}
	return w.EnqueueDeliveries(ctx, id)
}

// Revive is exchange.Steps.Revive, with the jobs that try again.
func (w *Work) Revive(ctx context.Context, agency string, most int, by string) (ids []int64, err error) {
	if ids, err = w.exchangeSteps.Revive(ctx, agency, most, by); err != nil {
		return nil, err
	}
	return ids, w.EnqueueDeliveries(ctx, ids...)
}
