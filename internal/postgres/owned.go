package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/lease"
)

// FOR SHARE: a holder that takes over waits for what was begun under the fence before, and what begins later is refused.
const owned = `SELECT true FROM leases WHERE name = $1 AND instance = $2 AND fence = $3 FOR SHARE`

// Owned refuses the writes of a holder whose lease has gone to another: it is [lease.ErrFenced] then. It comes first in a transaction.
func (tx *Tx) Owned(ctx context.Context, l lease.Lease) error {
	var still bool
	if err := tx.QueryRow(ctx, owned, l.Name, l.Instance, l.Fence).Scan(&still); err != nil {
		return fmt.Errorf("check lease %s: %w", l.Name, NoRows(err, lease.ErrFenced))
	}
	return nil
}

// The rows that stand above a contact in the order of locks.
const (
	lockInteraction = `SELECT FROM interactions WHERE id = $1 FOR NO KEY UPDATE`
	lockSession     = `SELECT FROM sessions WHERE interaction_id = $1 FOR UPDATE`
	lockCall        = `SELECT FROM calls WHERE interaction_id = $1 FOR UPDATE`
)

// TakeTurn waits until nobody else changes an interaction, and keeps others from it until the transaction ends: whoever changes anything
// of an interaction takes its turn first. Taken again, it is had already.
func (tx *Tx) TakeTurn(ctx context.Context, interaction int64) error {
	if tx.turns[interaction] {
		return nil
	}
	var locks pgx.Batch
	for _, lock := range []string{lockInteraction, lockSession, lockCall} {
		locks.Queue(lock, interaction)
	}
	if err := tx.SendBatch(ctx, &locks).Close(); err != nil {
		return fmt.Errorf("take turn at interaction %d: %w", interaction, err)
	}
	if tx.turns == nil {
		tx.turns = map[int64]bool{}
	}
	tx.turns[interaction] = true
	return nil
}

// HasTurn says whether the transaction has its turn at an interaction.
func (tx *Tx) HasTurn(interaction int64) bool { return tx.turns[interaction] }
