package inbound

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/seal"
	"okno/internal/words"
)

const lockParts = `SELECT pg_advisory_xact_lock(hashtextextended($1, 5))`

// lockParts keeps other nodes from the long messages to which the arrivals belong: their parts may come by several at once.
// The order is the same for all, so that nobody waits in a circle.
func (w steps) lockParts(ctx context.Context, arrivals []message.Arrival) error {
	var names []string
	for _, a := range arrivals {
		if a.Part.Total > 0 {
			names = append(names, partsOf(a).lockName())
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if _, err := w.tx.Exec(ctx, lockParts, name); err != nil {
			return err
		}
	}
	return nil
}

const addPart = `
INSERT INTO mo_parts (link, source_index, destination, reference, total, part, source, sealed, digest, coding, bind, received_at)
SELECT $1, ($2::bytea[])[1], $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
WHERE NOT EXISTS (SELECT FROM mo_parts
    WHERE link = $1 AND source_index = ANY ($2) AND destination = $3 AND reference = $4 AND total = $5 AND part = $6)`

// A part that waits for its siblings is the same if it comes again; one whose message is whole, if it was deferred though it was
// kept, or may come again.
const readPart = `
SELECT m.digest, m.mo_id IS NULL OR coalesce(m.received_at >= $8, false) OR coalesce(m.bind <> $7 AND ` + mayComeAgain + `, false)
FROM mo_parts m LEFT JOIN sms_binds b ON b.id = m.bind
WHERE m.link = $1 AND m.source_index = ANY ($2) AND m.destination = $3 AND m.reference = $4 AND m.total = $5 AND m.part = $6`

const moveBind = `
UPDATE mo_parts SET bind = $7, received_at = $8
WHERE link = $1 AND source_index = ANY ($2) AND destination = $3 AND reference = $4 AND total = $5 AND part = $6`

const dropParts = `
DELETE FROM mo_parts WHERE link = $1 AND source_index = ANY ($2) AND destination = $3 AND reference = $4 AND total = $5`

// addPart keeps a part, and makes a message if none is missing with it. What is not the same part again, and has its number,
// begins a new message under a reference used before, and what waits of the old one is all that will come of it.
// So does a part that comes long after the others and cannot have been sent again; doubtful is 1 of one that can.
func (w steps) addPart(ctx context.Context, a message.Arrival, limit message.Limit, join func([]message.Part) string) (doubtful int, err error) {
	key := partsOf(a)
	if doubtful, err = w.partApart(ctx, key, a, limit, join); err != nil {
		return 0, err
	}
	return doubtful, w.joinPart(ctx, key, a, limit, join)
}

func (w steps) joinPart(ctx context.Context, key partsKey, a message.Arrival, limit message.Limit, join func([]message.Part) string) error {
	isNew, err := w.insertPart(ctx, key, a)
	if err != nil {
		return err
	}
	if !isNew {
		var known []byte
		var again bool
		err := w.tx.QueryRow(ctx, readPart, append(w.args(key), a.Part.Number, a.Bind, postgres.OrNil(a.DeferredAt))...).Scan(&known, &again)
		if err == nil && again && slices.ContainsFunc(w.ring.Indexes(digests, string(a.Part.Payload)), func(d []byte) bool { return bytes.Equal(known, d) }) {
			_, err = w.tx.Exec(ctx, moveBind, append(w.args(key), a.Part.Number, a.Bind, a.ReceivedAt)...)
			return err
		}
		if err != nil {
			return err
		}
		if _, err := w.joinParts(ctx, key, true, limit, join); err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, dropParts, w.args(key)...); err != nil {
			return err
		}
		if _, err := w.insertPart(ctx, key, a); err != nil {
			return err
		}
	}
	if joined, err := w.joinParts(ctx, key, false, limit, join); joined || err != nil {
		return err
	}
	return w.capParts(ctx, a.Source, limit, join)
}

func (w steps) insertPart(ctx context.Context, key partsKey, a message.Arrival) (isNew bool, err error) {
	tag, err := w.tx.Exec(ctx, addPart, append(w.args(key), a.Part.Number, key.source, w.ring.Seal(placeOfPart, a.Part.Payload),
		w.ring.Index(digests, string(a.Part.Payload)), a.Part.Coding, a.Bind, a.ReceivedAt)...)
	return tag.RowsAffected() == 1, err
}

// partsKey tells long messages apart (3GPP TS 23.040 §9.2.3.24.1).
type partsKey struct {
	link, source, destination string
	reference, total          int
}

func partsOf(a message.Arrival) partsKey {
	return partsKey{a.Link, a.Source, a.Destination, a.Part.Reference, a.Part.Total}
}

// args name the parts in a statement, under whichever key of the ring they were kept.
func (w steps) args(k partsKey) []any {
	return []any{k.link, w.ring.Indexes(seal.TelephoneNumber, k.source), k.destination, k.reference, k.total}
}

func (k partsKey) lockName() string {
	return fmt.Sprintf("%s %s %s %d/%d", k.link, k.source, k.destination, k.reference, k.total)
}

const readParts = `
SELECT part, coding, sealed, bind, received_at FROM mo_parts
WHERE link = $1 AND source_index = ANY ($2) AND destination = $3 AND reference = $4 AND total = $5 AND mo_id IS NULL
ORDER BY part`

const addJoined = `
INSERT INTO mo_messages (link, bind, source, destination, sealed, parts, incomplete, fingerprint, received_at, processed_at, flood, failure, raw, source_index)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), $13, $14) RETURNING id`

const markParts = `
UPDATE mo_parts SET mo_id = $6, source = '', sealed = ''
WHERE link = $1 AND source_index = ANY ($2) AND destination = $3 AND reference = $4 AND total = $5 AND mo_id IS NULL`

// joinParts makes a message of the waiting parts if none is missing, or anyway.
func (w steps) joinParts(ctx context.Context, key partsKey, anyway bool, limit message.Limit, join func([]message.Part) string) (bool, error) {
	rows, err := w.tx.Query(ctx, readParts, w.args(key)...)
	if err != nil {
		return false, err
	}
	var bind string
	var received, at time.Time
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (message.Part, error) {
		p := message.Part{Reference: key.reference, Total: key.total}
		err := row.Scan(&p.Number, &p.Coding, &p.Payload, &bind, &at)
		if err == nil {
			p.Payload, err = w.ring.Open(placeOfPart, p.Payload)
		}
		if at.After(received) {
			received = at
		}
		return p, err
	})
	if err != nil || len(parts) == 0 || len(parts) < key.total && !anyway {
		return false, err
	}
	whole := []newMO{{Arrival: message.Arrival{Source: key.source, Destination: key.destination, Text: join(parts), ReceivedAt: received}}}
	if err = w.tx.QueryRow(ctx, countLately, w.ring.Indexes(seal.TelephoneNumber, key.source), received, limit.Within, limit.Most()).Scan(&whole[0].lately); err != nil {
		return false, err
	}
	if _, err := w.holdFlood(ctx, whole, limit); err != nil {
		return false, err
	}
	var id int64
	err = w.tx.QueryRow(ctx, addJoined, key.link, bind, whole[0].inPlain(), key.destination, whole[0].seal(w.ring), len(parts),
		len(parts) < key.total, w.ring.Index(fingerprints, key.lockName()), received, whole[0].processedAt, whole[0].flood, whole[0].failure,
		sealOr(w.ring, placeOfRaw, rawOf(parts, whole[0].Text)), w.ring.Index(seal.TelephoneNumber, key.source)).Scan(&id)
	if err == nil {
		_, err = w.tx.Exec(ctx, markParts, append(w.args(key), id)...)
	}
	return err == nil, err
}

// rawOf gives the octets of parts whose text is not all that they say, or nil.
func rawOf(parts []message.Part, text string) (raw []byte) {
	if !strings.ContainsRune(text, '\uFFFD') && !words.Unreadable(text) {
		return nil
	}
	for _, p := range parts {
		raw = append(raw, p.Payload...)
	}
	return raw
}

const staleParts = `
SELECT link, source, destination, reference, total FROM mo_parts
WHERE mo_id IS NULL AND received_at < $1
GROUP BY 1, 2, 3, 4, 5 LIMIT 100`

// joinStale makes messages of parts whose siblings have not come since.
func (w steps) joinStale(ctx context.Context, since time.Time, limit message.Limit, join func([]message.Part) string) (made int, err error) {
	rows, err := w.tx.Query(ctx, staleParts, since)
	if err != nil {
		return 0, err
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k partsKey, err error) {
		return k, row.Scan(&k.link, &k.source, &k.destination, &k.reference, &k.total)
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(keys, func(a, b partsKey) int { return cmp.Compare(a.lockName(), b.lockName()) })
	for _, key := range keys {
		_, err := w.tx.Exec(ctx, lockParts, key.lockName())
		if err != nil {
			return made, err
		}
		joined, err := w.joinParts(ctx, key, true, limit, join)
		if err != nil {
			return made, err
		}
		if joined {
			made++
		}
	}
	return made, nil
}
