package messages

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/seal"
)

// stoppedNumber says whether a number has said STOP; its blind indexes by each key of the ring follow each other in a column of the row.
func stoppedNumber(indexes string) string {
	return `EXISTS (SELECT FROM subscribers u WHERE u.notices_stopped_at IS NOT NULL AND u.number_index = ANY (ARRAY (
        SELECT substr(` + indexes + `, n * 32 + 1, 32) FROM generate_series(0, length(` + indexes + `) / 32 - 1) n)))`
}

// stopIndexes are those of a notice's number; nothing else can be stopped.
func stopIndexes(ring *seal.Ring, m message.MT) []byte {
	if m.Lane != message.Notice {
		return nil
	}
	return bytes.Join(ring.Indexes(seal.TelephoneNumber, m.Destination), nil)
}

// PlaceOfSubscriber names what a subscriber's number is sealed for.
const PlaceOfSubscriber = "subscriber number"

// What a number chose under an older key goes on under the current one.
const renewSubscribers = `
UPDATE subscribers u SET number_index = n.index, sealed_number = n.sealed FROM unnest($1::bytea[], $2::bytea[], $3::bytea[]) n (older, index, sealed)
WHERE u.number_index = n.older`

// QueueSubscribers queues that what some numbers have chosen stands under the current key, before it is changed.
func QueueSubscribers(writes *pgx.Batch, ring *seal.Ring, numbers ...string) {
	var older, index, sealed [][]byte
	for _, number := range numbers {
		all := ring.Indexes(seal.TelephoneNumber, number)
		for _, one := range all[1:] {
			older, index, sealed = append(older, one), append(index, all[0]), append(sealed, ring.Seal(PlaceOfSubscriber, []byte(number)))
		}
	}
	if len(older) > 0 {
		writes.Queue(renewSubscribers, older, index, sealed)
	}
}

// What waits has failed with the word that stops it; what has expired is the sweep's.
const setNotices = `
WITH chosen AS (
    INSERT INTO subscribers (number_index, sealed_number, notices_stopped_at) VALUES ($2, $3, CASE WHEN $1 THEN now() END)
    ON CONFLICT (number_index) DO UPDATE SET notices_stopped_at = excluded.notices_stopped_at
), waiting AS MATERIALIZED (
    SELECT s.id, s.due_at FROM unnest($4::bytea[]) n (index)
    CROSS JOIN LATERAL (SELECT id FROM mt_messages WHERE $1 AND destination_index = n.index AND lane = 'notice' OFFSET 0) m
    CROSS JOIN LATERAL (SELECT * FROM mt_segments s WHERE ` + SegmentsOf + ` AND s.state = 'queued' AND s.expires_at > now() OFFSET 0) s
), stopped AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT q.ctid FROM waiting w CROSS JOIN LATERAL (
            SELECT ctid FROM mt_queue WHERE lane = 'notice' AND due_at = w.due_at AND id = w.id OFFSET 0) q))
    RETURNING id
)
UPDATE mt_segments SET state = 'failed', failure = 'stopped', final_at = now() WHERE id = ANY (ARRAY (SELECT id FROM stopped))`

// QueueNotices queues [Steps.SetNotices].
func (w Steps) QueueNotices(writes *pgx.Batch, number string, stopped bool) {
	QueueSubscribers(writes, w.ring, number)
	writes.Queue(setNotices, stopped, w.ring.Index(seal.TelephoneNumber, number), w.ring.Seal(PlaceOfSubscriber, []byte(number)), w.ring.Indexes(seal.TelephoneNumber, number))
}

// SetNotices remembers that a number wants notices no more, or again.
func (w Steps) SetNotices(ctx context.Context, number string, stopped bool) error {
	var writes pgx.Batch
	w.QueueNotices(&writes, number, stopped)
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("set notices: %w", err)
	}
	return nil
}
