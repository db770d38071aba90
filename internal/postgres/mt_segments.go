package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

// Due segments of a lane whose destination goes by this link: of all prefixes that it begins with, the longest is one of
// the link's. A notice that was enqueued while its number said STOP fails here.
const claimSegments = `
WITH due AS (
    SELECT s.id, m.destination, m.text, m.sender
    FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id
    WHERE s.state = 'queued' AND s.lane = $1 AND s.due_at <= $2 AND s.expires_at > $2
      AND (SELECT max(length(p)) FROM unnest($5::text[]) p WHERE starts_with(m.destination, p))
        = (SELECT max(length(p)) FROM unnest($6::text[]) p WHERE starts_with(m.destination, p))
    ORDER BY s.due_at, s.id LIMIT $3
    FOR UPDATE OF s SKIP LOCKED
), stopped AS (
    UPDATE mt_segments s SET state = 'failed', failure = 'stopped', final_at = $2
    FROM due WHERE s.id = due.id AND $1 = 'notice' AND EXISTS (` + stoppedNumber + `due.destination)
)
UPDATE mt_segments s
SET state = 'submitted', link = $4, slot = $8, attempts = attempts + 1, submitted_at = $2, leased_until = $7
FROM due WHERE s.id = due.id AND NOT ($1 = 'notice' AND EXISTS (` + stoppedNumber + `due.destination))
RETURNING s.id, s.mt_id, s.lane, s.part, due.destination, due.text, due.sender, s.expires_at, s.attempts, s.unknowns`

// ClaimSegments takes segments for a link to submit, lane by lane, oldest first. Each must get its outcome by CommitSMS
// before the lease ends.
func (db *DB) ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	var claimed []message.Segment
	for _, lane := range message.Lanes {
		limit := c.Limit - len(claimed)
		if lane == message.Notice {
			limit = min(limit, c.Notices)
		}
		if limit <= 0 {
			continue
		}
		rows, err := db.pool.Query(ctx, claimSegments, lane, c.Now, limit, c.Link, c.All, c.Mine, c.LeaseEnd, c.Slot)
		if err != nil {
			return claimed, fmt.Errorf("claim segments for %s: %w", c.Link, err)
		}
		segments, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s message.Segment, err error) {
			return s, row.Scan(&s.ID, &s.MT, &s.Lane, &s.Number, &s.Destination, &s.Text, &s.Sender, &s.ExpiresAt, &s.Attempt, &s.Unknowns)
		})
		if err != nil {
			return claimed, fmt.Errorf("claim segments for %s: %w", c.Link, err)
		}
		slices.SortFunc(segments, func(a, b message.Segment) int { return cmp.Compare(a.ID, b.ID) })
		claimed = append(claimed, segments...)
	}
	return claimed, nil
}

// An outcome counts for the attempt that it is of: a claim that lapsed may have been answered for already. Whatever is
// submitted has a lease; the state itself would lead through the index of the submitted, most of whose entries are dead.
const addOutcomes = `
UPDATE mt_segments s
SET state = o.state, message_id = nullif(o.message_id, ''), message_key = nullif(o.message_key, ''),
    failure = nullif(o.failure, ''), unknowns = s.unknowns + o.unanswered::int, leased_until = NULL,
    due_at = CASE WHEN o.state = 'queued' THEN o.due_at ELSE s.due_at END,
    final_at = CASE WHEN o.state IN ('failed', 'expired', 'unknown') THEN o.at END
FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::timestamptz[], $9::timestamptz[])
     o (id, attempt, state, message_id, message_key, failure, unanswered, due_at, at)
WHERE s.id = o.id AND s.leased_until IS NOT NULL AND s.attempts = o.attempt`

// earlyReceipt is how long before the answer to its submit a receipt may come and be matched at once; the upkeep matches those
// that come even earlier.
const earlyReceipt = 5 * time.Second

func (w *Work) applyOutcomes(ctx context.Context, outcomes []message.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	var ids []int64
	var accepted time.Time
	var attempts []int
	var states, messageIDs, keys, failures []string
	var unanswered []bool
	var due, at []time.Time
	for _, o := range outcomes {
		ids, attempts, states = append(ids, o.Segment), append(attempts, o.Attempt), append(states, string(o.State))
		messageIDs, keys = append(messageIDs, o.MessageID), append(keys, o.MessageKey)
		failures, unanswered = append(failures, o.Failure), append(unanswered, o.Unanswered)
		due, at = append(due, o.DueAt), append(at, o.At)
		if o.State == message.Accepted {
			accepted = o.At
		}
	}
	_, err := w.tx.Exec(ctx, addOutcomes, ids, attempts, states, messageIDs, keys, failures, unanswered, due, at)
	if err != nil {
		return fmt.Errorf("add outcomes: %w", err)
	}
	if accepted.IsZero() {
		return nil
	}
	return w.matchKept(ctx, accepted.Add(-earlyReceipt))
}
