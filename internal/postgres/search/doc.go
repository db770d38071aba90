// Package search finds citizens and cases by what is known of them: exactly by a number, which has a blind index, and by the beginnings of
// names or the words of a subject, of which the index has keyed MACs; and talks likewise by the words of their transcripts. What is found is
// masked, and the journal has every citizen who was.
package search

import (
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Store finds.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring opens what is found.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }
