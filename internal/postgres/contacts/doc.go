// Package contacts keeps contacts, offers, agents, queues, calls, legs and orders: one aggregate, because one move changes several. It
// tells what stands and writes what was decided; what an event makes of a contact is decided in package contact, who gets it in package acd.
package contacts

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

// NewStore is over a database; ring opens who citizens are.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }

func (s *Store) do(ctx context.Context, fn func(Steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(Steps{tx, s.ring}) })
}
