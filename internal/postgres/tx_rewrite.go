package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Rewrite reads rows by a statement, and has each queue the statements that it comes to, which are then written. scan is where the columns of a
// row go before fn is called. It gives how many statements there were.
func (tx *Tx) Rewrite(ctx context.Context, read string, args, scan []any, fn func(writes *pgx.Batch) error) (n int, err error) {
	rows, err := tx.Query(ctx, read, args...)
	if err != nil {
		return 0, err
	}
	var writes pgx.Batch
	if _, err = pgx.ForEachRow(rows, scan, func() error { return fn(&writes) }); err != nil {
		return 0, err
	}
	return writes.Len(), tx.SendBatch(ctx, &writes).Close()
}
