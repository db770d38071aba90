package messages

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/phone"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

// A queued segment that a claim holds is submitted.
const segmentsTo = `
SELECT s.mt_id, s.part, m.lane,
       CASE WHEN s.state = 'queued' AND c.id IS NOT NULL THEN 'submitted' ELSE s.state END,
       coalesce(c.link, s.link, ''), coalesce(s.message_id, ''), coalesce(s.failure, ''), s.attempts,
       m.created_at, coalesce(c.claimed_at, s.submitted_at), s.final_at
FROM (
    SELECT m.* FROM unnest($1::bytea[]) n (index)
    CROSS JOIN LATERAL (SELECT id, lane, created_at FROM mt_messages WHERE destination_index = n.index ORDER BY destination_index, id DESC LIMIT $2) m
    ORDER BY m.id DESC LIMIT $2) m
CROSS JOIN LATERAL (SELECT * FROM mt_segments s WHERE ` + SegmentsOf + ` OFFSET 0) s
LEFT JOIN mt_claims c ON s.state = 'queued' AND s.id = ANY (c.segments)
    AND s.attempts < c.attempts[array_position(c.segments, s.id)]
ORDER BY s.id`

// SegmentsTo gives what has become of each segment of the last messages to a number, oldest first.
func (s *Store) SegmentsTo(ctx context.Context, number string, messages int) (segments []message.Status, err error) {
	rows, err := s.db.Query(ctx, segmentsTo, s.ring.EveryIndex(seal.TelephoneNumber, number), messages)
	if err == nil {
		segments, err = pgx.CollectRows(rows, pgx.RowToStructByPos[message.Status])
	}
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	return segments, nil
}

const mosFrom = `
SELECT id, link, parts, incomplete, flood, received_at, processed_at, coalesce(failure, '')
FROM (
    SELECT m.* FROM unnest($1::bytea[]) n (index)
    CROSS JOIN LATERAL (SELECT * FROM mo_messages WHERE source_index = n.index ORDER BY source_index, received_at DESC LIMIT $2) m
    ORDER BY m.received_at DESC LIMIT $2) m ORDER BY received_at, id`

// TraceSMS gives what has become of the last messages from a number and to it, oldest first. The journal notes who asked.
func (s *Store) TraceSMS(ctx context.Context, number string, messages int, by string) (mos []message.MOStatus, segments []message.Status, err error) {
	err = s.do(ctx, func(w Steps) error {
		return audit.Record(ctx, w.tx, by, "sms.trace", "number:"+phone.Mask(number), map[string]any{"index": s.ring.Index(seal.TelephoneNumber, number)})
	})
	if err != nil {
		return nil, nil, fmt.Errorf("trace sms: %w", err)
	}
	rows, err := s.db.Query(ctx, mosFrom, s.ring.EveryIndex(seal.TelephoneNumber, number), messages)
	if err == nil {
		mos, err = pgx.CollectRows(rows, pgx.RowToStructByPos[message.MOStatus])
	}
	if err != nil {
		return nil, nil, fmt.Errorf("trace sms: %w", err)
	}
	segments, err = s.SegmentsTo(ctx, number, messages)
	return mos, segments, err
}
