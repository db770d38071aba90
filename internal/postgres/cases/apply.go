package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/news"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

const keysOfCases = `SELECT owner_id, wrapped FROM data_keys WHERE kind = 'c' AND owner_id = ANY ($1)`

const applyMove = `
UPDATE cases SET state = $2, due_on = $3, updated_at = now(), clocked = false, due_by_clock = due_by_clock AND due_on IS NOT DISTINCT FROM $3
WHERE id = $1`

// ApplyMoves makes moves of cases that this transaction has locked, in their order, with as many round trips for many as for one.
func (w Steps) ApplyMoves(ctx context.Context, moves []cases.Applied) error {
	if len(moves) == 0 {
		return nil
	}
	if err := w.applyMoves(ctx, moves); err != nil {
		return fmt.Errorf("apply moves of cases: %w", err)
	}
	w.tx.Hint(news.Cases)
	deeds := make([]audit.Deed, len(moves))
	for i, m := range moves {
		deeds[i] = audit.Deed{Actor: m.By, Action: "case.move", Subject: "case:" + m.Number, Detail: map[string]any{"from": m.From, "to": m.To}}
	}
	return audit.RecordAll(ctx, w.tx, deeds)
}

func (w Steps) applyMoves(ctx context.Context, moves []cases.Applied) error {
	keys, err := w.keysOf(ctx, moves)
	if err != nil {
		return err
	}
	writes := &pgx.Batch{}
	for _, m := range moves {
		var due *time.Time
		if !m.DueOn.IsZero() {
			due = &m.DueOn
		}
		var sealed []byte // of a case whose key was destroyed nothing is kept of why
		if key := keys[m.Case]; key != nil {
			if sealed, err = sealMove(key, m.Case, reason{Why: m.Why, Told: m.Told.Text}); err != nil {
				return err
			}
		}
		writes.Queue(applyMove, m.Case, m.To, due)
		writes.Queue(addMove, m.Case, m.From, m.To, m.By, sealed, m.Told.MT)
	}
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return err
	}
	moved := make([]int64, len(moves))
	for i, m := range moves {
		moved[i] = m.Case
	}
	return w.touchDuplicates(ctx, moved...)
}

// Whoever follows a duplicate by its last change hears where the case stands that goes on in its place.
const touchDuplicates = `
WITH RECURSIVE merged AS (
    SELECT case_id AS id FROM case_links WHERE other_id = ANY ($1) AND kind = 'duplicate'
    UNION SELECT l.case_id FROM merged JOIN case_links l ON l.other_id = merged.id AND l.kind = 'duplicate'
)
UPDATE cases SET updated_at = now() WHERE id = ANY (ARRAY (SELECT id FROM merged))`

// touchDuplicates changes what was merged into cases that have moved.
func (w Steps) touchDuplicates(ctx context.Context, moved ...int64) error {
	_, err := w.tx.Exec(ctx, touchDuplicates, moved)
	return err
}

// keysOf gives the data keys of the cases of moves; a key that was destroyed is left out.
func (w Steps) keysOf(ctx context.Context, moves []cases.Applied) (map[int64]*seal.DataKey, error) {
	ids := make([]int64, len(moves))
	for i, m := range moves {
		ids[i] = m.Case
	}
	rows, err := w.tx.Query(ctx, keysOfCases, ids)
	if err != nil {
		return nil, err
	}
	keys := map[int64]*seal.DataKey{}
	var id int64
	var wrapped seal.Wrapped
	_, err = pgx.ForEachRow(rows, []any{&id, &wrapped}, func() error {
		var err error
		keys[id], err = w.ring.Unwrap(wrapped)
		return err
	})
	return keys, err
}
