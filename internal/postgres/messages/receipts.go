package messages

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
)

// A receipt names its segment by the message id as it stands; by another notation of it only if the number is right too. Of
// several, the newest: SMSCs use ids again. From each receipt to its segments, however few of those a plan expects.
const (
	byKey   = `SELECT s.id, s.state, s.submitted_at FROM mt_segments s WHERE s.link = r.link AND s.message_key = r.key`
	byOther = `SELECT s.id, s.state, s.submitted_at FROM mt_segments s JOIN mt_messages m ON m.id = s.mt_id
	           WHERE s.link = r.link AND s.message_key = r.key AND m.destination = r.destination`
)

var addByKey, addByOther = addReceipts(byKey), addReceipts(byOther)

func addReceipts(by string) string {
	return `
WITH hit AS (
    SELECT DISTINCT ON (r.nth) r.nth, s.id, s.state AS was, s.submitted_at, r.state, r.failure, r.at
    FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
         r (nth, link, key, rank, destination, state, failure, at)
    CROSS JOIN LATERAL (` + by + ` OFFSET 0) s
    ORDER BY r.nth, r.rank, s.id DESC
), done AS (
    UPDATE mt_segments s SET state = hit.state, failure = nullif(hit.failure, ''), final_at = hit.at
    FROM hit WHERE s.id = hit.id AND hit.was IN ('accepted', 'unknown')
)
SELECT nth, submitted_at FROM hit`
}

const keepReceipt = `
INSERT INTO mt_receipts (link, keys, destination, state, failure, received_at) VALUES ($1, $2, $3, $4, $5, $6)`

// ApplyReceipts gives segments their final state, and keeps the receipts that have come before the answer to the submit.
func (w Steps) ApplyReceipts(ctx context.Context, receipts []message.Receipt) error {
	known, err := w.matchReceipts(ctx, receipts)
	if err != nil {
		return err
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

// matchReceipts gives segments their final state, and says which receipts, by their place, name one, and in these when it was
// submitted.
func (w Steps) matchReceipts(ctx context.Context, receipts []message.Receipt) (known map[int]bool, err error) {
	known = make(map[int]bool, len(receipts))
	if err := w.matchKeys(ctx, addByKey, receipts, known, 0, 1); err != nil {
		return nil, err
	}
	return known, w.matchKeys(ctx, addByOther, receipts, known, 1, math.MaxInt)
}

// matchKeys tries the keys of some ranks of the receipts that are not known yet.
func (w Steps) matchKeys(ctx context.Context, match string, receipts []message.Receipt, known map[int]bool, from, to int) error {
	var nth, ranks []int
	var links, keys, destinations, states, failures []string
	var at []time.Time
	for i, r := range receipts {
		if known[i] {
			continue
		}
		for rank := from; rank < min(to, len(r.Keys)); rank++ {
			nth, ranks, links, keys = append(nth, i), append(ranks, rank), append(links, r.Link), append(keys, r.Keys[rank])
			destinations, states = append(destinations, r.Destination), append(states, string(r.State))
			failures, at = append(failures, r.Failure), append(at, r.At)
		}
	}
	if len(nth) == 0 {
		return nil
	}
	rows, err := w.tx.Query(ctx, match, nth, links, keys, ranks, destinations, states, failures, at)
	if err != nil {
		return fmt.Errorf("match receipts: %w", err)
	}
	var matched int
	var submitted time.Time
	_, err = pgx.ForEachRow(rows, []any{&matched, &submitted}, func() error {
		known[matched], receipts[matched].SubmittedAt = true, submitted
		return nil
	})
	if err != nil {
		return fmt.Errorf("match receipts: %w", err)
	}
	return nil
}

const keptReceipts = `
SELECT id, link, keys, destination, state, failure, received_at FROM mt_receipts WHERE received_at >= $1
ORDER BY received_at LIMIT 1000`

const dropReceipts = `DELETE FROM mt_receipts WHERE id = ANY($1)`

// matchKept gives the receipts that have been kept since to their segments, now that these may have got their message id.
func (w Steps) matchKept(ctx context.Context, since time.Time) error {
	rows, err := w.tx.Query(ctx, keptReceipts, since)
	if err != nil {
		return fmt.Errorf("read receipts: %w", err)
	}
	var ids, matched []int64
	receipts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r message.Receipt, err error) {
		var id int64
		err = row.Scan(&id, &r.Link, &r.Keys, &r.Destination, &r.State, &r.Failure, &r.At)
		ids = append(ids, id)
		return r, err
	})
	if err != nil || len(receipts) == 0 {
		return err
	}
	known, err := w.matchReceipts(ctx, receipts)
	if err != nil {
		return err
	}
	for i := range known {
		matched = append(matched, ids[i])
	}
	if len(matched) > 0 {
		_, err = w.tx.Exec(ctx, dropReceipts, matched)
	}
	return err
}
