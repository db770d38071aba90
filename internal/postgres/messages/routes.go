package messages

import (
	"context"
	"fmt"
	"time"

	"okno/internal/message"
)

// A page of a lane's queue, and those of it whose destination begins with none of the prefixes.
const failUnroutable = `
WITH page AS MATERIALIZED (
    SELECT ctid AS place, due_at, id FROM mt_queue
    WHERE lane = $1 AND (due_at, id) > ($2, $3)
    ORDER BY due_at, id LIMIT $4
), lost AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT place FROM page CROSS JOIN LATERAL (SELECT destination FROM mt_messages WHERE id = page.id >> 8 OFFSET 0) m
        WHERE NOT EXISTS (SELECT FROM unnest($5::text[]) p WHERE starts_with(m.destination, p))))
    RETURNING id
), failed AS (
    UPDATE mt_segments SET state = 'failed', failure = $6, final_at = $7 WHERE id = ANY (ARRAY (SELECT id FROM lost))
    RETURNING id
)
SELECT count(*), (SELECT count(*) FROM failed),
       coalesce((SELECT due_at FROM page ORDER BY due_at DESC, id DESC LIMIT 1), $2),
       coalesce((SELECT id FROM page ORDER BY due_at DESC, id DESC LIMIT 1), $3)
FROM page`

// FailUnroutable ends segments that no link will ever take: it looks at the next page of each lane's queue, and begins again
// after the last one, so that a long queue costs no more than a short one.
func (s *Store) FailUnroutable(ctx context.Context, u *message.Unroutable, now time.Time) (failed int, err error) {
	for _, lane := range message.Lanes {
		at := u.Seen[lane]
		var found, lost int
		err := s.db.QueryRow(ctx, failUnroutable, lane, at.Due, at.ID, u.Page, u.Prefixes, u.Failure, now).Scan(&found, &lost, &at.Due, &at.ID)
		if err != nil {
			return failed, fmt.Errorf("fail unroutable: %w", err)
		}
		if found < u.Page {
			at = message.Place{}
		}
		u.Seen[lane] = at
		failed += lost
	}
	return failed, nil
}
