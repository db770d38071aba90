package postgres

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
	"okno/internal/news"
	"okno/internal/words"
)

// What came over bind b at m.received_at may be sent again over another when its answer may not have got through, and b has
// ended, or its process has noted nothing for 3 s.
const mayComeAgain = `
(b.ended_at IS NOT NULL OR b.alive_at < now() - interval '3 seconds') AND m.received_at >= b.confirmed_until`

// A message is a redelivery if the SMSC's own id says so, if it was put off though it was kept, or if the same may come again;
// once of several that come together.
// It counts as one that came now: it has its answer, and the same after it is a second message. Of the others, each gets an
// id, and it is told whether the citizen has messages that wait, and how many came lately ($6), counted up to a limit ($7).
const sortMOs = `
WITH a AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY fingerprint ORDER BY nth) AS turn
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::boolean[], $5::timestamptz[], $8::timestamptz[])
         WITH ORDINALITY a (bind, source, fingerprint, identified, received_at, put_off_at, nth)
), known AS MATERIALIZED (
    SELECT a.*, (
        SELECT m.id FROM mo_messages m LEFT JOIN sms_binds b ON b.id = m.bind
        WHERE m.fingerprint = a.fingerprint AND m.received_at > a.received_at - interval '1 day'
          AND (a.identified OR a.turn = 1 AND (m.received_at = a.put_off_at OR m.bind <> a.bind AND ` + mayComeAgain + `))
        LIMIT 1) AS id -- looked up one by one: as a join it would read the whole table for every commit
    FROM a
), again AS ( -- one that is being processed is left as it is, rather than waited for
    SELECT m.id, known.bind, known.received_at FROM known JOIN mo_messages m ON m.id = known.id FOR UPDATE OF m SKIP LOCKED
), moved AS (
    UPDATE mo_messages m SET bind = again.bind, received_at = again.received_at FROM again WHERE m.id = again.id
)
SELECT nth::int, nextval('mo_messages_id_seq'),
       EXISTS (SELECT FROM mo_messages m WHERE m.source = known.source AND m.processed_at IS NULL),
       (SELECT count(*) FROM (
           SELECT FROM mo_messages m WHERE m.source = known.source AND m.received_at > known.received_at - $6::interval LIMIT $7) m)::int
FROM known WHERE id IS NULL AND NOT (identified AND turn > 1) ORDER BY nth`

const addMOs = `
INSERT INTO mo_messages (id, link, bind, source, destination, text, fingerprint, received_at, processed_at, interaction_id, flood, failure, raw)
OVERRIDING SYSTEM VALUE
SELECT id, link, bind, source, destination, text, fingerprint, received_at, processed_at, nullif(interaction, 0), flood, nullif(failure, ''), raw
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[],
            $9::timestamptz[], $10::bigint[], $11::boolean[], $12::text[], $13::bytea[])
     a (id, link, bind, source, destination, text, fingerprint, received_at, processed_at, interaction, flood, failure, raw)`

// newMO is an arrival that is no redelivery.
type newMO struct {
	message.Arrival
	id          int64
	behind      bool       // the citizen has others that wait
	lately      int        // so many came of the citizen before it, counted up to the limit
	flood       bool       // it is over the limit
	failure     string     // why it is not heard, or ""
	processedAt *time.Time // nil: it waits
	interaction int64      // that it belongs to, or 0
}

// addArrivals adds what is new, in the order given: a citizen's long message and the short one after it may come together.
// Those that a citizen has sent alone are heard at once, where hear is given. Committed tells of those that
// are left to process, and of the replies that are claimed already.
func (w *Work) addArrivals(ctx context.Context, l message.Ledger, join func([]message.Part) string, hear Hear) (c message.Committed, err error) {
	arrivals := l.Arrivals
	sent := map[string]int{}
	for _, a := range arrivals {
		sent[a.Source]++
	}
	var alone, whole []message.Arrival
	if err := w.lockParts(ctx, arrivals); err != nil {
		return c, fmt.Errorf("lock mo parts: %w", err)
	}
	for _, a := range arrivals {
		switch {
		case a.Part.Total == 0 && sent[a.Source] == 1 && hear != nil:
			alone = append(alone, a)
			continue
		case a.Part.Total == 0:
			whole = append(whole, a)
			continue
		}
		if _, err := w.addWhole(ctx, whole, l.Limit, nil, nil); err != nil {
			return c, fmt.Errorf("add mo: %w", err)
		}
		whole = nil
		doubtful, err := w.addPart(ctx, a, l.Limit, join)
		if err != nil {
			return c, fmt.Errorf("add mo part: %w", err)
		}
		c.Doubtful += doubtful
	}
	if _, err := w.addWhole(ctx, whole, l.Limit, nil, nil); err != nil {
		return c, fmt.Errorf("add mo: %w", err)
	}
	heard := &batch{work: w, grants: slices.Clone(l.Grants)}
	done, err := w.addWhole(ctx, alone, l.Limit, hear, heard)
	if err != nil {
		return c, fmt.Errorf("add mo: %w", err)
	}
	if c.Waiting = done < len(arrivals); c.Waiting {
		w.touch(news.MO)
	}
	c.Granted = heard.granted
	return c, nil
}

// addWhole adds messages, and gives how many need no processing any more: they are redeliveries, over the limit, or have
// been heard, in b, where hear is given.
func (w *Work) addWhole(ctx context.Context, arrivals []message.Arrival, limit message.Limit, hear Hear, b *batch) (done int, err error) {
	if len(arrivals) == 0 {
		return 0, nil
	}
	added, err := w.sortMOs(ctx, arrivals, limit)
	if err != nil || len(added) == 0 {
		return len(arrivals), err
	}
	held, err := w.holdFlood(ctx, added, limit)
	if err != nil {
		return 0, err
	}
	var writes pgx.Batch
	heard := 0
	if hear != nil {
		if heard, err = b.hearNow(ctx, added, hear, &writes); err != nil {
			return 0, err
		}
	}
	writes.Queue(addMOs, column(added, func(n newMO) int64 { return n.id }),
		column(added, func(n newMO) string { return n.Link }), column(added, func(n newMO) string { return n.Bind }),
		column(added, func(n newMO) string { return n.Source }), column(added, func(n newMO) string { return n.Destination }),
		column(added, func(n newMO) string { return n.Text }), column(added, func(n newMO) []byte { return n.Fingerprint }),
		column(added, func(n newMO) time.Time { return n.ReceivedAt }), column(added, func(n newMO) *time.Time { return n.processedAt }),
		column(added, func(n newMO) int64 { return n.interaction }), column(added, func(n newMO) bool { return n.flood }),
		column(added, func(n newMO) string { return n.failure }), column(added, func(n newMO) []byte { return n.Raw }))
	return len(arrivals) - len(added) + held + heard, w.tx.SendBatch(ctx, &writes).Close()
}

// sortMOs tells what is new from what has come again.
func (w *Work) sortMOs(ctx context.Context, arrivals []message.Arrival, limit message.Limit) ([]newMO, error) {
	rows, err := w.tx.Query(ctx, sortMOs, column(arrivals, func(a message.Arrival) string { return a.Bind }),
		column(arrivals, func(a message.Arrival) string { return a.Source }),
		column(arrivals, func(a message.Arrival) []byte { return a.Fingerprint }),
		column(arrivals, func(a message.Arrival) bool { return a.Identified }),
		column(arrivals, func(a message.Arrival) time.Time { return a.ReceivedAt }), limit.Within, limit.Messages,
		column(arrivals, func(a message.Arrival) *time.Time { return orNil(a.PutOffAt) }))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n newMO, err error) {
		var nth int
		err = row.Scan(&nth, &n.id, &n.behind, &n.lately)
		if err == nil {
			n.Arrival = arrivals[nth-1]
		}
		return n, err
	})
}

// hearNow has the messages of citizens who have no others waiting heard, and queues what that writes. It gives their number.
func (b *batch) hearNow(ctx context.Context, added []newMO, hear Hear, writes *pgx.Batch) (heard int, err error) {
	var first []message.MO
	places := map[int64]int{}
	for i, n := range added {
		if !n.behind && n.processedAt == nil {
			places[n.id] = i
			first = append(first, message.MO{ID: n.id, Link: n.Link, Source: n.Source, Destination: n.Destination, Text: n.Text,
				Parts: 1, Flood: n.flood, ReceivedAt: n.ReceivedAt})
		}
	}
	if len(first) == 0 {
		return 0, nil
	}
	if err := b.read(ctx, first); err != nil {
		return 0, err
	}
	for _, mo := range first {
		b.hear(ctx, mo, hear)
	}
	now := time.Now()
	for _, d := range b.heard {
		n := &added[places[d.mo]]
		n.processedAt, n.interaction = &now, d.interaction
	}
	return len(b.heard), b.queue(writes)
}

const lockParts = `SELECT pg_advisory_xact_lock(hashtextextended($1, 5))`

// lockParts keeps other nodes from the long messages to which the arrivals belong: their parts may come by several at once.
// The order is the same for all, so that nobody waits in a circle.
func (w *Work) lockParts(ctx context.Context, arrivals []message.Arrival) error {
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
INSERT INTO mo_parts (link, source, destination, reference, total, part, text, coding, bind, received_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING`

// A part that waits for its siblings is the same if it comes again; one whose message is whole, if it was put off though it was
// kept, or may come again.
const readPart = `
SELECT m.text, m.mo_id IS NULL OR coalesce(m.received_at = $8, false) OR coalesce(m.bind <> $7 AND ` + mayComeAgain + `, false)
FROM mo_parts m LEFT JOIN sms_binds b ON b.id = m.bind
WHERE m.link = $1 AND m.source = $2 AND m.destination = $3 AND m.reference = $4 AND m.total = $5 AND m.part = $6`

const moveBind = `
UPDATE mo_parts SET bind = $7, received_at = $8
WHERE link = $1 AND source = $2 AND destination = $3 AND reference = $4 AND total = $5 AND part = $6`

const dropParts = `
DELETE FROM mo_parts WHERE link = $1 AND source = $2 AND destination = $3 AND reference = $4 AND total = $5`

// addPart keeps a part, and makes a message if none is missing with it. What is not the same part again, and has its number,
// begins a new message under a reference used before, and what waits of the old one is all that will come of it.
// So does a part that comes long after the others and cannot have been sent again; doubtful is 1 of one that can.
func (w *Work) addPart(ctx context.Context, a message.Arrival, limit message.Limit, join func([]message.Part) string) (doubtful int, err error) {
	key := partsOf(a)
	if doubtful, err = w.partApart(ctx, key, a, limit, join); err != nil {
		return 0, err
	}
	return doubtful, w.joinPart(ctx, key, a, limit, join)
}

func (w *Work) joinPart(ctx context.Context, key partsKey, a message.Arrival, limit message.Limit, join func([]message.Part) string) error {
	isNew, err := w.insertPart(ctx, key, a)
	if err != nil {
		return err
	}
	if !isNew {
		var known []byte
		var again bool
		err := w.tx.QueryRow(ctx, readPart, append(key.args(), a.Part.Number, a.Bind, orNil(a.PutOffAt))...).Scan(&known, &again)
		if err == nil && again && bytes.Equal(known, a.Part.Payload) {
			_, err = w.tx.Exec(ctx, moveBind, append(key.args(), a.Part.Number, a.Bind, a.ReceivedAt)...)
			return err
		}
		if err != nil {
			return err
		}
		if _, err := w.joinParts(ctx, key, true, limit, join); err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, dropParts, key.args()...); err != nil {
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

func (w *Work) insertPart(ctx context.Context, key partsKey, a message.Arrival) (isNew bool, err error) {
	tag, err := w.tx.Exec(ctx, addPart, key.link, key.source, key.destination, key.reference, key.total,
		a.Part.Number, a.Part.Payload, a.Part.Coding, a.Bind, a.ReceivedAt)
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

func (k partsKey) args() []any { return []any{k.link, k.source, k.destination, k.reference, k.total} }

func (k partsKey) lockName() string {
	return fmt.Sprintf("%s %s %s %d/%d", k.link, k.source, k.destination, k.reference, k.total)
}

const readParts = `
SELECT part, coding, text, bind, received_at FROM mo_parts
WHERE link = $1 AND source = $2 AND destination = $3 AND reference = $4 AND total = $5 AND mo_id IS NULL
ORDER BY part`

const addJoined = `
INSERT INTO mo_messages (link, bind, source, destination, text, parts, incomplete, fingerprint, received_at, processed_at, flood, failure, raw)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''), $13) RETURNING id`

const markParts = `
UPDATE mo_parts SET mo_id = $6
WHERE link = $1 AND source = $2 AND destination = $3 AND reference = $4 AND total = $5 AND mo_id IS NULL`

// joinParts makes a message of the waiting parts if none is missing, or anyway.
func (w *Work) joinParts(ctx context.Context, key partsKey, anyway bool, limit message.Limit, join func([]message.Part) string) (bool, error) {
	rows, err := w.tx.Query(ctx, readParts, key.args()...)
	if err != nil {
		return false, err
	}
	var bind string
	var received, at time.Time
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (message.Part, error) {
		p := message.Part{Reference: key.reference, Total: key.total}
		err := row.Scan(&p.Number, &p.Coding, &p.Payload, &bind, &at)
		if at.After(received) {
			received = at
		}
		return p, err
	})
	if err != nil || len(parts) == 0 || len(parts) < key.total && !anyway {
		return false, err
	}
	whole := []newMO{{Arrival: message.Arrival{Source: key.source, Destination: key.destination, Text: join(parts), ReceivedAt: received}}}
	if err = w.tx.QueryRow(ctx, countLately, key.source, received, limit.Within, limit.Messages).Scan(&whole[0].lately); err != nil {
		return false, err
	}
	if _, err := w.holdFlood(ctx, whole, limit); err != nil {
		return false, err
	}
	var id int64
	err = w.tx.QueryRow(ctx, addJoined, key.link, bind, key.source, key.destination, whole[0].Text, len(parts),
		len(parts) < key.total, []byte(key.lockName()), received, whole[0].processedAt, whole[0].flood, whole[0].failure, rawOf(parts, whole[0].Text)).Scan(&id)
	if err == nil {
		_, err = w.tx.Exec(ctx, markParts, append(key.args(), id)...)
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
func (w *Work) joinStale(ctx context.Context, since time.Time, limit message.Limit, join func([]message.Part) string) (made int, err error) {
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
