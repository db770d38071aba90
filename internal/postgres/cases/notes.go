package cases

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
)

const addNote = `INSERT INTO case_notes (case_id, by, sealed) VALUES ($1, $2, $3)`

// AddCaseNote keeps what a colleague notes about a case. [datakeys.ErrDestroyed] of a case whose citizen was erased.
func (w Steps) AddCaseNote(ctx context.Context, c cases.Case, by, text string) error {
	key, err := datakeys.Case(ctx, w.tx, w.ring, c.ID)
	var sealed []byte
	if err == nil {
		sealed, err = sealMove(key, c.ID, reason{Why: text})
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, addNote, c.ID, by, sealed)
	}
	if err != nil {
		return fmt.Errorf("note on case %d: %w", c.ID, err)
	}
	return audit.Record(ctx, w.tx, by, "case.note", "case:"+c.Number, nil)
}

const notesOf = `
SELECT n.at, n.by, coalesce((SELECT name FROM agents WHERE id = CASE WHEN n.by LIKE 'agent:%' THEN substr(n.by, 7)::bigint END), ''),
       n.sealed, ` + datakeys.OfCase + `n.case_id)
FROM case_notes n WHERE n.case_id = $1 ORDER BY n.id DESC LIMIT 200`

// CaseNotes gives what colleagues have noted about a case, the oldest first: the last 200.
func (w Steps) CaseNotes(ctx context.Context, id int64) ([]cases.Note, error) {
	rows, err := w.tx.Query(ctx, notesOf, id)
	if err != nil {
		return nil, fmt.Errorf("read notes on case %d: %w", id, err)
	}
	opener := datakeys.NewOpener(w.ring)
	notes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n cases.Note, err error) {
		var sealed, wrapped []byte
		if err = row.Scan(&n.At, &n.By, &n.Name, &sealed, &wrapped); err != nil {
			return n, err
		}
		var r reason
		err = opener.JSON(wrapped, datakeys.MovesOf(id), sealed, &r)
		n.Text = r.Why
		return n, err
	})
	if err != nil {
		return nil, fmt.Errorf("read notes on case %d: %w", id, err)
	}
	slices.Reverse(notes)
	return notes, nil
}
