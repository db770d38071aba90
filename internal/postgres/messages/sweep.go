package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
)

// A bind that has just ended may still be among them: it stays so.
const aliveBinds = `
UPDATE sms_binds b SET alive_at = now(), confirmed_until = greatest(b.confirmed_until, k.confirmed_until)
FROM unnest($1::text[], $2::timestamptz[]) k (id, confirmed_until) WHERE b.id = k.id`

// The order keeps it to the index of expiry, also while the queue is empty.
const expireSegments = `
WITH late AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM mt_queue WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10000 FOR UPDATE SKIP LOCKED))
    RETURNING id
)
UPDATE mt_segments SET state = 'expired', failure = 'too_late', final_at = $1 WHERE id = ANY (ARRAY (SELECT id FROM late))
RETURNING mt_id`

// Nobody answered for these in time: the process that had claimed them is gone. Whether the operator has them is unknown; as
// likely as not they were never submitted, so a process that dies again and again does not take a reply with it.
const lapseSegments = `
WITH over AS MATERIALIZED (
    DELETE FROM mt_claims WHERE leased_until <= $1 OR unsettled = 0 RETURNING *
), held AS (
    SELECT over.link, over.slot, over.claimed_at, h.id, h.attempt, m.lane, m.lane = ANY ($2) AS repeats
    FROM over, unnest(over.segments, over.attempts) h (id, attempt), mt_messages m WHERE over.unsettled > 0 AND m.id = h.id >> 8
), lapsed AS (
    UPDATE mt_segments s
    SET attempts = h.attempt, unknowns = unknowns + 1, lapses = lapses + 1, failure = 'unanswered', due_at = $1,
        link = h.link, slot = h.slot, submitted_at = h.claimed_at, queried_at = NULL,
        state = CASE WHEN h.repeats AND lapses < 3 THEN 'queued' ELSE 'unknown' END,
        final_at = CASE WHEN h.repeats AND lapses < 3 THEN NULL ELSE $1::timestamptz END
    FROM held h
    WHERE s.id = h.id AND s.state = 'queued' AND s.attempts = h.attempt - 1
    RETURNING s.id, s.state, h.lane, s.attempts, s.unknowns - s.lapses AS repeats, s.expires_at
), queued AS (
    INSERT INTO mt_queue (lane, due_at, id, attempts, repeats, expires_at)
    SELECT lane, $1, id, attempts, repeats, expires_at FROM lapsed WHERE state = 'queued'
)
SELECT id >> 8 FROM lapsed`

// lateMatch: a kept receipt that is older than that when its segment is answered for names another's message.
const lateMatch = time.Minute

// Sweep does the upkeep of what goes out.
func (w Steps) Sweep(ctx context.Context, s message.Sweep) (swept message.Swept, err error) {
	var repeats []string
	for _, lane := range message.Lanes {
		if lane.RepeatsUnknown() {
			repeats = append(repeats, string(lane))
		}
	}
	if _, err := w.tx.Exec(ctx, aliveBinds, postgres.Column(s.Alive, func(a message.Alive) string { return a.Bind }),
		postgres.Column(s.Alive, func(a message.Alive) time.Time { return a.ConfirmedUntil })); err != nil {
		return swept, err
	}
	for _, step := range []struct {
		sql   string
		args  []any
		count *int
	}{
		{lapseSegments, []any{s.Now, repeats}, &swept.Lapsed},
		{expireSegments, []any{s.Now}, &swept.Expired},
	} {
		rows, err := w.tx.Query(ctx, step.sql, step.args...)
		if err != nil {
			return swept, err
		}
		ended, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return swept, err
		}
		*step.count = len(ended)
		if err := w.eraseTexts(ctx, ended); err != nil {
			return swept, err
		}
	}
	return swept, w.matchKept(ctx, s.Now.Add(-lateMatch))
}

const backlog = `SELECT lane, count(*) FROM mt_queue GROUP BY lane`

// Backlog gives how many segments wait in each lane.
func (s *Store) Backlog(ctx context.Context) (map[message.Lane]int, error) {
	waiting := make(map[message.Lane]int, len(message.Lanes))
	for _, lane := range message.Lanes {
		waiting[lane] = 0
	}
	rows, err := s.db.Query(ctx, backlog)
	if err != nil {
		return nil, fmt.Errorf("count backlog: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var lane message.Lane
		var n int
		if err := rows.Scan(&lane, &n); err != nil {
			return nil, fmt.Errorf("count backlog: %w", err)
		}
		waiting[lane] = n
	}
	return waiting, rows.Err()
}
