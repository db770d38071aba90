package postgres

import (
	"context"
	"fmt"
	"time"

	"okno/internal/message"
	"okno/internal/news"
)

// A bind that has just ended may still be among them: it stays so.
const aliveBinds = `
UPDATE sms_binds b SET alive_at = now(), confirmed_until = greatest(b.confirmed_until, k.confirmed_until)
FROM unnest($1::text[], $2::timestamptz[]) k (id, confirmed_until) WHERE b.id = k.id`

const expireSegments = `
UPDATE mt_segments SET state = 'expired', failure = 'too_late', final_at = $1
WHERE queued_for IS NOT NULL AND part > 0 AND expires_at <= $1`

// Nobody answered for these in time: the process that had claimed them is gone. Whether the operator has them is unknown; as
// likely as not they were never submitted, so a process that dies again and again does not take a reply with it.
const lapseSegments = `
UPDATE mt_segments
SET unknowns = unknowns + 1, lapses = lapses + 1, failure = 'unanswered', leased_until = NULL, due_at = $1,
    state = CASE WHEN lane = ANY($2) AND lapses < 3 THEN 'queued' ELSE 'unknown' END,
    final_at = CASE WHEN lane = ANY($2) AND lapses < 3 THEN NULL ELSE $1::timestamptz END
WHERE lapses_at <= $1`

// A password is not kept longer than it may have to be sent.
const eraseSecrets = `
UPDATE mt_messages m SET text = ''
WHERE lane = 'otp' AND text <> ''
  AND NOT EXISTS (SELECT FROM mt_segments s WHERE ` + segmentsOf + ` AND s.state IN ('queued', 'submitted'))`

// A network that gives a session up does not always say so.
const endUSSD = `
WITH over AS (
    UPDATE interactions SET ended_at = now(), outcome = 'self_service'
    WHERE channel = 'ussd' AND ended_at IS NULL AND active_at < now() - interval '3 minutes' RETURNING id
)
DELETE FROM sessions USING over WHERE interaction_id = over.id`

const forgetParts = `DELETE FROM mo_parts WHERE mo_id IS NOT NULL AND received_at < $1`

const forgetReceipts = `DELETE FROM mt_receipts WHERE received_at < $1`

// How long a joined part is remembered, so that it is known when it comes again, and a receipt kept that names nothing.
const (
	partMemory    = 24 * time.Hour
	receiptMemory = 72 * time.Hour
	lateMatch     = time.Minute // what is older than that when its segment is answered for names another's message
)

// SweepSMS does the upkeep of messages. join is as of CommitSMS.
func (db *DB) SweepSMS(ctx context.Context, s message.Sweep, join func([]message.Part) string) (swept message.Swept, err error) {
	err = db.Do(ctx, func(w *Work) error {
		var repeats []string
		for _, lane := range message.Lanes {
			if lane.RepeatsUnknown() {
				repeats = append(repeats, string(lane))
			}
		}
		for _, step := range []struct {
			sql   string
			args  []any
			count *int
		}{
			{aliveBinds, []any{column(s.Alive, func(a message.Alive) string { return a.Bind }),
				column(s.Alive, func(a message.Alive) time.Time { return a.ConfirmedUntil })}, nil},
			{lapseSegments, []any{s.Now, repeats}, &swept.Lapsed},
			{expireSegments, []any{s.Now}, &swept.Expired},
			{eraseSecrets, nil, nil},
			{endUSSD, nil, nil},
			{forgetParts, []any{s.Now.Add(-partMemory)}, nil},
			{forgetReceipts, []any{s.Now.Add(-receiptMemory)}, nil},
		} {
			tag, err := w.tx.Exec(ctx, step.sql, step.args...)
			if err != nil {
				return err
			}
			if step.count != nil {
				*step.count = int(tag.RowsAffected())
			}
		}
		if err := w.matchKept(ctx, s.Now.Add(-lateMatch)); err != nil {
			return err
		}
		swept.Incomplete, err = w.joinStale(ctx, s.IncompleteSince, s.Limit, join)
		if swept.Incomplete > 0 {
			w.touch(news.MO)
		}
		return err
	})
	if err != nil {
		return message.Swept{}, fmt.Errorf("sweep sms: %w", err)
	}
	return swept, nil
}

const backlog = `SELECT lane, count(*) FROM mt_segments WHERE queued_for IS NOT NULL GROUP BY lane`

// Backlog gives how many segments wait in each lane.
func (db *DB) Backlog(ctx context.Context) (map[message.Lane]int, error) {
	waiting := make(map[message.Lane]int, len(message.Lanes))
	for _, lane := range message.Lanes {
		waiting[lane] = 0
	}
	rows, err := db.pool.Query(ctx, backlog)
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
