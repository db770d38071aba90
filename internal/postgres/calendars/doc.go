// Package calendars keeps business calendars in all their versions, and which agency works by which.
package calendars

import "okno/internal/postgres"

// Store has the methods that own their transaction.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// Steps are parts of one unit of work.
type Steps struct{ tx *postgres.Tx }

// In gives the steps of a unit of work.
func In(tx *postgres.Tx) Steps { return Steps{tx} }
