package smppaccounts

import (
	"context"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

const (
	plainSubmits = `
SELECT id, destination, addresses::text::bytea, payload, mt_id IS NULL FROM smpp_submits WHERE destination_index = '' ORDER BY id LIMIT $1 FOR UPDATE`
	sealSubmit = `
UPDATE smpp_submits SET destination = $2, destination_index = $3, addresses = NULL, sealed = $4, payload = $5 WHERE id = $1`
)

// SealSubmits seals what an older schema kept in the open of agencies' submits.
func (s *Store) SealSubmits(ctx context.Context) error {
	_, err := s.db.Batches(ctx, "seal submits", func(tx *postgres.Tx, _ int64) (int, int64, error) {
		var id int64
		var destination string
		var addresses, payload []byte
		var waits bool
		n, err := tx.Rewrite(ctx, plainSubmits, []any{postgres.BatchOf}, []any{&id, &destination, &addresses, &payload, &waits}, func(writes *pgx.Batch) error {
			var plain *string
			if waits {
				plain = &destination
			}
			var part []byte
			if payload != nil {
				part = s.ring.Seal(placeOfPart, payload)
			}
			writes.Queue(sealSubmit, id, plain, s.ring.Index(seal.TelephoneNumber, destination), s.ring.Seal(placeOfAddresses, addresses), part)
			return nil
		})
		return n, 0, err
	})
	return err
}
