package identity

import (
	"context"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	store "okno/internal/postgres/lockout"
	"okno/internal/seal"
)

const (
	plainChallenges = `SELECT id, number, subjects FROM challenges WHERE number_index = '' ORDER BY id LIMIT $1 FOR UPDATE`
	sealChallenge   = `
UPDATE challenges SET number = '', number_index = $2, sealed_number = $3, subjects = $4 WHERE id = $1`
)

// SealChallenges seals the numbers that an older schema kept in the open of challenges.
func (s *Store) SealChallenges(ctx context.Context) error {
	_, err := s.db.Batches(ctx, "seal challenges", func(tx *postgres.Tx, _ int64) (int, int64, error) {
		var id int64
		var number string
		var subjects []string
		n, err := tx.Rewrite(ctx, plainChallenges, []any{postgres.BatchOf}, []any{&id, &number, &subjects}, func(writes *pgx.Batch) error {
			hidden := make([]string, len(subjects))
			for i, subject := range subjects {
				hidden[i] = store.Hide(s.ring, subject)
			}
			writes.Queue(sealChallenge, id, s.ring.Index(seal.TelephoneNumber, number), s.ring.Seal(placeOfNumber, []byte(number)), hidden)
			return nil
		})
		return n, 0, err
	})
	return err
}
