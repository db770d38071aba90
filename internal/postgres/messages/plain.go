package messages

import (
	"context"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

const (
	plainMTs = `
SELECT m.id, m.destination, m.sealed, EXISTS (SELECT FROM mt_segments s WHERE ` + SegmentsOf + ` AND s.state = 'queued' OFFSET 0)
FROM mt_messages m WHERE m.destination_index = '' ORDER BY m.id LIMIT $1 FOR UPDATE OF m`
	sealMT        = `UPDATE mt_messages SET destination = $2, destination_index = $3, sealed = $4 WHERE id = $1`
	plainReceipts = `SELECT id, destination FROM mt_receipts WHERE destination_index = '' ORDER BY id LIMIT $1 FOR UPDATE`
	sealReceipt   = `UPDATE mt_receipts SET destination = '', destination_index = $2 WHERE id = $1`
)

// SealMTs seals what an older schema kept in the open of what goes out.
func (s *Store) SealMTs(ctx context.Context) error {
	_, err := s.db.Batches(ctx, "seal mts", func(tx *postgres.Tx, _ int64) (int, int64, error) {
		var id int64
		var destination string
		var text []byte
		var waits bool
		n, err := tx.Rewrite(ctx, plainMTs, []any{postgres.BatchOf}, []any{&id, &destination, &text, &waits}, func(writes *pgx.Batch) error {
			index, sealed := s.ring.Index(seal.TelephoneNumber, destination), []byte{}
			if waits {
				sealed = sealText(s.ring, string(text))
			} else {
				destination = ""
			}
			writes.Queue(sealMT, id, destination, index, sealed)
			return nil
		})
		return n, 0, err
	})
	if err != nil {
		return err
	}
	_, err = s.db.Batches(ctx, "seal receipts", func(tx *postgres.Tx, _ int64) (int, int64, error) {
		var id int64
		var destination string
		n, err := tx.Rewrite(ctx, plainReceipts, []any{postgres.BatchOf}, []any{&id, &destination}, func(writes *pgx.Batch) error {
			writes.Queue(sealReceipt, id, s.ring.Index(seal.TelephoneNumber, destination))
			return nil
		})
		return n, 0, err
	})
	return err
}
