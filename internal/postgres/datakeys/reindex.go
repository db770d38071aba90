package datakeys

import (
	"context"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// Reindex makes blind indexes by the current master key where another has wrapped the data key of the row: what indexes it was made by that
// one. stale selects such rows, id, sealed value and wrapped key, in the order of their ids; $1 is the prefix of the current key, $2 how many
// are wanted, $3 the id to begin after. write sets the index $2 of the row $1; index opens a row's value and gives it.
func Reindex(ctx context.Context, db *postgres.DB, ring *seal.Ring, what, stale, write string,
	index func(o *Opener, id int64, wrapped seal.Wrapped, sealed []byte) ([]byte, error)) error {
	_, err := db.Batches(ctx, what, func(tx *postgres.Tx, after int64) (n int, last int64, err error) {
		opener := NewOpener(ring)
		var sealed, wrapped []byte
		n, err = tx.Rewrite(ctx, stale, []any{ring.Prefix(), postgres.BatchOf, after}, []any{&last, &sealed, &wrapped}, func(writes *pgx.Batch) error {
			made, err := index(opener, last, wrapped, sealed)
			writes.Queue(write, last, made)
			return err
		})
		return n, last, err
	})
	return err
}
