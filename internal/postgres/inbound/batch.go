package inbound

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/postgres"
	casestore "okno/internal/postgres/cases"
	questions "okno/internal/postgres/catalogue"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	attempts "okno/internal/postgres/lockout"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
	"okno/internal/words"
)

// batch is a unit of work for the messages of many citizens: it reads what they are likely to need at once, lets each step
// write into a draft of its own, and writes what the drafts say at once. What it does not hold goes alone.
type batch struct {
	work   steps
	drafts map[string]*draft     // by number; whoever is missing has to go alone
	cases  map[string]cases.Case // that the messages seem to name
	// guesses are the failed guesses at case numbers of those who seem to name one.
	guesses map[string]lockout.State

	handled []*draft // whose steps succeeded

	grants  []message.Grant
	granted []message.Granted // once the writes are done
}

// talk is an SMS conversation in a batch.
type talk struct {
	conversation.Interaction
	key      *seal.DataKey
	wrapped  seal.Wrapped // the key of a new one, to be kept
	session  conversation.Session
	raw      []byte // the session as it was kept, sealed; nil of a new one
	activeAt time.Time
	fresh    bool
	live     bool                 // it has a contact
	spoken   bool                 // has new entries
	saved    bool                 // the session is new, or has changed
	outcome  conversation.Outcome // "" while it goes on
}

const lockOpenSMS = `
SELECT s.interaction_id, s.sealed FROM interactions i JOIN sessions s ON s.interaction_id = i.id
WHERE i.number_index = ANY ($1) AND i.channel = 'sms' AND i.ended_at IS NULL
FOR NO KEY UPDATE OF i SKIP LOCKED FOR UPDATE OF s SKIP LOCKED`

// After the lock: nobody else can open a contact of a conversation any more.
const openInBatch = `
SELECT i.number_index, i.id, i.active_at, coalesce(i.citizen_id, 0), i.verification, i.language,
       EXISTS (SELECT FROM contacts WHERE interaction_id = i.id AND state <> 'ended'), ` + datakeys.OfInteraction + `i.id)
FROM interactions i WHERE i.number_index = ANY ($1) AND i.channel = 'sms' AND i.ended_at IS NULL`

// Who wrote with an operator a moment ago goes on with that, and goes alone.
const servedInBatch = `
SELECT number_index FROM interactions
WHERE number_index = ANY ($1) AND channel = 'sms' AND outcome = 'operator' AND ended_at > now() - make_interval(secs => $2)`

// An id is there for whoever has no conversation open.
const knownInBatch = `
SELECT n.number, nextval('interactions_id_seq') FROM unnest($1::text[]) n (number)`

const casesByNumber = `SELECT ` + casestore.Columns + ` FROM cases WHERE number = ANY ($1)`

// read reads for the messages, and locks the sessions that they go on with. A session that somebody else has locked,
// or with a contact, whose desk has to be told of every entry, is left out.
func (b *batch) read(ctx context.Context, waiting []message.MO) error {
	b.drafts, b.cases = map[string]*draft{}, map[string]cases.Case{}
	sources := postgres.Column(waiting, func(mo message.MO) string { return mo.Source })
	numbers := index(b.work.ring, sources)
	indexes := numbers.all()
	var named, guessers []string
	for _, mo := range waiting {
		if number := words.Digits(mo.Text); len(number) == cases.NumberDigits || len(number) == cases.LongNumberDigits {
			named, guessers = append(named, number), append(guessers, lockout.Number(mo.Source))
		}
	}
	states, open := map[int64][]byte{}, map[string]*talk{}
	var reads pgx.Batch
	reads.Queue(lockOpenSMS, indexes).Query(func(rows pgx.Rows) error {
		var id int64
		var state []byte
		_, err := pgx.ForEachRow(rows, []any{&id, &state}, func() error {
			states[id] = state
			return nil
		})
		return err
	})
	reads.Queue(openInBatch, indexes).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			t := &talk{}
			t.Channel = dialogue.SMS
			var at []byte
			err := rows.Scan(&at, &t.ID, &t.activeAt, &t.CitizenID, &t.Verification, &t.Language, &t.live, &t.wrapped)
			if err != nil {
				return err
			}
			t.Number, t.raw = numbers.of(at), states[t.ID]
			open[t.Number] = t
		}
		return rows.Err()
	})
	served := map[string]bool{}
	reads.Queue(servedInBatch, indexes, conversation.AfterThread.Seconds()).Query(func(rows pgx.Rows) error {
		var at []byte
		_, err := pgx.ForEachRow(rows, []any{&at}, func() error {
			served[numbers.of(at)] = true
			return nil
		})
		return err
	})
	known := map[string]citizen.Known{}
	identity.QueueKnown(&reads, b.work.ring, sources, known)
	reads.Queue(knownInBatch, sources).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			d := &draft{batch: b}
			if err := rows.Scan(&d.number, &d.spare); err != nil {
				return err
			}
			d.known, d.served = known[d.number], served[d.number]
			if t := open[d.number]; t != nil {
				if t.live || t.raw == nil {
					continue
				}
				var err error
				if t.key, err = b.work.ring.Unwrap(t.wrapped); err != nil {
					continue // alone it meets the error again, and keeps nobody else
				}
				d.talks = []*talk{t}
			}
			b.drafts[d.number] = d
		}
		return rows.Err()
	})
	if len(named) > 0 {
		attempts.In(b.work.tx, b.work.ring).QueueAttempts(&reads, lockout.CaseNumber, guessers, func(book lockout.Book) { b.guesses = book.States })
		reads.Queue(casesByNumber, named).Query(func(rows pgx.Rows) error {
			for rows.Next() {
				c, err := casestore.Scan(b.work.ring, rows)
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
INSERT INTO interactions (id, channel, number_index, sealed_number, citizen_id, verification, language, ended_at, outcome, dialogue) OVERRIDING SYSTEM VALUE
SELECT id, 'sms', number_index, sealed_number, nullif(citizen_id, 0), verification, language, CASE WHEN outcome <> '' THEN now() END, outcome, nullif(dialogue, '')
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[])
     a (id, number_index, sealed_number, citizen_id, verification, language, outcome, dialogue)`

const addSessions = `
INSERT INTO sessions (interaction_id, version, sealed) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[])`

const saveSessions = `
UPDATE sessions s SET sealed = k.sealed, updated_at = now()
FROM unnest($1::bigint[], $2::bytea[]) k (id, sealed) WHERE s.interaction_id = k.id`

const dropSessions = `DELETE FROM sessions WHERE interaction_id = ANY($1)`

const addEntries = `
INSERT INTO entries (interaction_id, speaker, kind, sealed, node)
SELECT interaction_id, speaker, kind, sealed, nullif(node, '') FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[], $5::text[])
     a (interaction_id, speaker, kind, sealed, node)`

const linkCases = `
INSERT INTO interaction_cases SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING`

const processedMOs = `
UPDATE mo_messages m SET processed_at = $2, interaction_id = nullif(p.interaction, 0), source = '',
    sealed = CASE WHEN p.interaction = 0 THEN sealed ELSE '' END
FROM unnest($1::bigint[], $3::bigint[]) p (id, interaction) WHERE m.id = p.id`

// queue queues what the drafts say to be written.
func (b *batch) queue(writes *pgx.Batch) error {
	var known, saved, fresh []*talk
	var over []int64
	var entries []line
	var mts []message.MT
	var links []caseLink
	var asks []questions.Ask
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
		asks = append(asks, d.asks...)
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
		b.queueFresh(writes, fresh)
	}
	if open := slices.DeleteFunc(fresh, func(t *talk) bool { return t.outcome != "" }); len(open) > 0 {
		encoded, err := sessionsOf(open)
		if err != nil {
			return err
		}
		writes.Queue(addSessions, postgres.Column(open, id), postgres.Column(open, func(t *talk) string { return t.session.Version }), encoded)
	}
	if len(entries) > 0 {
		writes.Queue(addEntries, postgres.Column(entries, func(l line) int64 { return l.interaction }),
			postgres.Column(entries, func(l line) string { return l.Speaker }), postgres.Column(entries, func(l line) string { return l.Kind }),
			postgres.Column(entries, line.sealed), postgres.Column(entries, func(l line) string { return l.Node }))
	}
	if len(links) > 0 {
		writes.Queue(linkCases, postgres.Column(links, func(l caseLink) int64 { return l.interaction }), postgres.Column(links, func(l caseLink) int64 { return l.id }))
	}
	if len(asks) > 0 {
		questions.QueueAsks(writes, b.work.ring, asks)
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

// queueFresh queues new interactions with their keys.
func (b *batch) queueFresh(writes *pgx.Batch, fresh []*talk) {
	indexes, sealed := make([][]byte, len(fresh)), make([][]byte, len(fresh))
	for i, t := range fresh {
		indexes[i], sealed[i] = datakeys.SealNumber(b.work.ring, t.key, t.ID, t.Number)
	}
	writes.Queue(addInteractions, postgres.Column(fresh, func(t *talk) int64 { return t.ID }), indexes, sealed,
		postgres.Column(fresh, func(t *talk) int64 { return t.CitizenID }), postgres.Column(fresh, func(t *talk) string { return string(t.Verification) }),
		postgres.Column(fresh, func(t *talk) string { return string(t.Language) }), postgres.Column(fresh, func(t *talk) string { return string(t.outcome) }),
		postgres.Column(fresh, func(t *talk) string { return t.Dialogue }))
	datakeys.QueueInteractions(writes, postgres.Column(fresh, func(t *talk) datakeys.Owned { return datakeys.Owned{ID: t.ID, Wrapped: t.wrapped} }))
}

// line is a line of a transcript with the key of its interaction.
type line struct {
	conversation.Entry
	interaction int64
	key         *seal.DataKey
}

func (l line) sealed() []byte {
	return l.key.Seal(datakeys.EntryOf(l.interaction, l.Speaker, l.Kind), []byte(l.Body))
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
		if encoded[i], err = datakeys.SealJSON(t.key, datakeys.SessionOf(t.ID), t.session); err != nil {
			return nil, err
		}
	}
	return encoded, nil
}
