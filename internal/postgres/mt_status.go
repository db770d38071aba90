package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

const segmentsTo = `
SELECT s.mt_id, s.part, m.lane,
       CASE WHEN s.state = 'queued' AND c.id IS NOT NULL THEN 'submitted' ELSE s.state END, coalesce(s.link, c.link, ''), coalesce(s.message_id, ''), coalesce(s.failure, ''), s.attempts
FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id
LEFT JOIN mt_claims c ON s.id = ANY (c.segments) AND s.state = 'queued'
    AND s.attempts < c.attempts[array_position(c.segments, s.id)]
WHERE m.destination = $1 ORDER BY s.id`

// SegmentsTo gives what has become of each segment sent, or to be sent, to a number.
func (db *DB) SegmentsTo(ctx context.Context, number string) ([]message.Status, error) {
	rows, err := db.pool.Query(ctx, segmentsTo, number)
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[message.Status])
}
