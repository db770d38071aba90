package messages

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/seal"
)

// A receipt names its segment by a message id in whatever notation if the number is right too; else by the first key alone. Of
// several, the newest: SMSCs use ids again. From each receipt to its segments, however few of those a plan expects.
const (
	byKey    = `SELECT s.id, s.mt_id, s.state, s.submitted_at FROM mt_segments s WHERE s.link = r.link AND s.message_key = r.key OFFSET 0`
	byNumber = `SELECT s.* FROM (` + byKey + `) s WHERE (SELECT m.destination_index FROM mt_messages m WHERE m.id = s.mt_id) IN (r.whose, r.before) OFFSET 0`
)

var addByNumber, addByKey = addReceipts(byNumber), addReceipts(byKey)

// addReceipts gives the statement that gives segments their final state: all parts of a message that have the id, for some SMSCs
// give one to all. It says which receipts name a segment, when that was submitted, by which key, and whether the message has parts
// whose answers, with their ids, are still to come.
func addReceipts(by string) string {
	return `
WITH hit AS (
    SELECT DISTINCT ON (r.nth) r.nth, s.id, s.state AS was, s.submitted_at, r.link, r.key, r.state, r.failure, r.at
    FROM unnest($1::int[], $2::text[], $3::text[], $4::int[], $5::bytea[], $6::text[], $7::text[], $8::timestamptz[], $9::bytea[])
         r (nth, link, key, rank, whose, state, failure, at, before)
    CROSS JOIN LATERAL (` + by + `) s
    ORDER BY r.nth, r.rank, s.id DESC
), done AS (
    UPDATE mt_segments s SET state = hit.state, failure = nullif(hit.failure, ''), final_at = hit.at
    FROM hit WHERE s.id = hit.id AND hit.was IN ('accepted', 'unknown')
), other AS MATERIALIZED ( -- parts of the same messages
    SELECT hit.nth, s.id, s.state = 'queued' AS open, hit.state, hit.failure, hit.at FROM hit CROSS JOIN LATERAL (
        SELECT * FROM mt_segments s WHERE s.id BETWEEN (hit.id >> 8) << 8 AND hit.id | 255 AND s.id <> hit.id
          AND (s.state = 'queued' OR s.link = hit.link AND s.message_key = hit.key AND s.state IN ('accepted', 'unknown')) OFFSET 0) s
), others AS (
    UPDATE mt_segments s SET state = o.state, failure = nullif(o.failure, ''), final_at = o.at
    FROM other o WHERE s.id = ANY (ARRAY (SELECT id FROM other WHERE NOT open)) AND s.id = o.id AND NOT o.open
)
SELECT nth, submitted_at, key, nth IN (SELECT nth FROM other WHERE open) FROM hit`
}

const keepReceipt = `
INSERT INTO mt_receipts (link, keys, destination, destination_index, state, failure, received_at) VALUES ($1, $2, '', $3, $4, $5, $6)`

// ApplyReceipts gives segments their final state, and keeps the receipts that have come before the answer to the submit.
func (w Steps) ApplyReceipts(ctx context.Context, receipts []message.Receipt) error {
	known, err := w.matchReceipts(ctx, receipts)
	if err != nil {
		return err
	}
	for i, r := range receipts {
		if known[i] == settled {
			continue
		}
		if _, err := w.tx.Exec(ctx, keepReceipt, r.Link, r.Keys, w.whose(r)[0], r.State, r.Failure, r.At); err != nil {
			return fmt.Errorf("keep receipt: %w", err)
		}
	}
	return nil
}

// whose gives the blind indexes of a receipt's number, by the current key of the ring and by the one before.
func (w Steps) whose(r message.Receipt) [2][]byte {
	if r.Whose != nil {
		return [2][]byte{r.Whose, r.Whose}
	}
	now, before := w.ring.IndexAndBefore(seal.TelephoneNumber, r.Destination)
	return [2][]byte{now, before}
}

// match is what is known of a receipt.
type match int

// A receipt names nothing yet; or a segment of a message of which others may still get the same id; or all that it can.
const (
	unmatched match = iota
	unsettled
	settled
)

// matchReceipts gives segments their final state, and says what the receipts name, by their place, and in these when it was
// submitted, and by which key.
func (w Steps) matchReceipts(ctx context.Context, receipts []message.Receipt) (known map[int]match, err error) {
	known = make(map[int]match, len(receipts))
	whose := make([][2][]byte, len(receipts))
	for i, r := range receipts {
		whose[i] = w.whose(r)
	}
	for _, step := range []struct {
		sql      string
		from, to int // ranks of the keys
	}{{addByNumber, 0, 1}, {addByNumber, 1, math.MaxInt}, {addByKey, 0, 1}} {
		if err := w.matchKeys(ctx, step.sql, receipts, whose, known, step.from, step.to); err != nil {
			return nil, err
		}
	}
	return known, nil
}

// matchKeys tries the keys of some ranks of the receipts that are not known yet; of has the blind indexes of their numbers.
func (w Steps) matchKeys(ctx context.Context, sql string, receipts []message.Receipt, of [][2][]byte, known map[int]match, from, to int) error {
	var nth, ranks []int
	var links, keys, states, failures []string
	var whose, before [][]byte // by the current key of the ring, and by the one before
	var at []time.Time
	for i, r := range receipts {
		if known[i] != unmatched {
			continue
		}
		for rank := from; rank < min(to, len(r.Keys)); rank++ {
			if r.Keys[rank] == "" {
				continue
			}
			nth, ranks, links, keys = append(nth, i), append(ranks, rank), append(links, r.Link), append(keys, r.Keys[rank])
			whose, before, states = append(whose, of[i][0]), append(before, of[i][1]), append(states, string(r.State))
			failures, at = append(failures, r.Failure), append(at, r.At)
		}
	}
	if len(nth) == 0 {
		return nil
	}
	rows, err := w.tx.Query(ctx, sql, nth, links, keys, ranks, whose, states, failures, at, before)
	if err != nil {
		return fmt.Errorf("match receipts: %w", err)
	}
	var matched int
	var submitted time.Time
	var key string
	var open bool
	_, err = pgx.ForEachRow(rows, []any{&matched, &submitted, &key, &open}, func() error {
		known[matched] = settled
		if open {
			known[matched] = unsettled
		}
		receipts[matched].SubmittedAt = submitted
		if sql == addByNumber {
			receipts[matched].Key = key
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("match receipts: %w", err)
	}
	return nil
}

const keptReceipts = `
SELECT id, link, keys, destination_index, state, failure, received_at FROM mt_receipts WHERE received_at >= $1
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
		err = row.Scan(&id, &r.Link, &r.Keys, &r.Whose, &r.State, &r.Failure, &r.At)
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
	for i, m := range known {
		if m == settled {
			matched = append(matched, ids[i])
		}
	}
	if len(matched) > 0 {
		_, err = w.tx.Exec(ctx, dropReceipts, matched)
	}
	return err
}
