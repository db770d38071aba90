package messages

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

const awaited = `
SELECT count(*) FROM mt_segments
WHERE link = $1 AND slot = ANY($2) AND awaited_from >= $3 AND awaited_from < $4`

// Awaited counts segments that were submitted in a time, not asked about since, and have no receipt yet.
func (s *Store) Awaited(ctx context.Context, a message.Awaited) (n int, err error) {
	if err := s.db.QueryRow(ctx, awaited, a.Link, a.Slots, a.From, a.Before).Scan(&n); err != nil {
		return 0, fmt.Errorf("count awaited receipts of %s: %w", a.Link, err)
	}
	return n, nil
}

const claimQueries = `
WITH silent AS (
    SELECT s.id, m.destination_index, m.sender
    FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id
    WHERE s.link = $1 AND s.awaited_from < $2 AND s.submitted_at > $3
      AND s.message_id IS NOT NULL
    ORDER BY s.awaited_from LIMIT $4
    FOR UPDATE OF s SKIP LOCKED
)
UPDATE mt_segments s SET queried_at = $5 FROM silent WHERE s.id = silent.id
RETURNING s.message_id, s.message_key, silent.destination_index, silent.sender`

// ClaimQueries takes segments of a link to ask the operator about: those first that were heard of longest ago. They will not
// be asked about again before the same time has passed.
func (s *Store) ClaimQueries(ctx context.Context, c message.ClaimQueries) ([]message.Query, error) {
	rows, err := s.db.Query(ctx, claimQueries, c.Link, c.Before, c.Since, c.Limit, c.Now)
	if err != nil {
		return nil, fmt.Errorf("claim queries for %s: %w", c.Link, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[message.Query])
}
