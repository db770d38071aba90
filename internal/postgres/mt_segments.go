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

// Due segments of a lane whose destination goes by this link now: of all prefixes that it begins with, the longest is one of
// the link's, and the message falls into the link's share of it. A segment that is tried again falls anew, so that what one
// operator would not take may go by another. Where there is but one way ($9), nothing is asked. A notice that was enqueued
// while its number said STOP fails here.
const dueSegments = `
SELECT s.id, s.lane, m.destination, m.text, m.sender
FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id
WHERE s.lane = '%s' AND s.queued_for <= $1
  AND ($9 OR EXISTS (
      SELECT FROM unnest($5::text[], $6::int[], $7::int[]) r (prefix, low, high)
      WHERE starts_with(m.destination, r.prefix)
        AND hashint8(s.mt_id + s.attempts * 1000003::bigint) & 1023 BETWEEN r.low AND r.high
        AND NOT EXISTS (SELECT FROM unnest($8::text[]) p WHERE length(p) > length(r.prefix) AND starts_with(m.destination, p))))
ORDER BY s.queued_for, s.id LIMIT %s
FOR UPDATE OF s SKIP LOCKED`

// One statement for all lanes: a later one is read only if the ones before it leave room.
var claimSegments = `
WITH due AS (` +
	fmt.Sprintf(`SELECT * FROM (`+dueSegments+`) otp`, message.OTP, "$2") + ` UNION ALL ` +
	fmt.Sprintf(`SELECT * FROM (`+dueSegments+`) reply`, message.Reply, "$2") + ` UNION ALL ` +
	fmt.Sprintf(`SELECT * FROM (`+dueSegments+`) notice`, message.Notice, "$3") + ` LIMIT $2
), stopped AS (
    UPDATE mt_segments s SET state = 'failed', failure = 'stopped', final_at = $1
    FROM due WHERE s.id = due.id AND due.lane = 'notice' AND EXISTS (` + stoppedNumber + `due.destination)
)
UPDATE mt_segments s
SET state = 'submitted', link = $4, slot = $10, attempts = attempts + 1, submitted_at = $1, leased_until = $11, queried_at = NULL, awaited = $12
FROM due WHERE s.id = due.id AND NOT (due.lane = 'notice' AND EXISTS (` + stoppedNumber + `due.destination))
RETURNING s.id, s.mt_id, s.lane, s.part, due.destination, due.text, due.sender, s.expires_at, s.attempts, s.unknowns - s.lapses`

// ClaimSegments takes segments for a link to submit, lane by lane, oldest first; some may have expired just now. Each must get its outcome by CommitSMS
// before the lease ends.
func (db *DB) ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	prefixes := column(c.Routes, func(r message.Route) string { return r.Prefix })
	low, high := column(c.Routes, func(r message.Route) int { return r.From }), column(c.Routes, func(r message.Route) int { return r.To - 1 })
	rows, err := db.pool.Query(ctx, claimSegments, c.Now, c.Limit, min(c.Limit, c.Notices), c.Link, prefixes, low, high, c.Prefixes,
		onlyWay(c), c.Slot, c.LeaseEnd, c.Awaited)
	if err != nil {
		return nil, fmt.Errorf("claim segments for %s: %w", c.Link, err)
	}
	claimed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s message.Segment, err error) {
		return s, row.Scan(&s.ID, &s.MT, &s.Lane, &s.Number, &s.Destination, &s.Text, &s.Sender, &s.ExpiresAt, &s.Attempt, &s.Unknowns)
	})
	if err != nil {
		return nil, fmt.Errorf("claim segments for %s: %w", c.Link, err)
	}
	slices.SortFunc(claimed, func(a, b message.Segment) int {
		return cmp.Or(cmp.Compare(slices.Index(message.Lanes, a.Lane), slices.Index(message.Lanes, b.Lane)), cmp.Compare(a.ID, b.ID))
	})
	return claimed, nil
}

// onlyWay says whether everything goes by the link.
func onlyWay(c message.Claim) bool {
	return len(c.Routes) == 1 && c.Routes[0] == message.Route{To: message.Shares} && len(c.Prefixes) == 1
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
