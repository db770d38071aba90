package inbound

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"okno/internal/fault"
	"okno/internal/message"
	"okno/internal/postgres/messages"
)

// CommitSMS writes down all that a channel has to say, in one transaction. Redeliveries are passed over. join gives the text
// of a long message's parts, which come in order; some may be missing. With handle, the messages that can be are handled in the
// same transaction, and their replies claimed by the ledger's grants; whatever waits is left for [Store.ProcessMOs].
func (s *Store) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string, handle Handler) (c message.Committed, err error) {
	if handle != nil && len(l.Arrivals) > 0 {
		if c, err = s.commitSMS(ctx, l, join, handle); err == nil {
			return c, nil
		}
		// Whatever kept them from being handled must not keep them from being kept.
		if errors.Is(err, fault.ErrUncertain) {
			l.Arrivals = slices.Clone(l.Arrivals)
			for i := range l.Arrivals {
				if l.Arrivals[i].DeferredAt.IsZero() {
					l.Arrivals[i].DeferredAt = l.Arrivals[i].ReceivedAt
				}
			}
		}
	}
	c, again := s.commitSMS(ctx, l, join, nil)
	if again == nil {
		return c, nil
	}
	return c, errors.Join(again, err)
}

func (s *Store) commitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string, handle Handler) (c message.Committed, err error) {
	err = s.do(ctx, func(w steps) (err error) {
		out := messages.In(w.tx, w.ring)
		if err := w.addPoisons(ctx, l.Poisons); err != nil {
			return err
		}
		if err := out.ApplyOutcomes(ctx, l.Outcomes); err != nil {
			return err
		}
		if err := out.ApplyReceipts(ctx, l.Receipts); err != nil {
			return err
		}
		for _, a := range l.Ended {
			if err := out.EndBind(ctx, a); err != nil {
				return err
			}
		}
		if len(l.Arrivals) > 0 {
			c, err = w.addArrivals(ctx, l, join, handle)
		}
		return err
	})
	if err != nil {
		return message.Committed{}, fmt.Errorf("commit sms: %w", err)
	}
	return c, nil
}
