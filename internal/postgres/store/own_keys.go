package store

import (
	"context"
	"fmt"

	domain "okno/internal/cases"
	"okno/internal/postgres"
)

// placeOfOwnKey names what the installation's own keys are sealed for.
const placeOfOwnKey = "own key"

const caseNumbers = "case numbers"

// ownKeys are the columns that [Store.RotateKeys] seals anew.
var ownKeys = []postgres.Sealed{{Table: "own_keys", Column: "sealed", Place: placeOfOwnKey}}

const (
	ownKey    = `SELECT sealed FROM own_keys WHERE purpose = $1`
	addOwnKey = `INSERT INTO own_keys (purpose, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING`
)

// NumberCases has new cases numbered by the installation's own key, which is made of first when there is none yet. Another key would give
// numbers that there are already, so this one outlives the secret of which it came. Call it before the first unit of work.
func (s *Store) NumberCases(ctx context.Context, first []byte) error {
	var sealed []byte
	err := s.DB.Do(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, addOwnKey, caseNumbers, s.keys.Seal(placeOfOwnKey, first)); err != nil {
			return err
		}
		return tx.QueryRow(ctx, ownKey, caseNumbers).Scan(&sealed)
	})
	if err == nil {
		var key []byte
		if key, err = s.keys.Open(placeOfOwnKey, sealed); err == nil {
			s.numbering = domain.NewNumbering(key)
		}
	}
	if err != nil {
		return fmt.Errorf("key of case numbers: %w", err)
	}
	return nil
}
