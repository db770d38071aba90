// Package cases keeps cases with their moves. What a case is about, the number on which it was opened, and why it moved are sealed under a
// data key of the case.
package cases

import (
	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring opens cases.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx        *postgres.Tx
	ring      *seal.Ring
	numbering *cases.Numbering
}

// In gives the steps of a unit of work. numbering makes the numbers of new cases.
func In(tx *postgres.Tx, ring *seal.Ring, numbering *cases.Numbering) Steps {
	return Steps{tx, ring, numbering}
}
