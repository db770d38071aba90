// Package privacy gathers all that is kept of a citizen, and makes it unreadable. It knows the tables of every aggregate, because a citizen's
// traces are in all of them; a test finds the table that it does not know.
package privacy

import (
	"context"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring opens what is exported.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

type steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

func (s *Store) do(ctx context.Context, fn func(steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(steps{tx, s.ring}) })
}
