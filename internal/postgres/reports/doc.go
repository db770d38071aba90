// Package reports counts the ledger by the hour, and folds the counts of hours into lines of reports. What is counted is said in
// okno/internal/report; here is how (statements.go).
package reports

import "okno/internal/postgres"

// Store counts and folds.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }
