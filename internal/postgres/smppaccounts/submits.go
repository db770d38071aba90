package smppaccounts

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
	"okno/internal/smppaccount"
)

// CommitGateway writes down what a gateway has to say, in one transaction, and gives the message id of each submit.
func (s *Store) CommitGateway(ctx context.Context, page smppaccount.Page, texts smppaccount.Texts) (ids []int64, err error) {
	err = s.do(ctx, func(w Steps) error {
		if err := w.noteTold(ctx, page.Told); err != nil {
			return err
		}
		ids, err = w.addSubmits(ctx, page.Submits, texts)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("commit gateway: %w", err)
	}
	return ids, nil
}

const lockSubmits = `SELECT pg_advisory_xact_lock(hashtextextended($1, 5))`

// lockLong keeps other nodes from a long message: its parts may come by several at once.
func (w Steps) lockLong(ctx context.Context, name string) error {
	if _, err := w.tx.Exec(ctx, lockSubmits, name); err != nil {
		return fmt.Errorf("lock submits: %w", err)
	}
	return nil
}

func (w Steps) addSubmits(ctx context.Context, submits []smppaccount.Submit, texts smppaccount.Texts) ([]int64, error) {
	if len(submits) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(submits))
	var whole []smppaccount.Submit
	var places []int
	var locks []string
	for i, s := range submits {
		if s.Part.Total == 0 {
			whole, places = append(whole, s), append(places, i)
		} else {
			locks = append(locks, longOf(s).lockName())
		}
	}
	added, err := w.addWholeSubmits(ctx, whole)
	if err != nil {
		return nil, fmt.Errorf("add submits: %w", err)
	}
	for n, i := range places {
		ids[i] = added[n]
	}
	slices.Sort(locks) // the order is the same for all, so that nobody waits in a circle
	for _, name := range slices.Compact(locks) {
		if err := w.lockLong(ctx, name); err != nil {
			return nil, err
		}
	}
	for i, s := range submits {
		if s.Part.Total > 0 {
			if ids[i], err = w.addPartSubmit(ctx, s, texts); err != nil {
				return nil, fmt.Errorf("add part of a submit: %w", err)
			}
		}
	}
	return ids, nil
}

// enqueueAgency adds messages to their lanes and to the journal, and gives their ids. Messages are personal data: the journal
// says which, by whom, and not what they say.
func (w Steps) enqueueAgency(ctx context.Context, systemIDs []string, mts []message.MT) ([]int64, error) {
	ids, err := messages.In(w.tx, w.ring).EnqueueMTs(ctx, mts)
	if err != nil {
		return nil, err
	}
	deeds := make([]audit.Deed, len(mts))
	for i, m := range mts {
		deeds[i] = audit.Deed{Actor: "agency:" + systemIDs[i], Action: string(m.Lane) + ".submit", Subject: fmt.Sprintf("mt:%d", ids[i]),
			Detail: map[string]any{"sender": m.Sender, "segments": m.Segments}}
	}
	return ids, audit.RecordAll(ctx, w.tx, deeds)
}

func mtOf(s smppaccount.Submit) message.MT {
	return message.MT{Lane: s.Lane, Destination: s.Destination, Text: s.Text, Segments: s.Segments, Sender: s.Sender,
		DueAt: s.DueAt, ExpiresAt: s.ExpiresAt, Report: true}
}

// The places for which something is sealed.
const (
	placeOfAddresses = "agency addresses"
	placeOfPart      = "agency part"
)

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{
	{Table: "smpp_submits", Column: "sealed", Place: placeOfAddresses},
	{Table: "smpp_submits", Column: "payload", Place: placeOfPart},
}

// A number stands in plain while a part waits for the others.
const addSubmits = `
INSERT INTO smpp_submits (system_id, mt_id, lane, sender, destination, destination_index, sealed, receipt, due_at, expires_at, submitted_at,
    reference, total, part, coding, payload)
SELECT system_id, nullif(mt_id, 0), lane, sender, CASE WHEN mt_id = 0 THEN destination END, destination_index, sealed, receipt, due_at, expires_at, submitted_at,
    CASE WHEN total > 0 THEN reference END, nullif(total, 0), nullif(part, 0), CASE WHEN total > 0 THEN coding END, payload
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::timestamptz[], $9::timestamptz[],
            $10::timestamptz[], $11::int[], $12::int[], $13::int[], $14::int[], $15::bytea[], $16::bytea[]) WITH ORDINALITY
     s (system_id, mt_id, lane, sender, destination, sealed, receipt, due_at, expires_at, submitted_at,
        reference, total, part, coding, payload, destination_index, nth)
ORDER BY nth
RETURNING id`

func (w Steps) insertSubmits(ctx context.Context, submits []smppaccount.Submit, mts []int64) ([]int64, error) {
	rows, err := w.tx.Query(ctx, addSubmits,
		postgres.Column(submits, func(s smppaccount.Submit) string { return s.SystemID }), mts,
		postgres.Column(submits, func(s smppaccount.Submit) string { return string(s.Lane) }),
		postgres.Column(submits, func(s smppaccount.Submit) string { return s.Sender }),
		postgres.Column(submits, func(s smppaccount.Submit) string { return s.Destination }),
		postgres.Column(submits, func(s smppaccount.Submit) []byte { return w.ring.Seal(placeOfAddresses, s.Addresses) }),
		postgres.Column(submits, func(s smppaccount.Submit) string { return string(s.Receipt) }),
		postgres.Column(submits, func(s smppaccount.Submit) time.Time { return s.DueAt }),
		postgres.Column(submits, func(s smppaccount.Submit) time.Time { return s.ExpiresAt }),
		postgres.Column(submits, func(s smppaccount.Submit) time.Time { return s.At }),
		postgres.Column(submits, func(s smppaccount.Submit) int { return s.Part.Reference }),
		postgres.Column(submits, func(s smppaccount.Submit) int { return s.Part.Total }),
		postgres.Column(submits, func(s smppaccount.Submit) int { return s.Part.Number }),
		postgres.Column(submits, func(s smppaccount.Submit) int { return s.Part.Coding }),
		postgres.Column(submits, func(s smppaccount.Submit) []byte {
			if s.Part.Total == 0 {
				return nil
			}
			return w.ring.Seal(placeOfPart, s.Part.Payload)
		}),
		postgres.Column(submits, func(s smppaccount.Submit) []byte { return w.ring.Index(seal.TelephoneNumber, s.Destination) }))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

func (w Steps) addWholeSubmits(ctx context.Context, submits []smppaccount.Submit) ([]int64, error) {
	if len(submits) == 0 {
		return nil, nil
	}
	mts, err := w.enqueueAgency(ctx, postgres.Column(submits, func(s smppaccount.Submit) string { return s.SystemID }), postgres.Column(submits, mtOf))
	if err != nil {
		return nil, err
	}
	return w.insertSubmits(ctx, submits, mts)
}

// longKey tells an agency's long messages apart (3GPP TS 23.040 §9.2.3.24.1).
type longKey struct {
	systemID, sender, destination string
	reference, total              int
}

func longOf(s smppaccount.Submit) longKey {
	return longKey{s.SystemID, s.Sender, s.Destination, s.Part.Reference, s.Part.Total}
}

// args name the parts in a statement, under whichever key of the ring they were kept.
func (w Steps) args(k longKey) []any {
	return []any{k.systemID, k.sender, w.ring.Indexes(seal.TelephoneNumber, k.destination), k.reference, k.total}
}

func (k longKey) lockName() string {
	return fmt.Sprintf("agency %s %s %s %d/%d", k.systemID, k.sender, k.destination, k.reference, k.total)
}

const partSubmits = `
SELECT id, coalesce(mt_id, 0), part, coding, payload, lane, due_at, expires_at FROM smpp_submits
WHERE system_id = $1 AND sender = $2 AND destination_index = ANY ($3) AND reference = $4 AND total = $5 AND payload IS NOT NULL
ORDER BY part, id`

// heldPart is a part that waits, or was joined not long ago.
type heldPart struct {
	id, mt     int64
	part       message.Part
	lane       message.Lane
	due, until time.Time
}

func (w Steps) heldParts(ctx context.Context, key longKey) (waiting, joined []heldPart, err error) {
	rows, err := w.tx.Query(ctx, partSubmits, w.args(key)...)
	if err != nil {
		return nil, nil, err
	}
	held, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h heldPart, err error) {
		err = row.Scan(&h.id, &h.mt, &h.part.Number, &h.part.Coding, &h.part.Payload, &h.lane, &h.due, &h.until)
		h.part.Reference, h.part.Total = key.reference, key.total
		if err == nil {
			h.part.Payload, err = w.ring.Open(placeOfPart, h.part.Payload)
		}
		return h, err
	})
	for _, h := range held {
		if h.mt == 0 {
			waiting = append(waiting, h)
		} else {
			joined = append(joined, h)
		}
	}
	return waiting, joined, err
}

// addPartSubmit keeps a part, and makes a message if none is missing with it. The same part again is a repetition, and has
// the id that it had; another under its number begins a new message under a reference used before, and what waits of the
// old one is all that will come of it.
func (w Steps) addPartSubmit(ctx context.Context, s smppaccount.Submit, texts smppaccount.Texts) (int64, error) {
	key := longOf(s)
	waiting, joined, err := w.heldParts(ctx, key)
	if err != nil {
		return 0, err
	}
	for _, h := range waiting {
		if h.part.Number != s.Part.Number {
			continue
		}
		if h.part.Coding == s.Part.Coding && bytes.Equal(h.part.Payload, s.Part.Payload) {
			return h.id, nil
		}
		if err := w.joinSubmits(ctx, key, waiting, texts); err != nil {
			return 0, err
		}
		waiting = nil
		break
	}
	if len(waiting) == 0 {
		for _, h := range joined {
			if h.part.Number == s.Part.Number && h.part.Coding == s.Part.Coding && bytes.Equal(h.part.Payload, s.Part.Payload) {
				return h.id, nil
			}
		}
	}
	ids, err := w.insertSubmits(ctx, []smppaccount.Submit{s}, []int64{0})
	if err != nil {
		return 0, err
	}
	if len(waiting)+1 < key.total {
		return ids[0], nil
	}
	if waiting, _, err = w.heldParts(ctx, key); err != nil {
		return 0, err
	}
	return ids[0], w.joinSubmits(ctx, key, waiting, texts)
}

const markSubmits = `UPDATE smpp_submits SET mt_id = $2, destination = NULL WHERE id = ANY ($1)`

// joinSubmits makes one message of parts, which come in order.
func (w Steps) joinSubmits(ctx context.Context, key longKey, parts []heldPart, texts smppaccount.Texts) error {
	body := texts.Form(parts[0].lane, texts.Join(postgres.Column(parts, func(h heldPart) message.Part { return h.part })))
	mts, err := w.enqueueAgency(ctx, []string{key.systemID}, []message.MT{{Lane: parts[0].lane, Destination: key.destination,
		Text: body, Segments: texts.Segments(body), Sender: key.sender, DueAt: parts[0].due, ExpiresAt: parts[0].until, Report: true}})
	if err == nil && texts.Forbids != nil && texts.Forbids(parts[0].lane, body) { // its parts were harmless, each by itself
		err = messages.In(w.tx, w.ring).RefuseMT(ctx, parts[0].lane, mts[0])
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, markSubmits, postgres.Column(parts, func(h heldPart) int64 { return h.id }), mts[0])
	}
	return err
}

const staleSubmits = `
SELECT system_id, sender, destination, reference, total FROM smpp_submits
WHERE payload IS NOT NULL AND mt_id IS NULL
GROUP BY 1, 2, 3, 4, 5 HAVING max(submitted_at) < $1 LIMIT 100`

// joinStaleSubmits makes messages of parts whose siblings have not come since.
func (w Steps) joinStaleSubmits(ctx context.Context, since time.Time, texts smppaccount.Texts) (made int, err error) {
	rows, err := w.tx.Query(ctx, staleSubmits, since)
	if err != nil {
		return 0, err
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k longKey, err error) {
		return k, row.Scan(&k.systemID, &k.sender, &k.destination, &k.reference, &k.total)
	})
	if err != nil {
		return 0, err
	}
	slices.SortFunc(keys, func(a, b longKey) int { return bytes.Compare([]byte(a.lockName()), []byte(b.lockName())) })
	for _, key := range keys {
		if err := w.lockLong(ctx, key.lockName()); err != nil {
			return made, err
		}
		waiting, _, err := w.heldParts(ctx, key)
		if err != nil {
			return made, err
		}
		if len(waiting) == 0 {
			continue // whoever had the lock has joined them
		}
		if err := w.joinSubmits(ctx, key, waiting, texts); err != nil {
			return made, err
		}
		made++
	}
	return made, nil
}
