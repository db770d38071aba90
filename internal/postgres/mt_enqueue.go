package postgres

import (
	"context"
	"fmt"
	"time"

	"okno/internal/message"
	"okno/internal/news"
)

// segmentsOf is the condition for a segment s to be of a message m.
const segmentsOf = `s.id BETWEEN m.id * 256 + 1 AND m.id * 256 + 255`

// A notice to a number that has said STOP is kept, and has failed.
const addMTs = `
WITH mt AS (
    SELECT nextval('mt_messages_id_seq') AS id, m.*,
           m.lane = 'notice' AND EXISTS (` + stoppedNumber + `m.destination) AS stopped
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::int[], $8::text[],
                $9::timestamptz[], $10::boolean[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::boolean[])
         WITH ORDINALITY m (lane, destination, text, interaction, challenge, expires_at, segments, sender, due_at, report,
                            link, slot, claimed_at, leased_until, awaited, nth)
), added AS (
    INSERT INTO mt_messages (id, lane, destination, text, interaction_id, challenge_id, expires_at, sender) OVERRIDING SYSTEM VALUE
    SELECT id, lane, destination, text, nullif(interaction, 0), nullif(challenge, 0), expires_at, sender FROM mt
), segments AS (
    INSERT INTO mt_segments (id, mt_id, lane, part, expires_at, due_at, report, state, failure, final_at,
                             link, slot, submitted_at, leased_until, awaited, attempts)
    SELECT id * 256 + part, id, lane, part, expires_at, coalesce(due_at, now()), report,
           CASE WHEN stopped THEN 'failed' WHEN link <> '' THEN 'submitted' ELSE 'queued' END,
           CASE WHEN stopped THEN 'stopped' END, CASE WHEN stopped THEN now() END,
           nullif(link, ''), nullif(slot, ''), claimed_at, leased_until, awaited, (link <> '')::int
    FROM mt, generate_series(1, segments) part
)
SELECT id FROM mt ORDER BY nth`

// addMTsArgs takes the messages and, where given, by which grant each is claimed.
func addMTsArgs(messages []message.MT, by []*message.Grant) []any {
	grants := make([]message.Grant, len(messages))
	for i, g := range by {
		if g != nil {
			grants[i] = *g
		}
	}
	when := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	return []any{
		column(messages, func(m message.MT) string { return string(m.Lane) }),
		column(messages, func(m message.MT) string { return m.Destination }),
		column(messages, func(m message.MT) string { return m.Text }),
		column(messages, func(m message.MT) int64 { return m.Interaction }),
		column(messages, func(m message.MT) int64 { return m.Challenge }),
		column(messages, func(m message.MT) time.Time { return m.ExpiresAt }),
		column(messages, func(m message.MT) int { return m.Segments }),
		column(messages, func(m message.MT) string { return m.Sender }),
		column(messages, func(m message.MT) *time.Time { return when(m.DueAt) }),
		column(messages, func(m message.MT) bool { return m.Report }),
		column(grants, func(g message.Grant) string { return g.Link }),
		column(grants, func(g message.Grant) string { return g.Slot }),
		column(grants, func(g message.Grant) *time.Time { return when(g.Now) }),
		column(grants, func(g message.Grant) *time.Time { return when(g.LeaseEnd) }),
		column(grants, func(g message.Grant) bool { return g.Awaited }),
	}
}

// EnqueueMT adds a message to its lane; it is sent once the work is committed.
func (w *Work) EnqueueMT(ctx context.Context, m message.MT) error {
	if _, err := w.tx.Exec(ctx, addMTs, addMTsArgs([]message.MT{m}, nil)...); err != nil {
		return fmt.Errorf("enqueue mt: %w", err)
	}
	w.touch(news.MT)
	return nil
}

// column gives one value of each row, as a statement takes many rows: an array for each column.
func column[R, V any](rows []R, value func(R) V) []V {
	values := make([]V, len(rows))
	for i, row := range rows {
		values[i] = value(row)
	}
	return values
}
