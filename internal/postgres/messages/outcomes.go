package messages

import (
	"context"
	"fmt"
	"time"

	"okno/internal/message"
	"okno/internal/postgres"
)

// An outcome counts once, for the attempt that it is of, and not for a claim that has lapsed: its segments have had an outcome.
// What is tried again goes back to the queue.
const addOutcomes = `
WITH outcome AS MATERIALIZED (
    SELECT o.*, c.link, c.slot, c.awaited, c.claimed_at
    FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[],
                $9::timestamptz[], $10::timestamptz[])
         o (id, claim, attempt, state, message_id, message_key, failure, unanswered, due_at, at)
    JOIN mt_claims c ON c.id = o.claim
), settled AS (
    UPDATE mt_segments s
    SET state = o.state, attempts = o.attempt, link = o.link, slot = o.slot, awaited = o.awaited, submitted_at = o.claimed_at, queried_at = NULL,
        message_id = nullif(o.message_id, ''), message_key = nullif(o.message_key, ''),
        failure = nullif(o.failure, ''), unknowns = s.unknowns + o.unanswered::int,
        due_at = CASE WHEN o.state = 'queued' THEN o.due_at ELSE s.due_at END,
        final_at = CASE WHEN o.state IN ('failed', 'expired', 'unknown') THEN o.at END
    FROM outcome o
    WHERE s.id = o.id AND s.state = 'queued' AND s.attempts = o.attempt - 1
    RETURNING o.claim, s.id, s.mt_id, s.state, s.due_at, s.attempts, s.unknowns - s.lapses AS repeats, s.expires_at
), queued AS (
    INSERT INTO mt_queue (lane, due_at, id, attempts, repeats, expires_at)
    SELECT m.lane, s.due_at, s.id, s.attempts, s.repeats, s.expires_at FROM settled s JOIN mt_messages m ON m.id = s.mt_id
    WHERE s.state = 'queued'
)
UPDATE mt_claims c SET unsettled = unsettled - s.n
FROM (SELECT claim, count(*) AS n FROM settled GROUP BY claim) s WHERE c.id = s.claim`

// earlyReceipt is how long before the answer to its submit a receipt may come and be matched at once; the upkeep matches those
// that come even earlier.
const earlyReceipt = 5 * time.Second

// ApplyOutcomes settles what was submitted.
func (w Steps) ApplyOutcomes(ctx context.Context, outcomes []message.Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	type outcome = message.Outcome
	var accepted time.Time
	for _, o := range outcomes {
		if o.State == message.Accepted {
			accepted = o.At
		}
	}
	_, err := w.tx.Exec(ctx, addOutcomes,
		postgres.Column(outcomes, func(o outcome) int64 { return o.Segment }), postgres.Column(outcomes, func(o outcome) int64 { return o.Claim }),
		postgres.Column(outcomes, func(o outcome) int { return o.Attempt }), postgres.Column(outcomes, func(o outcome) string { return string(o.State) }),
		postgres.Column(outcomes, func(o outcome) string { return o.MessageID }), postgres.Column(outcomes, func(o outcome) string { return o.MessageKey }),
		postgres.Column(outcomes, func(o outcome) string { return o.Failure }), postgres.Column(outcomes, func(o outcome) bool { return o.Unanswered }),
		postgres.Column(outcomes, func(o outcome) time.Time { return o.DueAt }), postgres.Column(outcomes, func(o outcome) time.Time { return o.At }))
	if err != nil {
		return fmt.Errorf("add outcomes: %w", err)
	}
	if err := w.eraseTexts(ctx, settledBy(outcomes)); err != nil {
		return err
	}
	if accepted.IsZero() {
		return nil
	}
	return w.matchKept(ctx, accepted.Add(-earlyReceipt))
}

// settledBy gives the messages of which outcomes leave nothing more to submit of a segment.
func settledBy(outcomes []message.Outcome) (ids []int64) {
	for _, o := range outcomes {
		if o.State != message.Queued {
			ids = append(ids, o.Segment>>8)
		}
	}
	return ids
}
