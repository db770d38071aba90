package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/seal"
)

// Sealed is a column that a ring of master keys has sealed without a data key.
type Sealed struct {
	Table  string // with a column id
	Column string
	Place  string // that it is sealed for
}

// Reseal seals by the current master key what another of the ring has sealed in a column, and gives how many rows there were. Rows that are
// locked are waited for; each is read once.
func (db *DB) Reseal(ctx context.Context, ring *seal.Ring, s Sealed) (n int, err error) {
	stale := fmt.Sprintf(`
SELECT id, %[2]s FROM %[1]s WHERE id > $1 AND %[2]s <> '' AND substr(%[2]s, 1, length($2::bytea)) <> $2 ORDER BY id LIMIT $3 FOR UPDATE`, s.Table, s.Column)
	reseal := fmt.Sprintf(`UPDATE %s SET %s = $2 WHERE id = $1`, s.Table, s.Column)
	return db.Batches(ctx, "reseal "+s.Table, func(tx *Tx, after int64) (n int, last int64, err error) {
		var sealed []byte
		n, err = tx.Rewrite(ctx, stale, []any{after, ring.Prefix(), BatchOf}, []any{&last, &sealed}, func(writes *pgx.Batch) error {
			plain, err := ring.Open(s.Place, sealed)
			if err != nil {
				return fmt.Errorf("row %d: %w", last, err)
			}
			writes.Queue(reseal, last, ring.Seal(s.Place, plain))
			return nil
		})
		return n, last, err
	})
}
