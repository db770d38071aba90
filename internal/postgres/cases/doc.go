// Package cases keeps cases with their moves.
package cases

import (
	"okno/internal/cases"
	"okno/internal/postgres"
)

// Store has the methods that own their transaction.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// Steps are parts of one unit of work.
type Steps struct {
	tx        *postgres.Tx
	numbering *cases.Numbering
}

// In gives the steps of a unit of work. numbering makes the numbers of new cases.
func In(tx *postgres.Tx, numbering *cases.Numbering) Steps { return Steps{tx, numbering} }
