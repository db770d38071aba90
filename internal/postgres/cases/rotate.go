package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
)

const (
	// Those whose data key another master key has wrapped: what indexes them was made by that one. Each batch begins where the one before
	// ended.
	staleCases = `
SELECT c.id, c.sealed, k.wrapped FROM data_keys k JOIN cases c ON c.id = k.owner_id
WHERE k.kind = 'c' AND k.owner_id > $3 AND substr(k.wrapped, 1, length($1::bytea)) <> $1
ORDER BY k.owner_id LIMIT $2 FOR NO KEY UPDATE OF c`
	indexAnew = `UPDATE cases SET contact_index = $2 WHERE id = $1`
)

// rotateBatch is how many cases one transaction indexes anew.
const rotateBatch = 500

// RotateCases indexes cases by the current master key. It comes before the data keys are wrapped anew.
func (s *Store) RotateCases(ctx context.Context) error {
	for after := int64(0); ; {
		var last int64
		var n int
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			rows, err := tx.Query(ctx, staleCases, s.ring.Prefix(), rotateBatch, after)
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
			for _, c := range found {
				var p private
				if err := opener.JSON(c.Wrapped, datakeys.CaseOf(c.ID), c.Sealed, &p); err != nil {
					return err
				}
				writes.Queue(indexAnew, c.ID, contactIndex(s.ring, p.Contact))
				last = c.ID
			}
			return tx.SendBatch(ctx, writes).Close()
		})
		if err != nil {
			return fmt.Errorf("rotate indexes of cases: %w", err)
		}
		if after = last; n < rotateBatch {
			return nil
		}
	}
}
