// Package streams keeps the numbered events that desks follow.
package streams

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
	"okno/internal/news"
	"okno/internal/postgres"
)

// Contact is the name of a contact's stream, and the contact's in the journal.
func Contact(id int64) string { return "contact:" + strconv.FormatInt(id, 10) }

// Agent is the name of an agent's stream, and the agent's in the journal.
func Agent(id int64) string { return "agent:" + strconv.FormatInt(id, 10) }

const nextInStream = `
INSERT INTO streams (name, seq) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET seq = streams.seq + 1 RETURNING seq`

const addStreamEvent = `INSERT INTO stream_events (stream, seq, kind, payload) VALUES ($1, $2, $3, $4)`

// Emit adds an event to a stream at the end of the transaction. The stream's row stays locked until the commit, so that
// numbers commit in order.
func Emit(tx *postgres.Tx, stream, kind string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode %s for %s: %w", kind, stream, err)
	}
	tx.Hint(news.Streams)
	tx.Last(stream, func(ctx context.Context, tx *postgres.Tx) error {
		var seq int64
		if err := tx.QueryRow(ctx, nextInStream, stream).Scan(&seq); err != nil {
			return fmt.Errorf("number %s for %s: %w", kind, stream, err)
		}
		if _, err := tx.Exec(ctx, addStreamEvent, stream, seq, kind, raw); err != nil {
			return fmt.Errorf("add %s to %s: %w", kind, stream, err)
		}
		return nil
	})
	return nil
}

// Store reads streams.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

// querier is a database or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

const streamHeads = `SELECT name, seq FROM streams WHERE name = ANY ($1)`

// Heads gives the newest number of each stream; one that nothing was added to yet is left out.
func Heads(ctx context.Context, q querier, names []string) (map[string]int64, error) {
	rows, err := q.Query(ctx, streamHeads, names)
	if err != nil {
		return nil, fmt.Errorf("read stream heads: %w", err)
	}
	heads := make(map[string]int64, len(names))
	var name string
	var seq int64
	_, err = pgx.ForEachRow(rows, []any{&name, &seq}, func() error {
		heads[name] = seq
		return nil
	})
	return heads, err
}

// StreamHeads is [Heads] as things stand now.
func (s *Store) StreamHeads(ctx context.Context, names []string) (map[string]int64, error) {
	return Heads(ctx, s.db, names)
}

const streamEvents = `
SELECT seq, at, kind, payload FROM stream_events WHERE stream = $1 AND seq > $2 ORDER BY seq LIMIT $3`

// StreamEvents gives what was added to a stream after a number, oldest first.
func (s *Store) StreamEvents(ctx context.Context, stream string, after int64, limit int) ([]desk.Event, error) {
	rows, err := s.db.Query(ctx, streamEvents, stream, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (desk.Event, error) {
		e := desk.Event{Stream: stream}
		err := row.Scan(&e.Seq, &e.At, &e.Kind, &e.Data)
		return e, err
	})
}
