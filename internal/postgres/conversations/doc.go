// Package conversations keeps interactions with their sessions and transcripts, and the dialogues that sessions began with. Numbers, sessions
// and what was said are sealed under a data key of the interaction.
package conversations

import (
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring seals what is said.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }
