package identity

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

const (
	plainBindings = `
SELECT b.id, b.number, b.citizen_id, k.wrapped FROM bindings b JOIN data_keys k ON k.kind = 'z' AND k.owner_id = b.citizen_id
WHERE b.number IS NOT NULL AND b.id > $2 ORDER BY b.id LIMIT $1 FOR UPDATE OF b SKIP LOCKED`
	sealBinding      = `UPDATE bindings SET number_index = $2, sealed_number = $3, number = NULL WHERE id = $1`
	plainSubscribers = `SELECT id, number FROM subscribers WHERE number IS NOT NULL ORDER BY number LIMIT $1 FOR UPDATE SKIP LOCKED`
	sealSubscriber   = `UPDATE subscribers SET number_index = $2, sealed_number = $3, number = NULL WHERE id = $1`
)

// SealNumbers seals the telephone numbers that are there in the open, of bindings and of what numbers have chosen, and gives how many there
// were. Citizens are sealed before.
func (s *Store) SealNumbers(ctx context.Context) (n int, err error) {
	bindings, err := s.batches(ctx, "seal bindings", func(w Steps, after int64) (n int, last int64, err error) {
		type plain struct {
			ID      int64
			Number  string
			Citizen int64
			DataKey []byte
		}
		rows, err := w.tx.Query(ctx, plainBindings, batch, after)
		if err != nil {
			return 0, 0, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[plain])
		if err != nil {
			return 0, 0, err
		}
		writes := &pgx.Batch{}
		for _, b := range found {
			key, err := w.ring.Unwrap(b.DataKey)
			if err != nil {
				return 0, 0, fmt.Errorf("open citizen %d: %w", b.Citizen, err)
			}
			writes.Queue(sealBinding, b.ID, w.ring.Index(seal.TelephoneNumber, b.Number), key.Seal(PlaceOfBound(b.Citizen), []byte(b.Number)))
			last = b.ID
		}
		return len(found), last, w.tx.SendBatch(ctx, writes).Close()
	})
	if err != nil {
		return bindings, err
	}
	subscribers, err := s.batches(ctx, "seal subscribers", func(w Steps, _ int64) (n int, last int64, err error) {
		type plain struct {
			ID     int64
			Number string
		}
		rows, err := w.tx.Query(ctx, plainSubscribers, batch)
		if err != nil {
			return 0, 0, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[plain])
		if err != nil {
			return 0, 0, err
		}
		writes := &pgx.Batch{}
		for _, u := range found {
			writes.Queue(sealSubscriber, u.ID, w.ring.Index(seal.TelephoneNumber, u.Number), w.ring.Seal(messages.PlaceOfSubscriber, []byte(u.Number)))
		}
		return len(found), 0, w.tx.SendBatch(ctx, writes).Close()
	})
	return bindings + subscribers, err
}

const (
	boundBy          = `SELECT b.id, b.citizen_id, b.sealed_number, k.wrapped FROM bindings b JOIN data_keys k ON k.kind = 'z' AND k.owner_id = b.citizen_id WHERE b.citizen_id = ANY ($1) AND b.sealed_number IS NOT NULL FOR UPDATE OF b`
	indexBinding     = `UPDATE bindings SET number_index = $2 WHERE id = $1`
	staleSubscribers = `
SELECT id, sealed_number FROM subscribers
WHERE id > $3 AND sealed_number IS NOT NULL AND substr(sealed_number, 1, length($1::bytea)) <> $1 ORDER BY id LIMIT $2 FOR UPDATE`
	rotateSubscriber = `UPDATE subscribers SET number_index = $2, sealed_number = $3 WHERE id = $1`
)

// indexBindings indexes the numbers of some citizens by the current key; their data keys, and so what these sealed, stay.
func (w Steps) indexBindings(ctx context.Context, writes *pgx.Batch, citizens []int64) error {
	type bound struct {
		ID, Citizen     int64
		Sealed, DataKey []byte
	}
	rows, err := w.tx.Query(ctx, boundBy, citizens)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[bound])
	if err != nil {
		return err
	}
	for _, b := range found {
		key, err := w.ring.Unwrap(b.DataKey)
		if err != nil {
			return fmt.Errorf("open citizen %d: %w", b.Citizen, err)
		}
		number, err := key.Open(PlaceOfBound(b.Citizen), b.Sealed)
		if err != nil {
			return fmt.Errorf("open binding %d: %w", b.ID, err)
		}
		writes.Queue(indexBinding, b.ID, w.ring.Index(seal.TelephoneNumber, string(number)))
	}
	return nil
}

// rotateSubscribers seals and indexes by the current key what another one has.
func (s *Store) rotateSubscribers(ctx context.Context) (n int, err error) {
	return s.batches(ctx, "rotate subscribers", func(w Steps, after int64) (n int, last int64, err error) {
		type stale struct {
			ID     int64
			Sealed []byte
		}
		rows, err := w.tx.Query(ctx, staleSubscribers, w.ring.Prefix(), batch, after)
		if err != nil {
			return 0, 0, err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stale])
		if err != nil {
			return 0, 0, err
		}
		writes := &pgx.Batch{}
		for _, u := range found {
			number, err := w.ring.Open(messages.PlaceOfSubscriber, u.Sealed)
			if err != nil {
				return 0, 0, fmt.Errorf("open subscriber %d: %w", u.ID, err)
			}
			writes.Queue(rotateSubscriber, u.ID, w.ring.Index(seal.TelephoneNumber, string(number)), w.ring.Seal(messages.PlaceOfSubscriber, number))
			last = u.ID
		}
		return len(found), last, w.tx.SendBatch(ctx, writes).Close()
	})
}
