package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/postgres"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

// whose is a binding with its citizen, and what the number has chosen, for a blind index.
const whose = `
LEFT JOIN bindings b ON b.number_index = n.index AND b.ended_at IS NULL
LEFT JOIN citizens c ON c.id = b.citizen_id
LEFT JOIN subscribers s ON s.number_index = n.index`

// A row for each number and key: what is there stands under one of them.
const known = `
SELECT n.nth, coalesce(b.id, 0), coalesce(b.citizen_id, 0), b.lowered_at IS NOT NULL, coalesce(b.heard_at, 'epoch'),
       coalesce(s.language, ''), coalesce(c.language, ''), s.notices_stopped_at IS NOT NULL
FROM unnest($1::int[], $2::bytea[]) n (nth, index)` + whose

// QueueKnown queues [Steps.Known] for many numbers; known gets what is found.
func QueueKnown(reads *pgx.Batch, ring *seal.Ring, numbers []string, into map[string]citizen.Known) {
	var nth []int
	var indexes [][]byte
	for i, number := range numbers {
		for _, index := range ring.Indexes(seal.TelephoneNumber, number) {
			nth, indexes = append(nth, i), append(indexes, index)
		}
	}
	reads.Queue(known, nth, indexes).Query(func(rows pgx.Rows) error {
		var i int
		var one citizen.Known
		var chosen, own dialogue.Language
		scan := []any{&i, &one.Binding, &one.CitizenID, &one.Lowered, &one.HeardAt, &chosen, &own, &one.Stopped}
		_, err := pgx.ForEachRow(rows, scan, func() error {
			k := into[numbers[i]]
			if one.CitizenID != 0 {
				k.Binding, k.CitizenID, k.Lowered, k.HeardAt = one.Binding, one.CitizenID, one.Lowered, one.HeardAt
			}
			switch { // what the number has chosen outweighs what its citizen has
			case chosen != "":
				k.Language = chosen
			case k.Language == "":
				k.Language = own
			}
			k.Stopped = k.Stopped || one.Stopped
			into[numbers[i]] = k
			return nil
		})
		return err
	})
}

// Known tells what is known of a number: whose it is, and what it has chosen.
func (w Steps) Known(ctx context.Context, number string) (citizen.Known, error) {
	found, err := w.KnownNumbers(ctx, []string{number})
	return found[number], err
}

// KnownNumbers is [Steps.Known] for many numbers. Of a number of which nothing is known there is nothing.
func (w Steps) KnownNumbers(ctx context.Context, numbers []string) (map[string]citizen.Known, error) {
	found := map[string]citizen.Known{}
	var reads pgx.Batch
	QueueKnown(&reads, w.ring, numbers, found)
	if err := w.tx.SendBatch(ctx, &reads).Close(); err != nil {
		return nil, fmt.Errorf("look up numbers: %w", err)
	}
	return found, nil
}

// It waits for nobody: whoever has the row proves, ends or distrusts the binding just now. So a message may write it at any place.
const heard = `
UPDATE bindings SET heard_at = now() WHERE id = ANY (ARRAY (SELECT id FROM bindings WHERE id = ANY ($1) ORDER BY id FOR UPDATE SKIP LOCKED))`

// QueueHeard queues [Steps.Heard] for many bindings.
func QueueHeard(writes *pgx.Batch, bindings []int64) { writes.Queue(heard, bindings) }

// Heard notes that a bound number is in use: the silence of its citizen is over.
func (w Steps) Heard(ctx context.Context, binding int64) error {
	if _, err := w.tx.Exec(ctx, heard, []int64{binding}); err != nil {
		return fmt.Errorf("note that a number was heard: %w", err)
	}
	return nil
}

const setLanguages = `
INSERT INTO subscribers (number_index, sealed_number, language) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::text[])
ON CONFLICT (number_index) DO UPDATE SET language = excluded.language`

// QueueLanguages queues [Steps.SetLanguage] for many numbers.
func QueueLanguages(writes *pgx.Batch, ring *seal.Ring, numbers, languages []string) {
	messages.QueueSubscribers(writes, ring, numbers...)
	writes.Queue(setLanguages, postgres.Column(numbers, func(n string) []byte { return ring.Index(seal.TelephoneNumber, n) }),
		postgres.Column(numbers, func(n string) []byte { return ring.Seal(messages.PlaceOfSubscriber, []byte(n)) }), languages)
}

// SetLanguage remembers the language that a number has chosen.
func (w Steps) SetLanguage(ctx context.Context, number string, l dialogue.Language) error {
	var writes pgx.Batch
	QueueLanguages(&writes, w.ring, []string{number}, []string{string(l)})
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}

const lowerSilent = `
UPDATE bindings SET lowered_at = $2, lowered_why = 'silent' WHERE id = ANY (ARRAY (
    SELECT id FROM bindings WHERE heard_at < $1 AND ended_at IS NULL AND lowered_at IS NULL ORDER BY heard_at LIMIT $3 FOR UPDATE SKIP LOCKED))
RETURNING id, citizen_id`

// LowerSilent lowers the trust in bindings whose numbers nobody has used since a time, and gives how many there were.
func (s *Store) LowerSilent(ctx context.Context, since, now time.Time) (int, error) {
	return s.batches(ctx, "lower trust in silent numbers", func(w Steps, _ int64) (n int, last int64, err error) {
		rows, err := w.tx.Query(ctx, lowerSilent, since, now, batch)
		if err != nil {
			return 0, 0, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ ID, Citizen int64 }])
		if err != nil {
			return 0, 0, err
		}
		for _, b := range found {
			if err := w.journal(ctx, "okno", "binding.distrust", b.Citizen, map[string]any{"binding": b.ID, "why": citizen.Silent}); err != nil {
				return 0, 0, err
			}
		}
		return len(found), 0, nil
	})
}
