package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/seal"
)

// What came over bind b at m.received_at may be sent again over another when its answer may not have got through, and b has
// ended, or its process has noted nothing for 3 s.
const mayComeAgain = `
(b.ended_at IS NOT NULL OR b.alive_at < now() - interval '3 seconds') AND m.received_at >= b.confirmed_until`

// A message is a redelivery if the SMSC's own id says so, if it was deferred though it was kept, or if the same may come again;
// once of several that come together.
// It counts as one that came now: it has its answer, and the same after it is a second message. Of the others, each gets an
// id, and it is told whether the citizen has messages that wait, and how many came lately ($6), counted up to a limit ($7).
const sortMOs = `
WITH a AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY fingerprint ORDER BY nth) AS turn
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::boolean[], $5::timestamptz[], $8::timestamptz[], $9::bytea[], $10::bytea[], $11::bytea[])
         WITH ORDINALITY a (bind, source, fingerprint, identified, received_at, deferred_at, fingerprint_before, source_index, source_before, nth)
), known AS MATERIALIZED (
    SELECT a.*, (
        SELECT m.id FROM mo_messages m LEFT JOIN sms_binds b ON b.id = m.bind
        WHERE m.fingerprint = ANY (ARRAY[a.fingerprint, a.fingerprint_before]) AND m.received_at > a.received_at - interval '1 day'
          AND (a.identified OR m.received_at = a.deferred_at
               OR a.turn = 1 AND (m.received_at >= a.deferred_at OR m.bind <> a.bind AND ` + mayComeAgain + `))
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
           SELECT FROM mo_messages m WHERE m.source_index = ANY (ARRAY[known.source_index, known.source_before]) AND m.received_at > known.received_at - $6::interval LIMIT $7) m)::int
FROM known WHERE id IS NULL AND NOT (identified AND turn > 1) ORDER BY nth`

const addMOs = `
INSERT INTO mo_messages (id, link, bind, source, source_index, destination, sealed, fingerprint, received_at, processed_at, interaction_id, flood, failure, raw)
OVERRIDING SYSTEM VALUE
SELECT id, link, bind, source, source_index, destination, sealed, fingerprint, received_at, processed_at, nullif(interaction, 0), flood, nullif(failure, ''), raw
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::timestamptz[],
            $9::timestamptz[], $10::bigint[], $11::boolean[], $12::text[], $13::bytea[], $14::bytea[])
     a (id, link, bind, source, destination, sealed, fingerprint, received_at, processed_at, interaction, flood, failure, raw, source_index)`

// newMO is an arrival that is no redelivery.
type newMO struct {
	message.Arrival
	print       []byte // blind index of its fingerprint
	index       []byte // of its number
	id          int64
	behind      bool       // the citizen has others that wait
	lately      int        // so many came of the citizen before it, counted up to the limit
	flood       bool       // it is over the limit
	failure     string     // why it is not handled, or ""
	processedAt *time.Time // nil: it waits
	interaction int64      // that it belongs to, or 0
}

// inPlain is the number as it is kept in plain: while the message waits.
func (n newMO) inPlain() string {
	if n.processedAt != nil {
		return ""
	}
	return n.Source
}

// seal seals what the message says, unless the transcript has it.
func (n newMO) seal(ring *seal.Ring) []byte {
	if n.processedAt != nil && n.failure == "" && n.interaction != 0 {
		return []byte{}
	}
	return sealText(ring, n.Source, n.Text)
}

// addArrivals adds what is new, in the order given: a citizen's long message and the short one after it may come together.
// Those that a citizen has sent alone are handled at once, where handle is given. Committed tells of those that
// are left to process, and of the replies that are claimed already.
func (w steps) addArrivals(ctx context.Context, l message.Ledger, join func([]message.Part) string, handle Handler) (c message.Committed, err error) {
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
		case a.Part.Total == 0 && sent[a.Source] == 1 && handle != nil:
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
	handled := &batch{work: w, grants: slices.Clone(l.Grants)}
	done, err := w.addWhole(ctx, alone, l.Limit, handle, handled)
	if err != nil {
		return c, fmt.Errorf("add mo: %w", err)
	}
	if c.Waiting = done < len(arrivals); c.Waiting {
		w.tx.Hint(news.MO)
	}
	c.Granted = handled.granted
	return c, nil
}

// addWhole adds messages, and gives how many need no processing any more: they are redeliveries, over the limit, or have
// been handled, in b, where handle is given.
func (w steps) addWhole(ctx context.Context, arrivals []message.Arrival, limit message.Limit, handle Handler, b *batch) (done int, err error) {
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
	handled := 0
	if handle != nil {
		if handled, err = b.handleNow(ctx, added, handle, &writes); err != nil {
			return 0, err
		}
	}
	writes.Queue(addMOs, postgres.Column(added, func(n newMO) int64 { return n.id }),
		postgres.Column(added, func(n newMO) string { return n.Link }), postgres.Column(added, func(n newMO) string { return n.Bind }),
		postgres.Column(added, newMO.inPlain), postgres.Column(added, func(n newMO) string { return n.Destination }),
		postgres.Column(added, func(n newMO) []byte { return n.seal(w.ring) }),
		postgres.Column(added, func(n newMO) []byte { return n.print }),
		postgres.Column(added, func(n newMO) time.Time { return n.ReceivedAt }), postgres.Column(added, func(n newMO) *time.Time { return n.processedAt }),
		postgres.Column(added, func(n newMO) int64 { return n.interaction }), postgres.Column(added, func(n newMO) bool { return n.flood }),
		postgres.Column(added, func(n newMO) string { return n.failure }), postgres.Column(added, func(n newMO) []byte { return sealOr(w.ring, placeOfRaw, n.Raw) }),
		postgres.Column(added, func(n newMO) []byte { return n.index }))
	return len(arrivals) - len(added) + held + handled, w.tx.SendBatch(ctx, &writes).Close()
}

// sortMOs drops redeliveries.
func (w steps) sortMOs(ctx context.Context, arrivals []message.Arrival, limit message.Limit) ([]newMO, error) {
	prints, printsBefore := make([][]byte, len(arrivals)), make([][]byte, len(arrivals))
	sources, sourcesBefore := make([][]byte, len(arrivals)), make([][]byte, len(arrivals))
	for i, a := range arrivals {
		prints[i], printsBefore[i] = w.ring.IndexAndBefore(fingerprints, string(a.Fingerprint))
		sources[i], sourcesBefore[i] = w.ring.IndexAndBefore(seal.TelephoneNumber, a.Source)
	}
	rows, err := w.tx.Query(ctx, sortMOs, postgres.Column(arrivals, func(a message.Arrival) string { return a.Bind }),
		postgres.Column(arrivals, func(a message.Arrival) string { return a.Source }),
		prints,
		postgres.Column(arrivals, func(a message.Arrival) bool { return a.Identified }),
		postgres.Column(arrivals, func(a message.Arrival) time.Time { return a.ReceivedAt }), limit.Within, limit.Most(),
		postgres.Column(arrivals, func(a message.Arrival) *time.Time { return postgres.OrNil(a.DeferredAt) }),
		printsBefore, sources, sourcesBefore)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n newMO, err error) {
		var nth int
		err = row.Scan(&nth, &n.id, &n.behind, &n.lately)
		if err == nil {
			n.Arrival, n.print, n.index = arrivals[nth-1], prints[nth-1], sources[nth-1]
		}
		return n, err
	})
}

// handleNow has the messages of citizens who have no others waiting handled, and queues what that writes. It gives their number.
func (b *batch) handleNow(ctx context.Context, added []newMO, handle Handler, writes *pgx.Batch) (handled int, err error) {
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
		b.handle(ctx, mo, handle)
	}
	now := time.Now()
	for _, d := range b.handled {
		n := &added[places[d.mo]]
		n.processedAt, n.interaction = &now, d.interaction
	}
	return len(b.handled), b.queue(writes)
}
