// Package smppaccounts keeps agencies' accounts, what they submit over the gateway, and what they are told of it.
package smppaccounts

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

// NewStore is over a database; ring seals addresses, and parts of messages.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }

func (s *Store) do(ctx context.Context, fn func(Steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(In(tx, s.ring)) })
}
