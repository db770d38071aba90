package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"okno/internal/message"
)

// CommitSMS writes down all that a channel has to say, in one transaction. Redeliveries are passed over. join gives the text
// of a long message's parts, which come in order; some may be missing. With hear, the messages that can be are heard in the
// same transaction, and their replies claimed by the ledger's grants; whatever waits is left for [DB.ProcessMOs].
func (db *DB) CommitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string, hear Hear) (c message.Committed, err error) {
	if hear != nil && len(l.Arrivals) > 0 {
		if c, err = db.commitSMS(ctx, l, join, hear); err == nil {
			return c, nil
		}
		// Whatever kept them from being heard must not keep them from being kept.
		if errors.Is(err, message.ErrUncertain) {
			l.Arrivals = slices.Clone(l.Arrivals)
			for i := range l.Arrivals {
				l.Arrivals[i].PutOffAt = l.Arrivals[i].ReceivedAt
			}
		}
	}
	c, again := db.commitSMS(ctx, l, join, nil)
	if again == nil {
		return c, nil
	}
	return c, errors.Join(again, err)
}

func (db *DB) commitSMS(ctx context.Context, l message.Ledger, join func([]message.Part) string, hear Hear) (c message.Committed, err error) {
	err = db.Do(ctx, func(w *Work) (err error) {
		if err := w.addPoisons(ctx, l.Poisons); err != nil {
			return err
		}
		if err := w.applyOutcomes(ctx, l.Outcomes); err != nil {
			return err
		}
		if err := w.applyReceipts(ctx, l.Receipts); err != nil {
			return err
		}
		for _, a := range l.Ended {
			if err := w.endBind(ctx, a); err != nil {
				return err
			}
		}
		if len(l.Arrivals) > 0 {
			c, err = w.addArrivals(ctx, l, join, hear)
		}
		return err
	})
	if err != nil {
		return message.Committed{}, fmt.Errorf("commit sms: %w", err)
	}
	return c, nil
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

const addBind = `
INSERT INTO sms_binds (id, slot, link, began_at, alive_at, confirmed_until) VALUES ($1, $2, $3, now(), now(), now())`

const lapseClaims = `UPDATE mt_claims SET leased_until = now() WHERE slot = $1`

// BeginBind notes a new session of a link. Whatever was bound in its slot before has ended: what that did not acknowledge
// will come again, and nobody will answer for what it had claimed.
func (db *DB) BeginBind(ctx context.Context, b message.Bind) error {
	return db.Do(ctx, func(w *Work) error {
		_, err := w.tx.Exec(ctx, endBinds, b.Slot)
		if err == nil {
			_, err = w.tx.Exec(ctx, lapseClaims, b.Slot)
		}
		if err == nil {
			_, err = w.tx.Exec(ctx, addBind, b.ID, b.Slot, b.Link)
		}
		if err != nil {
			return fmt.Errorf("begin bind of %s: %w", b.Slot, err)
		}
		return nil
	})
}

const endNodesBinds = `
UPDATE sms_binds SET ended_at = now() WHERE ended_at IS NULL AND right(slot, length($1) + 1) = '@' || $1`

// EndBinds notes that no session of a node lives, when its process has just begun. What the last one did not acknowledge over
// one bind may come again over another, before there is a successor in its slot.
func (db *DB) EndBinds(ctx context.Context, node string) error {
	if _, err := db.pool.Exec(ctx, endNodesBinds, node); err != nil {
		return fmt.Errorf("end binds of %s: %w", node, err)
	}
	return nil
}

const endBind = `UPDATE sms_binds SET ended_at = now(), confirmed_until = coalesce($2::timestamptz, 'infinity') WHERE id = $1`

// EndBind notes that a session has ended, and what of it may come again.
func (db *DB) EndBind(ctx context.Context, a message.Alive) error {
	return db.Do(ctx, func(w *Work) error { return w.endBind(ctx, a) })
}

func (w *Work) endBind(ctx context.Context, a message.Alive) error {
	if _, err := w.tx.Exec(ctx, endBind, a.Bind, orNil(a.ConfirmedUntil)); err != nil {
		return fmt.Errorf("end bind: %w", err)
	}
	return nil
}

// Quarantined says how many PDUs are kept that could not be read.
func (db *DB) Quarantined(ctx context.Context) (n int, err error) {
	err = db.pool.QueryRow(ctx, `SELECT count(*) FROM sms_quarantine`).Scan(&n)
	return n, err
}
