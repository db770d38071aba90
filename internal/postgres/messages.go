package postgres

import (
	"context"
	"fmt"

	"okno/internal/message"
	"okno/internal/news"
)

// CommitSMS writes down all that a channel has to say, in one transaction. join decodes the parts of a long message, in
// order; some may be missing. It gives how many whole messages are new: the others were redeliveries, or parts.
func (db *DB) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string) (messages int, err error) {
	err = db.Do(ctx, func(w *Work) error {
		if err := w.addPoisons(ctx, l.Poisons); err != nil {
			return err
		}
		if err := w.applyOutcomes(ctx, l.Outcomes); err != nil {
			return err
		}
		if err := w.applyReceipts(ctx, l.Receipts); err != nil {
			return err
		}
		messages, err = w.addArrivals(ctx, l.Arrivals, join)
		if messages > 0 {
			w.touch(news.MO)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("commit sms: %w", err)
	}
	return messages, nil
}

const addPoison = `
INSERT INTO sms_quarantine (link, raw, status, reason, received_at) VALUES ($1, $2, $3, $4, $5)`

func (w *Work) addPoisons(ctx context.Context, poisons []message.Poison) error {
	for _, p := range poisons {
		if _, err := w.tx.Exec(ctx, addPoison, p.Link, p.Raw, int64(p.Status), p.Reason, p.At); err != nil {
			return fmt.Errorf("quarantine: %w", err)
		}
	}
	return nil
}

const endBinds = `UPDATE sms_binds SET ended_at = now() WHERE slot = $1 AND ended_at IS NULL`

const addBind = `INSERT INTO sms_binds (id, slot, link, began_at, alive_at) VALUES ($1, $2, $3, now(), now())`

// BeginBind notes a new session of a link. Whatever was bound in its slot before has ended, and what that did not
// acknowledge will come again.
func (db *DB) BeginBind(ctx context.Context, b message.Bind) error {
	return db.Do(ctx, func(w *Work) error {
		_, err := w.tx.Exec(ctx, endBinds, b.Slot)
		if err == nil {
			_, err = w.tx.Exec(ctx, addBind, b.ID, b.Slot, b.Link)
		}
		if err != nil {
			return fmt.Errorf("begin bind of %s: %w", b.Slot, err)
		}
		return nil
	})
}
