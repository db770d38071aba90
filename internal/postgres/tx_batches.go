package postgres

import (
	"context"
	"fmt"
)

// BatchOf is how many rows one transaction of [DB.Batches] handles.
const BatchOf = 500

// Batches runs a step that handles up to [BatchOf] rows, each time in a transaction of its own, until a step handles fewer. after is the id
// that the step before gave as its last. It gives how many rows there were.
func (db *DB) Batches(ctx context.Context, what string, step func(tx *Tx, after int64) (n int, last int64, err error)) (all int, err error) {
	for after := int64(0); ; {
		var n int
		var last int64
		err := db.Do(ctx, func(tx *Tx) (err error) {
			n, last, err = step(tx, after)
			return err
		})
		if err != nil {
			return all, fmt.Errorf("%s: %w", what, err)
		}
		after = last
		if all += n; n < BatchOf {
			return all, nil
		}
	}
}
