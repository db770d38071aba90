package lockout

import (
	"context"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
)

const (
	plainAttempts = `SELECT way, subject FROM lockouts WHERE subject LIKE '%:+%' ORDER BY way, subject LIMIT $1 FOR UPDATE`
	hideAttempts  = `UPDATE lockouts SET subject = $3 WHERE way = $1 AND subject = $2`
)

// HideAttempts hides the numbers that an older schema kept in the open of failed attempts.
func (s *Store) HideAttempts(ctx context.Context) error {
	_, err := s.db.Batches(ctx, "hide attempts", func(tx *postgres.Tx, _ int64) (int, int64, error) {
		rows, err := tx.Query(ctx, plainAttempts, postgres.BatchOf)
		if err != nil {
			return 0, 0, err
		}
		var way, subject string
		var writes pgx.Batch
		_, err = pgx.ForEachRow(rows, []any{&way, &subject}, func() error {
			writes.Queue(hideAttempts, way, subject, Hide(s.ring, subject))
			return nil
		})
		if err != nil {
			return 0, 0, err
		}
		return writes.Len(), 0, tx.SendBatch(ctx, &writes).Close()
	})
	return err
}
