package datakeys

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/seal"
)

const (
	// Each batch begins where the one before ended: what has been rotated is not read again.
	staleKeys = `
SELECT kind::text, owner_id, wrapped FROM data_keys
WHERE (kind, owner_id) > ($3::text::"char", $4::bigint) AND substr(wrapped, 1, length($1::bytea)) <> $1 ORDER BY kind, owner_id LIMIT $2 FOR UPDATE`
	rewrap = `UPDATE data_keys SET wrapped = $3 WHERE kind = $1::text::"char" AND owner_id = $2`
)

// batch is how many keys one transaction wraps anew.
const batch = 500

// Rotate wraps all keys by the current master key of the ring, and gives how many there were that another had wrapped.
func Rotate(ctx context.Context, db *postgres.DB, ring *seal.Ring) (n int, err error) {
	type stale struct {
		Kind    string
		Owner   int64
		Wrapped []byte
	}
	var last stale
	for {
		var keys []stale
		err := db.Do(ctx, func(tx *postgres.Tx) error {
			rows, err := tx.Query(ctx, staleKeys, ring.Prefix(), batch, last.Kind, last.Owner)
			if err != nil {
				return err
			}
			keys, err = pgx.CollectRows(rows, pgx.RowToStructByPos[stale])
			if err != nil {
				return err
			}
			writes := &pgx.Batch{}
			for _, k := range keys {
				again, _, err := ring.Rewrap(k.Wrapped)
				if err != nil {
					return fmt.Errorf("key %s %d: %w", k.Kind, k.Owner, err)
				}
				writes.Queue(rewrap, k.Kind, k.Owner, again)
			}
			return tx.SendBatch(ctx, writes).Close()
		})
		if err != nil {
			return n, fmt.Errorf("rotate data keys: %w", err)
		}
		if n += len(keys); len(keys) < batch {
			return n, nil
		}
		last = keys[len(keys)-1]
	}
}
