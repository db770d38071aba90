package inbound

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/messages"
	"okno/internal/words"
)

// batch is a unit of work for the messages of many citizens: it reads what they are likely to need at once, lets each step
// write into a draft of its own, and writes what the drafts say at once. What it does not hold goes alone.
type batch struct {
	work   steps
	drafts map[string]*draft     // by number; whoever is missing has to go alone
	cases  map[string]cases.Case // that the messages seem to name

	handled []*draft // whose steps succeeded

	grants  []message.Grant
	granted []message.Granted // once the writes are done
}

// talk is an SMS conversation in a batch.
type talk struct {
	conversation.Interaction
	session  conversation.Session
	raw      []byte // the session as it was kept; nil of a new one
	activeAt time.Time
	fresh    bool
	spoken   bool                 // has new entries
	saved    bool                 // the session is new, or has changed
	outcome  conversation.Outcome // "" while it goes on
}

const lockOpenSMS = `
SELECT s.interaction_id, s.state FROM interactions i JOIN sessions s ON s.interaction_id = i.id
WHERE i.number = ANY ($1) AND i.channel = 'sms' AND i.ended_at IS NULL
FOR NO KEY UPDATE OF i SKIP LOCKED FOR UPDATE OF s SKIP LOCKED`

// After the lock: nobody else can open a contact of a conversation any more. An id is there for whoever has none open.
const knownInBatch = `
SELECT n.number,
       coalesce(i.id, nextval('interactions_id_seq')), i.id IS NULL, coalesce(i.active_at, now()),
       coalesce(i.citizen_id, 0), coalesce(i.verification, ''), coalesce(i.language, ''),
       EXISTS (SELECT FROM contacts WHERE interaction_id = i.id AND state <> 'ended')
FROM unnest($1::text[]) n (number)
LEFT JOIN interactions i ON i.number = n.number AND i.channel = 'sms' AND i.ended_at IS NULL`

const casesByNumber = `SELECT ` + casestore.Columns + ` FROM cases WHERE number = ANY ($1)`

// read reads for the messages, and locks the sessions that they go on with. A session that somebody else has locked,
// or with a contact, whose desk has to be told of every entry, is left out.
func (b *batch) read(ctx context.Context, waiting []message.MO) error {
	b.drafts, b.cases = map[string]*draft{}, map[string]cases.Case{}
	states := map[int64][]byte{}
	numbers := postgres.Column(waiting, func(mo message.MO) string { return mo.Source })
	var named []string
	for _, mo := range waiting {
		if number := words.Digits(mo.Text); len(number) == cases.NumberDigits {
			named = append(named, number)
		}
	}
	var reads pgx.Batch
	reads.Queue(lockOpenSMS, numbers).Query(func(rows pgx.Rows) error {
		var id int64
		var state []byte
		_, err := pgx.ForEachRow(rows, []any{&id, &state}, func() error {
			states[id] = state
			return nil
		})
		return err
	})
	known := map[string]citizen.Known{}
	identity.QueueKnown(&reads, b.work.ring, numbers, known)
	reads.Queue(knownInBatch, numbers).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			d := &draft{batch: b}
			t := &talk{}
			t.Channel = dialogue.SMS
			var live bool
			err := rows.Scan(&d.number, &t.ID, &t.fresh, &t.activeAt, &t.CitizenID, &t.Verification, &t.Language, &live)
			if err != nil {
				return err
			}
			d.known = known[d.number]
			t.Number, t.raw = d.number, states[t.ID]
			switch {
			case t.fresh:
				d.spare = t.ID
			case live || t.raw == nil:
				continue
			default:
				d.talks = []*talk{t}
			}
			b.drafts[d.number] = d
		}
		return rows.Err()
	})
	if len(named) > 0 {
		reads.Queue(casesByNumber, named).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				c, err := casestore.Scan(rows)
				if err != nil {
					return err
				}
				b.cases[c.Number] = c
			}
			return rows.Err()
		})
	}
	if err := b.work.tx.SendBatch(ctx, &reads).Close(); err != nil {
		return fmt.Errorf("read for mos: %w", err)
	}
	return nil
}

// handle lets a message's step write its draft. It says false when the message has to go alone: for what a batch does not
// hold, or for an error, which it will meet again there.
func (b *batch) handle(ctx context.Context, mo message.MO, handle Handler) bool {
	d, ok := b.drafts[mo.Source]
	if !ok {
		return false
	}
	interaction, err := handle.safely(ctx, d, mo)
	if err != nil {
		return false
	}
	d.mo, d.interaction = mo.ID, interaction
	b.handled = append(b.handled, d)
	return true
}

const keepInteractions = `
UPDATE interactions i SET language = k.language,
    active_at = CASE WHEN k.spoken THEN now() ELSE i.active_at END,
    ended_at = CASE WHEN k.outcome <> '' THEN now() END,
    outcome = CASE WHEN k.outcome = '' THEN ''
                   WHEN EXISTS (SELECT FROM contacts WHERE interaction_id = i.id AND connected_at IS NOT NULL) THEN 'operator'
                   WHEN EXISTS (SELECT FROM contacts c WHERE interaction_id = i.id AND c.outcome = 'abandoned') THEN 'abandoned'
                   ELSE k.outcome END
FROM unnest($1::bigint[], $2::text[], $3::boolean[], $4::text[]) k (id, language, spoken, outcome)
WHERE i.id = k.id AND i.ended_at IS NULL`

const addInteractions = `
INSERT INTO interactions (id, channel, number, citizen_id, verification, language, ended_at, outcome) OVERRIDING SYSTEM VALUE
SELECT id, 'sms', number, nullif(citizen_id, 0), verification, language, CASE WHEN outcome <> '' THEN now() END, outcome
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
     a (id, number, citizen_id, verification, language, outcome)`

const addSessions = `
INSERT INTO sessions (interaction_id, version, state) SELECT * FROM unnest($1::bigint[], $2::text[], $3::jsonb[])`

const saveSessions = `
UPDATE sessions s SET state = k.state, updated_at = now()
FROM unnest($1::bigint[], $2::jsonb[]) k (id, state) WHERE s.interaction_id = k.id`

const dropSessions = `DELETE FROM sessions WHERE interaction_id = ANY($1)`

const addEntries = `
INSERT INTO entries (interaction_id, speaker, kind, body) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])`

const linkCases = `
INSERT INTO interaction_cases SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING`

const processedMOs = `
UPDATE mo_messages m SET processed_at = $2, interaction_id = nullif(p.interaction, 0)
FROM unnest($1::bigint[], $3::bigint[]) p (id, interaction) WHERE m.id = p.id`

// queue queues what the drafts say to be written.
func (b *batch) queue(writes *pgx.Batch) error {
	var known, saved, fresh []*talk
	var over []int64
	var entries []conversation.Entry
	var mts []message.MT
	var links []caseLink
	var chosen []*draft // a language
	var heard []int64   // bindings
	for _, d := range b.handled {
		for _, t := range d.talks {
			if t.fresh {
				fresh = append(fresh, t)
			} else if t.spoken || t.saved || t.outcome != "" {
				known = append(known, t)
			}
			switch {
			case t.fresh:
			case t.outcome != "":
				over = append(over, t.ID)
			case t.saved:
				saved = append(saved, t)
			}
		}
		entries, mts, links = append(entries, d.entries...), append(mts, d.mts...), append(links, d.links...)
		if d.heard {
			heard = append(heard, d.known.Binding)
		}
		if d.language != "" {
			chosen = append(chosen, d)
		}
		if d.stopped != nil {
			messages.In(b.work.tx, b.work.ring).QueueNotices(writes, d.number, *d.stopped)
		}
	}
	id := func(t *talk) int64 { return t.ID }
	language := func(t *talk) string { return string(t.Language) }
	outcome := func(t *talk) string { return string(t.outcome) }
	if len(known) > 0 { // first, so that whoever has ended a conversation may open another
		writes.Queue(keepInteractions, postgres.Column(known, id), postgres.Column(known, language),
			postgres.Column(known, func(t *talk) bool { return t.spoken }), postgres.Column(known, outcome))
	}
	if len(over) > 0 {
		writes.Queue(dropSessions, over)
	}
	if len(saved) > 0 {
		encoded, err := sessionsOf(saved)
		if err != nil {
			return err
		}
		writes.Queue(saveSessions, postgres.Column(saved, id), encoded)
	}
	if len(fresh) > 0 {
		writes.Queue(addInteractions, postgres.Column(fresh, id), postgres.Column(fresh, func(t *talk) string { return t.Number }),
			postgres.Column(fresh, func(t *talk) int64 { return t.CitizenID }), postgres.Column(fresh, func(t *talk) string { return string(t.Verification) }),
			postgres.Column(fresh, language), postgres.Column(fresh, outcome))
	}
	if open := slices.DeleteFunc(fresh, func(t *talk) bool { return t.outcome != "" }); len(open) > 0 {
		encoded, err := sessionsOf(open)
		if err != nil {
			return err
		}
		writes.Queue(addSessions, postgres.Column(open, id), postgres.Column(open, func(t *talk) string { return t.session.Version }), encoded)
	}
	if len(entries) > 0 {
		writes.Queue(addEntries, postgres.Column(entries, func(e conversation.Entry) int64 { return e.Interaction }),
			postgres.Column(entries, func(e conversation.Entry) string { return e.Speaker }),
			postgres.Column(entries, func(e conversation.Entry) string { return e.Kind }),
			postgres.Column(entries, func(e conversation.Entry) string { return e.Body }))
	}
	if len(links) > 0 {
		writes.Queue(linkCases, postgres.Column(links, func(l caseLink) int64 { return l.interaction }), postgres.Column(links, func(l caseLink) int64 { return l.id }))
	}
	if len(heard) > 0 {
		identity.QueueHeard(writes, heard)
	}
	if len(chosen) > 0 {
		identity.QueueLanguages(writes, b.work.ring, postgres.Column(chosen, func(d *draft) string { return d.number }),
			postgres.Column(chosen, func(d *draft) string { return string(d.language) }))
	}
	if len(mts) > 0 {
		b.queueMTs(writes, mts)
	}
	return nil
}

// queueMTs queues the messages, each claimed for a bind that has room for it.
func (b *batch) queueMTs(writes *pgx.Batch, mts []message.MT) {
	by := make([]*message.Grant, len(mts))
	for i, m := range mts {
		if by[i] = b.grant(m); by[i] == nil {
			b.work.tx.Hint(news.MT)
		}
	}
	messages.In(b.work.tx, b.work.ring).Enqueue(writes, mts, by, func(added []messages.Added) {
		for i, a := range added {
			m := mts[i]
			for part := 1; part <= m.Segments && by[i] != nil; part++ {
				b.granted = append(b.granted, message.Granted{Slot: by[i].Slot, Segment: message.Segment{
					ID: a.ID*256 + int64(part), MT: a.ID, Lane: m.Lane, Number: part, Destination: m.Destination, Text: m.Text,
					Sender: m.Sender, ExpiresAt: m.ExpiresAt, Claim: a.Claim, Attempt: 1}})
			}
		}
	})
}

// grant gives the grant that takes a message, or nil. It is used up by as many segments.
func (b *batch) grant(m message.MT) *message.Grant {
	if m.Lane == message.Notice || !m.DueAt.IsZero() {
		return nil
	}
	var most *message.Grant
	for i := range b.grants {
		if g := &b.grants[i]; g.Room >= m.Segments && (most == nil || g.Room > most.Room) && g.Takes(m.Destination) {
			most = g
		}
	}
	if most != nil {
		most.Room -= m.Segments
	}
	return most
}

// processed marks the messages that were handled.
func (b *batch) processed(writes *pgx.Batch, now time.Time) {
	if len(b.handled) > 0 {
		writes.Queue(processedMOs, postgres.Column(b.handled, func(d *draft) int64 { return d.mo }), now,
			postgres.Column(b.handled, func(d *draft) int64 { return d.interaction }))
	}
}

func sessionsOf(talks []*talk) ([][]byte, error) {
	encoded := make([][]byte, len(talks))
	for i, t := range talks {
		var err error
		if encoded[i], err = json.Marshal(t.session); err != nil {
			return nil, fmt.Errorf("encode session of interaction %d: %w", t.ID, err)
		}
	}
	return encoded, nil
}
