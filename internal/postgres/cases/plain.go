package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const (
	// By the index on it, which has nothing of sealed rows: each start asks this.
	plainCases = `
SELECT c.id, coalesce(c.contact, ''), c.subject, ` + datakeys.OfCase + `c.id) FROM cases c WHERE c.subject IS NOT NULL ORDER BY c.id LIMIT $1
FOR UPDATE OF c SKIP LOCKED`
	plainMoves = `SELECT case_id, id, coalesce(why, ''), coalesce(told, '') FROM case_moves WHERE case_id = ANY ($1) AND why IS NOT NULL`
	sealPlain  = `UPDATE cases SET contact = NULL, subject = NULL, contact_index = $2, sealed = $3 WHERE id = $1`
	sealMoved  = `UPDATE case_moves SET why = NULL, told = NULL, sealed = $2 WHERE id = $1`
)

// SealCases seals what an older version wrote of cases and their moves in the open, and gives how many cases there were.
func (s *Store) SealCases(ctx context.Context) (n int, err error) {
	return s.db.Batches(ctx, "seal cases", func(tx *postgres.Tx, _ int64) (n int, last int64, err error) {
		n, err = In(tx, s.ring, nil).sealCases(ctx)
		return n, 0, err
	})
}

func (w Steps) sealCases(ctx context.Context) (n int, err error) {
	rows, err := w.tx.Query(ctx, plainCases, postgres.BatchOf)
	if err != nil {
		return 0, err
	}
	type plain struct {
		ID               int64
		Contact, Subject string
		Wrapped          []byte
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[plain])
	if err != nil || len(found) == 0 {
		return 0, err
	}
	keys := make(map[int64]*seal.DataKey, len(found))
	var fresh []datakeys.Owned
	writes := &pgx.Batch{}
	for _, c := range found {
		wrapped := seal.Wrapped(c.Wrapped)
		if wrapped == nil {
			if _, wrapped, err = w.ring.NewDataKey(); err != nil {
				return 0, err
			}
			fresh = append(fresh, datakeys.Owned{ID: c.ID, Wrapped: wrapped})
		}
		key, err := w.ring.Unwrap(wrapped)
		if err != nil {
			return 0, fmt.Errorf("case %d: %w", c.ID, err)
		}
		keys[c.ID] = key
		sealed, err := sealCase(key, c.ID, private{Contact: c.Contact, Subject: c.Subject})
		if err != nil {
			return 0, err
		}
		writes.Queue(sealPlain, c.ID, contactIndex(w.ring, c.Contact), sealed)
	}
	if len(fresh) > 0 {
		datakeys.QueueCases(writes, fresh)
	}
	if err := w.sealMoves(ctx, postgres.Column(found, func(c plain) int64 { return c.ID }), keys, writes); err != nil {
		return 0, err
	}
	return len(found), w.tx.SendBatch(ctx, writes).Close()
}

func (w Steps) sealMoves(ctx context.Context, ids []int64, keys map[int64]*seal.DataKey, writes *pgx.Batch) error {
	rows, err := w.tx.Query(ctx, plainMoves, ids)
	if err != nil {
		return err
	}
	var owner, id int64
	var r reason
	_, err = pgx.ForEachRow(rows, []any{&owner, &id, &r.Why, &r.Told}, func() error {
		sealed, err := sealMove(keys[owner], owner, r)
		writes.Queue(sealMoved, id, sealed)
		return err
	})
	return err
}
