package postgres

import (
	"context"
	"fmt"
)

// BatchOf is how many rows one transaction of [DB.Batches] handles.
const BatchOf = 500

// Batches runs a step that handles up to [BatchOf] rows, each time in a transaction of its own, until a step handles fewer. It gives how
// many there were.
func (db *DB) Batches(ctx context.Context, what string, step func(tx *Tx) (n int, err error)) (all int, err error) {
	for {
		var n int
		err := db.Do(ctx, func(tx *Tx) (err error) {
			n, err = step(tx)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("%s: %w", what, err)
		}
		if all += n; n < BatchOf {
			return all, nil
		}
	}
}
