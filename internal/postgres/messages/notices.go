package messages

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/seal"
)

const stoppedNumber = `SELECT FROM subscribers u WHERE u.notices_stopped_at IS NOT NULL AND u.number = `

// What waits has failed with the word that stops it; what has expired is the sweep's.
const setNotices = `
WITH chosen AS (
    INSERT INTO subscribers (number, notices_stopped_at) VALUES ($1, CASE WHEN $2 THEN now() END)
    ON CONFLICT (number) DO UPDATE SET notices_stopped_at = excluded.notices_stopped_at
), waiting AS MATERIALIZED (
    SELECT s.id, s.due_at FROM unnest($3::bytea[]) n (index)
    CROSS JOIN LATERAL (SELECT id FROM mt_messages WHERE $2 AND destination_index = n.index AND lane = 'notice' OFFSET 0) m
    CROSS JOIN LATERAL (SELECT * FROM mt_segments s WHERE ` + SegmentsOf + ` AND s.state = 'queued' AND s.expires_at > now() OFFSET 0) s
), stopped AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT q.ctid FROM waiting w CROSS JOIN LATERAL (
            SELECT ctid FROM mt_queue WHERE lane = 'notice' AND due_at = w.due_at AND id = w.id OFFSET 0) q))
    RETURNING id
)
UPDATE mt_segments SET state = 'failed', failure = 'stopped', final_at = now() WHERE id = ANY (ARRAY (SELECT id FROM stopped))`

// QueueNotices queues [Steps.SetNotices].
func (w Steps) QueueNotices(writes *pgx.Batch, number string, stopped bool) {
	writes.Queue(setNotices, number, stopped, w.ring.Indexes(seal.TelephoneNumber, number))
}

// SetNotices remembers that a number wants notices no more, or again.
func (w Steps) SetNotices(ctx context.Context, number string, stopped bool) error {
	if _, err := w.tx.Exec(ctx, setNotices, number, stopped, w.ring.Indexes(seal.TelephoneNumber, number)); err != nil {
		return fmt.Errorf("set notices: %w", err)
	}
	return nil
}
