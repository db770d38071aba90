package messages

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/seal"
)

// Worst is the state of a message by its segments s, NULL of one that has none: the first of these in which one of them is.
const Worst = `(ARRAY[` + worst + `])[min(array_position(ARRAY[` + worst + `], s.state))]`

const worst = `'queued', 'failed', 'undeliverable', 'expired', 'unknown', 'submitted', 'accepted', 'delivered'`

// SegmentsOf is the condition for a segment s to be of a message m.
const SegmentsOf = `s.id BETWEEN m.id * 256 + 1 AND m.id * 256 + 255`

// A message without a grant waits in the queue; what a grant takes is claimed, once for each slot. A notice to a number that
// has said STOP is kept, and has failed.
var addMTs = `
WITH mt AS MATERIALIZED (
    SELECT nextval('mt_messages_id_seq') AS id, m.*,
           m.lane = 'notice' AND ` + stoppedNumber("m.stop_indexes") + ` AS stopped
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::int[], $8::text[],
                $9::timestamptz[], $10::boolean[], $11::text[], $12::text[], $13::timestamptz[], $14::timestamptz[], $15::boolean[], $16::bytea[], $17::bytea[])
         WITH ORDINALITY m (lane, destination, sealed, interaction, challenge, expires_at, segments, sender, due_at, report,
                            link, slot, claimed_at, leased_until, awaited, destination_index, stop_indexes, nth)
), added AS (
    INSERT INTO mt_messages (id, lane, destination, destination_index, sealed, interaction_id, challenge_id, expires_at, sender, stop_indexes) OVERRIDING SYSTEM VALUE
    SELECT id, lane, CASE WHEN stopped THEN '' ELSE destination END, destination_index, CASE WHEN stopped THEN '' ELSE sealed END,
           nullif(interaction, 0), nullif(challenge, 0), expires_at, sender, stop_indexes FROM mt
), segment AS MATERIALIZED (
    SELECT mt.id * 256 + part AS segment, part, coalesce(due_at, now()) AS due, mt.* FROM mt, generate_series(1, segments) part
), segments AS (
    INSERT INTO mt_segments (id, mt_id, part, expires_at, due_at, report, state, failure, final_at)
    SELECT segment, id, part, expires_at, due, report, CASE WHEN stopped THEN 'failed' ELSE 'queued' END,
           CASE WHEN stopped THEN 'stopped' END, CASE WHEN stopped THEN now() END
    FROM segment
), queued AS (
    INSERT INTO mt_queue (lane, due_at, id, expires_at) SELECT lane, due, segment, expires_at FROM segment WHERE link = '' AND NOT stopped
), claims AS (
    INSERT INTO mt_claims (link, slot, awaited, claimed_at, leased_until, segments, attempts, unsettled)
    SELECT link, slot, awaited, claimed_at, leased_until, array_agg(segment), array_agg(1), count(*)
    FROM segment WHERE link <> '' GROUP BY link, slot, awaited, claimed_at, leased_until
    RETURNING id, slot
)
SELECT mt.id, coalesce(claims.id, 0) FROM mt LEFT JOIN claims ON claims.slot = mt.slot ORDER BY nth`

// Added is a message that was enqueued.
type Added struct {
	ID    int64
	Claim int64 // 0: none
}

// addMTsArgs takes the messages and, where given, by which grant each is claimed.
func addMTsArgs(ring *seal.Ring, messages []message.MT, by []*message.Grant) []any {
	grants := make([]message.Grant, len(messages))
	for i, g := range by {
		if g != nil {
			grants[i] = *g
		}
	}
	return []any{
		postgres.Column(messages, func(m message.MT) string { return string(m.Lane) }),
		postgres.Column(messages, func(m message.MT) string { return m.Destination }),
		postgres.Column(messages, func(m message.MT) []byte { return sealText(ring, m.Text) }),
		postgres.Column(messages, func(m message.MT) int64 { return m.Interaction }),
		postgres.Column(messages, func(m message.MT) int64 { return m.Challenge }),
		postgres.Column(messages, func(m message.MT) time.Time { return m.ExpiresAt }),
		postgres.Column(messages, func(m message.MT) int { return m.Segments }),
		postgres.Column(messages, func(m message.MT) string { return m.Sender }),
		postgres.Column(messages, func(m message.MT) *time.Time { return postgres.OrNil(m.DueAt) }),
		postgres.Column(messages, func(m message.MT) bool { return m.Report }),
		postgres.Column(grants, func(g message.Grant) string { return g.Link }),
		postgres.Column(grants, func(g message.Grant) string { return g.Slot }),
		postgres.Column(grants, func(g message.Grant) *time.Time { return postgres.OrNil(g.Now) }),
		postgres.Column(grants, func(g message.Grant) *time.Time { return postgres.OrNil(g.LeaseEnd) }),
		postgres.Column(grants, func(g message.Grant) bool { return g.Awaited }),
		postgres.Column(messages, func(m message.MT) []byte { return ring.Index(seal.TelephoneNumber, m.Destination) }),
		postgres.Column(messages, func(m message.MT) []byte { return stopIndexes(ring, m) }),
	}
}

// Enqueue queues messages, each claimed by the grant at its place; nil is none. added gets them in order.
func (w Steps) Enqueue(writes *pgx.Batch, mts []message.MT, by []*message.Grant, added func([]Added)) {
	writes.Queue(addMTs, addMTsArgs(w.ring, mts, by)...).Query(func(rows pgx.Rows) error {
		all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Added])
		added(all)
		return err
	})
}

// EnqueueMTs adds messages to their lanes, and gives their ids.
func (w Steps) EnqueueMTs(ctx context.Context, mts []message.MT) ([]int64, error) {
	rows, err := w.tx.Query(ctx, addMTs, addMTsArgs(w.ring, mts, nil)...)
	if err != nil {
		return nil, err
	}
	added, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Added])
	if err != nil {
		return nil, err
	}
	w.tx.Hint(news.MT)
	return postgres.Column(added, func(a Added) int64 { return a.ID }), nil
}

const refuseMT = `
WITH refused AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT q.ctid FROM mt_segments s CROSS JOIN LATERAL (
            SELECT ctid FROM mt_queue WHERE lane = $2 AND due_at = s.due_at AND id = s.id OFFSET 0) q
        WHERE s.id BETWEEN $1::bigint * 256 + 1 AND $1::bigint * 256 + 255))
    RETURNING id
)
UPDATE mt_segments SET state = 'failed', failure = 'refused', final_at = now() WHERE id = ANY (ARRAY (SELECT id FROM refused))`

// RefuseMT lets a message of this unit of work fail, so that it is kept and not sent.
func (w Steps) RefuseMT(ctx context.Context, lane message.Lane, id int64) error {
	if _, err := w.tx.Exec(ctx, refuseMT, id, lane); err != nil {
		return fmt.Errorf("refuse mt: %w", err)
	}
	return w.eraseTexts(ctx, []int64{id})
}

// EnqueueMT adds a message to its lane; it is sent once the work is committed.
func (w Steps) EnqueueMT(ctx context.Context, m message.MT) error {
	if _, err := w.tx.Exec(ctx, addMTs, addMTsArgs(w.ring, []message.MT{m}, nil)...); err != nil {
		return fmt.Errorf("enqueue mt: %w", err)
	}
	w.tx.Hint(news.MT)
	return nil
}
