package messages

import (
	"context"
	"fmt"

	"okno/internal/message"
	"okno/internal/postgres"
)

const endBinds = `UPDATE sms_binds SET ended_at = now() WHERE slot = $1 AND ended_at IS NULL`

const addBind = `
INSERT INTO sms_binds (id, slot, link, began_at, alive_at, confirmed_until) VALUES ($1, $2, $3, now(), now(), now())`

const lapseClaims = `UPDATE mt_claims SET leased_until = now() WHERE slot = $1`

// BeginBind notes a new session of a link. Whatever was bound in its slot before has ended: what that did not acknowledge
// will come again, and nobody will answer for what it had claimed.
func (s *Store) BeginBind(ctx context.Context, b message.Bind) error {
	return s.do(ctx, func(w Steps) error {
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
func (s *Store) EndBinds(ctx context.Context, node string) error {
	if _, err := s.db.Exec(ctx, endNodesBinds, node); err != nil {
		return fmt.Errorf("end binds of %s: %w", node, err)
	}
	return nil
}

const endBind = `UPDATE sms_binds SET ended_at = now(), confirmed_until = coalesce($2::timestamptz, 'infinity') WHERE id = $1`

// EndBind notes that a session has ended, and what of it may come again.
func (s *Store) EndBind(ctx context.Context, a message.Alive) error {
	return s.do(ctx, func(w Steps) error { return w.EndBind(ctx, a) })
}

// EndBind notes that a session has ended, and what of it may come again.
func (w Steps) EndBind(ctx context.Context, a message.Alive) error {
	if _, err := w.tx.Exec(ctx, endBind, a.Bind, postgres.OrNil(a.ConfirmedUntil)); err != nil {
		return fmt.Errorf("end bind: %w", err)
	}
	return nil
}
