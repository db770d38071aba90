package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

// A receipt names its segment by the likeliest key; by another notation of the id only if the number is right too. Of
// several, the newest: SMSCs use ids again.
const addReceipts = `
WITH hit AS (
    SELECT DISTINCT ON (r.nth) r.nth, s.id, r.state, r.failure, r.at, s.submitted_at
    FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
         r (nth, link, key, rank, destination, state, failure, at)
    JOIN mt_segments s ON s.link = r.link AND s.message_key = r.key
    JOIN mt_messages m ON m.id = s.mt_id
    WHERE r.rank = 0 OR m.destination = r.destination
    ORDER BY r.nth, r.rank, s.id DESC
), done AS (
    UPDATE mt_segments s SET state = hit.state, failure = nullif(hit.failure, ''), final_at = hit.at
    FROM hit WHERE s.id = hit.id AND s.state IN ('accepted', 'unknown')
)
SELECT nth, submitted_at FROM hit`

const keepReceipt = `
INSERT INTO mt_receipts (link, keys, destination, state, failure, received_at) VALUES ($1, $2, $3, $4, nullif($5, ''), $6)`

// applyReceipts gives segments their final state, and keeps the receipts that have come before the answer to the submit.
func (w *Work) applyReceipts(ctx context.Context, receipts []message.Receipt) error {
	if len(receipts) == 0 {
		return nil
	}
	var nth, ranks []int
	var links, keys, destinations, states, failures []string
	var at []time.Time
	for i, r := range receipts {
		for rank, key := range r.Keys {
			nth, ranks, links, keys = append(nth, i), append(ranks, rank), append(links, r.Link), append(keys, key)
			destinations, states = append(destinations, r.Destination), append(states, string(r.State))
			failures, at = append(failures, r.Failure), append(at, r.At)
		}
	}
	rows, err := w.tx.Query(ctx, addReceipts, nth, links, keys, ranks, destinations, states, failures, at)
	if err != nil {
		return fmt.Errorf("add receipts: %w", err)
	}
	known := make(map[int]bool, len(receipts))
	var matched int
	var submitted time.Time
	_, err = pgx.ForEachRow(rows, []any{&matched, &submitted}, func() error {
		known[matched], receipts[matched].SubmittedAt = true, submitted
		return nil
	})
	if err != nil {
		return fmt.Errorf("add receipts: %w", err)
	}
	for i, r := range receipts {
		if known[i] {
			continue
		}
		if _, err := w.tx.Exec(ctx, keepReceipt, r.Link, r.Keys, r.Destination, r.State, r.Failure, r.At); err != nil {
			return fmt.Errorf("keep receipt: %w", err)
		}
	}
	return nil
}

const matchReceipts = `
WITH hit AS (
    DELETE FROM mt_receipts r USING mt_segments s JOIN mt_messages m ON m.id = s.mt_id
    WHERE ($1::bigint[] IS NULL OR s.id = ANY($1)) AND s.link = r.link AND s.message_key = ANY(r.keys)
      AND (s.message_key = r.keys[1] OR m.destination = r.destination)
    RETURNING s.id, r.state, r.failure, r.received_at
)
UPDATE mt_segments s SET state = hit.state, failure = hit.failure, final_at = hit.received_at
FROM hit WHERE s.id = hit.id AND s.state IN ('accepted', 'unknown')`

// matchWaiting gives kept receipts to the segments, or to any when ids is nil.
func (w *Work) matchWaiting(ctx context.Context, ids []int64) error {
	if _, err := w.tx.Exec(ctx, matchReceipts, ids); err != nil {
		return fmt.Errorf("match receipts: %w", err)
	}
	return nil
}
