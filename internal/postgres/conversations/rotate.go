package conversations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
)

const (
	// Those whose data key another master key has wrapped: their number has the index of that one. Each batch begins where the one before
	// ended.
	staleIndexes = `
SELECT i.id, i.sealed_number, k.wrapped FROM data_keys k JOIN interactions i ON i.id = k.owner_id
WHERE k.kind = 'i' AND k.owner_id > $3 AND substr(k.wrapped, 1, length($1::bytea)) <> $1 AND i.sealed_number IS NOT NULL
ORDER BY k.owner_id LIMIT $2 FOR NO KEY UPDATE OF i`
	indexAnew = `UPDATE interactions SET number_index = $2 WHERE id = $1`
)

// rotateBatch is how many interactions one transaction indexes anew.
const rotateBatch = 500

// RotateInteractions indexes the numbers of interactions by the current master key. It comes before the data keys are wrapped anew.
func (s *Store) RotateInteractions(ctx context.Context) error {
	for after := int64(0); ; {
		var last int64
		var n int
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			rows, err := tx.Query(ctx, staleIndexes, s.ring.Prefix(), rotateBatch, after)
			if err != nil {
				return err
			}
			type stale struct {
				ID              int64
				Sealed, Wrapped []byte
			}
			found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stale])
			if err != nil {
				return err
			}
			n = len(found)
			opener := datakeys.NewOpener(s.ring)
			writes := &pgx.Batch{}
			for _, i := range found {
				number, err := opener.Text(i.Wrapped, datakeys.NumberOf(i.ID), i.Sealed)
				if err != nil {
					return err
				}
				writes.Queue(indexAnew, i.ID, s.ring.Index(datakeys.Number, number))
				last = i.ID
			}
			return tx.SendBatch(ctx, writes).Close()
		})
		if err != nil {
			return fmt.Errorf("rotate indexes of interactions: %w", err)
		}
		if after = last; n < rotateBatch {
			return nil
		}
	}
}
