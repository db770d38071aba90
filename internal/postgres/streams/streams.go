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
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// Contact is the name of a contact's stream, and the contact's in the journal.
func Contact(id int64) string { return "contact:" + strconv.FormatInt(id, 10) }

// Agent is the name of an agent's stream, and the agent's in the journal.
func Agent(id int64) string { return "agent:" + strconv.FormatInt(id, 10) }

// Entry is the kind of an event that tells of a line of a transcript. It is kept with the line's place and without its words, of which the
// transcript has the one copy; [Store.StreamEvents] puts them in.
const Entry = "entry"

const addEvent = `
WITH next AS (
    INSERT INTO streams (name, seq) VALUES ($1, 1)
    ON CONFLICT (name) DO UPDATE SET seq = streams.seq + 1 RETURNING name, seq)
INSERT INTO stream_events (stream, seq, kind, payload) SELECT name, seq, $2, $3 FROM next`

// Emit adds an event to a stream at the end of the transaction. The stream's row stays locked until the commit, so that
// numbers commit in order.
func Emit(tx *postgres.Tx, stream, kind string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("encode %s for %s: %w", kind, stream, err)
	}
	tx.Hint(news.Named(news.Streams, stream))
	tx.Last(stream, "add "+kind+" to "+stream, addEvent, stream, kind, raw)
	return nil
}

// Store reads streams.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring opens the lines of transcripts.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

const streamHeads = `SELECT name, seq FROM streams WHERE name = ANY ($1)`

// StreamHeads gives the newest number of each stream; one that nothing was added to yet is left out.
func (s *Store) StreamHeads(ctx context.Context, names []string) (map[string]int64, error) {
	rows, err := s.db.Query(ctx, streamHeads, names)
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

const streamEvents = `
SELECT v.seq, v.at, v.kind, v.payload, e.interaction_id, e.speaker, e.kind, e.sealed, ` + datakeys.OfInteraction + `e.interaction_id)
FROM stream_events v
LEFT JOIN entries e ON e.interaction_id = CASE WHEN v.kind = '` + Entry + `' THEN (v.payload ->> 'interaction')::bigint END
    AND e.id = CASE WHEN v.kind = '` + Entry + `' THEN (v.payload ->> 'id')::bigint END -- ids in other events are not of lines
WHERE v.stream = $1 AND v.seq > $2 ORDER BY v.seq LIMIT $3`

// StreamEvents gives what was added to a stream after a number, oldest first. A line that was erased since has no words.
func (s *Store) StreamEvents(ctx context.Context, stream string, after int64, limit int) ([]desk.Event, error) {
	rows, err := s.db.Query(ctx, streamEvents, stream, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	opener := datakeys.NewOpener(s.ring)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (desk.Event, error) {
		e := desk.Event{Stream: stream}
		var interaction *int64
		var speaker, kind *string
		var sealed, wrapped []byte
		err := row.Scan(&e.Seq, &e.At, &e.Kind, &e.Data, &interaction, &speaker, &kind, &sealed, &wrapped)
		if err != nil || e.Kind != Entry {
			return e, err
		}
		body := ""
		if interaction != nil {
			if body, err = opener.Text(wrapped, datakeys.EntryOf(*interaction, *speaker, *kind), sealed); err != nil {
				return e, err
			}
		}
		e.Data, err = withBody(e.Data, body)
		return e, err
	})
}

// withBody puts a line's words into the event that tells of it.
func withBody(data json.RawMessage, body string) (json.RawMessage, error) {
	fields := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("read event of an entry: %w", err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode event of an entry: %w", err)
	}
	fields["body"] = raw
	return json.Marshal(fields)
}
