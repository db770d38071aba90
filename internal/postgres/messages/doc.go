// Package messages keeps what goes out: messages with their segments, the queue, claims, outcomes and receipts; and the links and binds.
package messages

import (
	"context"

	"okno/internal/postgres"
)

// Store has the methods that own their transaction.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// Steps are parts of one unit of work.
type Steps struct{ tx *postgres.Tx }

// In gives the steps of a unit of work.
func In(tx *postgres.Tx) Steps { return Steps{tx} }

func (s *Store) do(ctx context.Context, fn func(Steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(Steps{tx}) })
}
