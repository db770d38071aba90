package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/canned"
	"okno/internal/fault"
	"okno/internal/postgres/audit"
)

const cannedReplies = `SELECT code, texts, version FROM canned_replies ORDER BY code`

// CannedReplies lists them by code.
func (s *Store) CannedReplies(ctx context.Context) ([]canned.Reply, error) {
	rows, err := s.db.Query(ctx, cannedReplies)
	if err != nil {
		return nil, fmt.Errorf("list canned replies: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[canned.Reply])
}

const (
	addCanned    = `INSERT INTO canned_replies (code, texts) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING RETURNING version`
	changeCanned = `UPDATE canned_replies SET texts = $2, version = version + 1 WHERE code = $1 AND version = $3 RETURNING version`
	removeCanned = `DELETE FROM canned_replies WHERE code = $1 AND version = $2 RETURNING version`
)

var errCannedChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this reply meanwhile"}

// SaveCanned adds a reply of version 0, or changes the version that was seen. by is as in the journal. The errors of [canned.Reply.Check].
func (w Steps) SaveCanned(ctx context.Context, r canned.Reply, by string) error {
	if err := r.Check(); err != nil {
		return err
	}
	query, args := addCanned, []any{r.Code, r.Texts}
	if r.Version != 0 {
		query, args = changeCanned, append(args, r.Version)
	}
	return w.cannedDone(ctx, r.Code, "canned.save", by, map[string]any{"texts": r.Texts}, query, args...)
}

// RemoveCanned removes the version of a reply that was seen.
func (w Steps) RemoveCanned(ctx context.Context, code string, version int64, by string) error {
	return w.cannedDone(ctx, code, "canned.remove", by, nil, removeCanned, code, version)
}

func (w Steps) cannedDone(ctx context.Context, code, action, by string, detail map[string]any, query string, args ...any) error {
	var version int64
	err := w.tx.QueryRow(ctx, query, args...).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return errCannedChanged
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", action, code, err)
	}
	return audit.Record(ctx, w.tx, by, action, "canned:"+code, detail)
}
