// Package guesses keeps how often passwords were guessed, and from where owners log in.
package guesses

import "okno/internal/postgres"

// Store has the methods that own their transaction.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }
