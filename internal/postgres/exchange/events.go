package exchange

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/exchange"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const receiptsByKey = `
SELECT e.key, e.digest, e.outcome, e.explanation, coalesce(c.state, '') FROM exchange_events e LEFT JOIN cases c ON c.id = e.case_id
WHERE e.agency = $1 AND e.key = ANY ($2)`

// EventReceipts gives the receipts of those events that were kept before, by their keys.
func (w Steps) EventReceipts(ctx context.Context, agency string, keys []string) (map[string]exchange.KeptReceipt, error) {
	rows, err := w.tx.Query(ctx, receiptsByKey, agency, keys)
	found := map[string]exchange.KeptReceipt{}
	if err == nil {
		var r exchange.KeptReceipt
		_, err = pgx.ForEachRow(rows, []any{&r.Key, &r.Digest, &r.Outcome, &r.Explanation, &r.State}, func() error {
			found[r.Key] = r
			r.Digest = nil
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read receipts of agency %s: %w", agency, err)
	}
	return found, nil
}

const lockCases = `SELECT ` + casestore.Columns + ` FROM cases WHERE number = ANY ($1) AND agency = $2 ORDER BY id FOR UPDATE`

const eventsOf = `
SELECT e.case_id, e.id, e.key, e.case_number, e.sequence, e.state, e.due_on, e.happened_at, e.digest, e.outcome, e.sealed, ` + datakeys.OfCase + `e.case_id)
FROM exchange_events e WHERE e.case_id = ANY ($1) AND e.outcome IN ('applied', 'superseded', 'impossible') ORDER BY e.case_id, e.sequence`

const booksOf = `SELECT case_id, base, floor, last FROM exchange_books WHERE case_id = ANY ($1)`

// LockBooks gives what an agency has reported of cases, by their numbers, and keeps others from the cases until the transaction ends. A
// number of no case of the agency's is left out.
func (w Steps) LockBooks(ctx context.Context, agency string, numbers []string) (map[string]*exchange.CaseBook, error) {
	books, err := w.lockBooks(ctx, agency, numbers)
	if err != nil {
		return nil, fmt.Errorf("read events of agency %s: %w", agency, err)
	}
	return books, nil
}

func (w Steps) lockBooks(ctx context.Context, agency string, numbers []string) (map[string]*exchange.CaseBook, error) {
	rows, err := w.tx.Query(ctx, lockCases, numbers, agency)
	if err != nil {
		return nil, err
	}
	locked, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (cases.Case, error) { return casestore.Scan(w.ring, row) })
	if err != nil {
		return nil, err
	}
	byNumber, byID, ids := map[string]*exchange.CaseBook{}, map[int64]*exchange.CaseBook{}, []int64{}
	for _, c := range locked {
		b := &exchange.CaseBook{Case: c, Book: exchange.Book{State: c.State}}
		byNumber[c.Number], byID[c.ID], ids = b, b, append(ids, c.ID)
	}
	if len(ids) == 0 {
		return byNumber, nil
	}
	reads := &pgx.Batch{}
	reads.Queue(booksOf, ids).Query(func(rows pgx.Rows) error {
		var id, floor int64
		var base, last cases.State
		_, err := pgx.ForEachRow(rows, []any{&id, &base, &floor, &last}, func() error {
			byID[id].Base, byID[id].Floor, byID[id].Last = base, floor, last
			return nil
		})
		return err
	})
	reads.Queue(eventsOf, ids).Query(func(rows pgx.Rows) error { return w.readEvents(rows, byID) })
	return byNumber, w.tx.SendBatch(ctx, reads).Close()
}

func (w Steps) readEvents(rows pgx.Rows, byID map[int64]*exchange.CaseBook) error {
	opener := datakeys.NewOpener(w.ring)
	for rows.Next() {
		var k exchange.Kept
		var id int64
		var due *time.Time
		var sealed, wrapped []byte
		err := rows.Scan(&id, &k.ID, &k.Key, &k.Case, &k.Sequence, &k.State, &due, &k.At, &k.Hash, &k.Outcome, &sealed, &wrapped)
		if err == nil {
			k.Reason, err = opener.Text(wrapped, datakeys.EventOf(id), sealed)
		}
		if err != nil {
			return err
		}
		if due != nil {
			k.DueOn = *due
		}
		byID[id].Kept = append(byID[id].Kept, k)
	}
	return rows.Err()
}

const (
	addEvent = `
INSERT INTO exchange_events (agency, key, digest, case_number, case_id, sequence, state, due_on, happened_at, sealed, outcome, explanation)
VALUES ($1, $2, $3, $4, nullif($5, 0), $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (agency, key) DO NOTHING`
	judgeEvent = `UPDATE exchange_events SET outcome = $2, explanation = CASE WHEN $2 = 'applied' THEN 'applied once the events before it had come'
    ELSE 'an earlier event came late and led elsewhere: this one could not follow it' END WHERE id = $1`
	// Whatever becomes of an event, what it says of the place holds for its sequence number: the first that said so stands.
	keepPlace = `INSERT INTO case_places (case_id, sequence, at, place) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	keepBook  = `
INSERT INTO exchange_books (case_id, base, floor, last) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO UPDATE SET base = excluded.base, floor = excluded.floor, last = excluded.last`
)

// KeepEvents keeps events with their receipts, and how their cases stand by them.
func (w Steps) KeepEvents(ctx context.Context, agency string, taken []exchange.Taken, books map[string]*exchange.CaseBook) error {
	if err := w.keepEvents(ctx, agency, taken, books); err != nil {
		return fmt.Errorf("keep events of agency %s: %w", agency, err)
	}
	return nil
}

func (w Steps) keepEvents(ctx context.Context, agency string, taken []exchange.Taken, books map[string]*exchange.CaseBook) error {
	writes := &pgx.Batch{}
	keys := map[int64]*seal.DataKey{}
	for _, t := range taken {
		var id int64
		var sealed []byte
		if b := books[t.Event.Case]; b != nil {
			id = b.Case.ID
			if t.Event.Reason != "" {
				key, ok := keys[id]
				if !ok {
					var err error
					if key, err = datakeys.Case(ctx, w.tx, w.ring, id); err != nil && !errors.Is(err, datakeys.ErrDestroyed) {
						return err
					}
					keys[id] = key
				}
				if key != nil {
					sealed = key.Seal(datakeys.EventOf(id), []byte(t.Event.Reason))
				}
			}
		}
		var due *time.Time
		if !t.Event.DueOn.IsZero() {
			due = &t.Event.DueOn
		}
		writes.Queue(addEvent, agency, t.Event.Key, t.Event.Digest(), t.Event.Case, id, t.Event.Sequence, t.Event.State, due, t.Event.At, sealed,
			t.Receipt.Outcome, t.Receipt.Explanation)
		if id != 0 && t.Event.Place > 0 && t.Receipt.Outcome != exchange.Contradictory {
			writes.Queue(keepPlace, id, t.Event.Sequence, t.Event.At, t.Event.Place)
		}
	}
	for _, b := range books {
		writes.Queue(keepBook, b.Case.ID, b.Base, b.Floor, b.Last)
		for _, k := range b.Changed() {
			if k.ID != 0 {
				writes.Queue(judgeEvent, k.ID, k.Outcome)
			}
		}
	}
	return w.tx.SendBatch(ctx, writes).Close()
}
