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
		rows, err := tx.Query(ctx, plainSubmits, postgres.BatchOf)
		if err != nil {
			return 0, 0, err
		}
		var id int64
		var destination string
		var addresses, payload []byte
		var waits bool
		var writes pgx.Batch
		_, err = pgx.ForEachRow(rows, []any{&id, &destination, &addresses, &payload, &waits}, func() error {
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
		if err != nil {
			return 0, 0, err
		}
		return writes.Len(), 0, tx.SendBatch(ctx, &writes).Close()
	})
	return err
}
