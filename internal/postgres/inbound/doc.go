// Package inbound keeps what comes in, and has it handled in the transaction that keeps it: messages with their parts, floods of
// them, and USSD requests. It writes a channel's whole ledger, so outcomes and receipts pass through it to package messages.
package inbound

import (
	"context"

	"okno/internal/conversation"
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Bind gives what a conversation needs of a unit of work. Package store has it.
type Bind func(*postgres.Tx) conversation.Work

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
	bind Bind
}

// NewStore is over a database; ring seals messages.
func NewStore(db *postgres.DB, ring *seal.Ring, bind Bind) *Store { return &Store{db, ring, bind} }

// steps are parts of one unit of work.
type steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
	bind Bind
}

func (s *Store) do(ctx context.Context, fn func(steps) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error { return fn(steps{tx, s.ring, s.bind}) })
}
