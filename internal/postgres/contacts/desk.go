package contacts

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/citizen"
	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/messages"
	"okno/internal/postgres/streams"
)

const inHand = `c.state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up')`

const heldContacts = `
SELECT ` + contactColumns + `, coalesce(z.id, 0), ` + datakeys.OfCitizen + `z.id), z.sealed,
       coalesce((SELECT o.expires_at FROM offers o WHERE o.contact_id = c.id AND o.state = 'pending'), '0001-01-01'::timestamptz),
       q.title, coalesce(q.disposition, ''), q.auto_accept AND c.state = 'offered' AND c.helps IS NULL,
       c.state = 'accepted' AND c.channel IN ('callback', 'outgoing') AND EXISTS (SELECT FROM calls WHERE interaction_id = c.interaction_id AND state = 'live')
FROM contacts c
JOIN queues q ON q.name = c.queue
JOIN interactions i ON i.id = c.interaction_id
LEFT JOIN citizens z ON z.id = i.citizen_id
WHERE c.agent_id = $1 AND ` + inHand + ` ORDER BY c.queued_at`

// An agent sees the own queues, and who leads sees all.
const agentQueues = standOfQueues + `
WHERE EXISTS (SELECT FROM agents WHERE id = $1 AND role IN ('supervisor', 'administrator'))
   OR EXISTS (SELECT FROM agent_queues WHERE agent_id = $1 AND queue = q.name) ORDER BY q.name`

// The numbers of an agent's own stream and of the contacts in hand.
const deskHeads = `
SELECT n.name, coalesce(s.seq, 0)
FROM (SELECT 'agent:' || $1::bigint AS name
      UNION ALL SELECT 'contact:' || c.id FROM contacts c WHERE c.agent_id = $1 AND ` + inHand + `) n
LEFT JOIN streams s USING (name)`

const unanswered = `SELECT count(*) FROM evaluations WHERE agent_id = $1 AND replied_at IS NULL AND sealed IS NOT NULL`

const unreadMemos = `SELECT count(*) FROM memos WHERE to_agent = $1 AND read_at IS NULL`

// DeskSnapshot gives an agent's whole desk, and the numbers of the streams that it goes with, as one moment has them.
func (s *Store) DeskSnapshot(ctx context.Context, agent int64) (desk.Snapshot, error) {
	found := desk.Snapshot{Contacts: []desk.Held{}, Queues: []desk.Queue{}, Streams: map[string]int64{}}
	err := s.db.Snapshot(ctx, func(tx *postgres.Tx) (err error) {
		var reads pgx.Batch
		reads.Queue(agentByID, agent).QueryRow(func(row pgx.Row) (err error) {
			found.Agent, err = scanAgent(row)
			return err
		})
		reads.Queue(heldContacts, agent).Query(func(rows pgx.Rows) (err error) {
			found.Contacts, err = pgx.CollectRows(rows, s.scanHeld)
			return err
		})
		reads.Queue(agentQueues, agent).Query(func(rows pgx.Rows) (err error) {
			found.Queues, err = pgx.CollectRows(rows, scanQueue)
			return err
		})
		addressed(&reads, agent, &found.ForYou)
		reads.Queue(unanswered, agent).QueryRow(func(row pgx.Row) error { return row.Scan(&found.Unanswered) })
		reads.Queue(unreadMemos, agent).QueryRow(func(row pgx.Row) error { return row.Scan(&found.Memos) })
		reads.Queue(deskHeads, agent).Query(func(rows pgx.Rows) error {
			var name string
			var seq int64
			_, err := pgx.ForEachRow(rows, []any{&name, &seq}, func() error {
				found.Streams[name] = seq
				return nil
			})
			return err
		})
		if err := tx.SendBatch(ctx, &reads).Close(); err != nil {
			return err
		}
		if err := addParties(ctx, tx, found.Contacts); err != nil {
			return err
		}
		return addRecordings(ctx, tx, found.Contacts)
	})
	if err != nil {
		return found, fmt.Errorf("read desk of agent %d: %w", agent, err)
	}
	return found, nil
}

const partiesOfCalls = `
SELECT l.call_id, l.id, l.role, coalesce((SELECT name FROM agents WHERE id = l.agent_id), ''), CASE l.role WHEN 'outside' THEN l.endpoint ELSE '' END, l.state, l.held, l.poor
FROM legs l WHERE l.call_id = ANY ($1) AND l.state <> 'ended'
UNION ALL
SELECT h.interaction_id, '', 'consulted', (SELECT name FROM agents WHERE id = h.agent_id), '', 'ringing', false, false
FROM contacts h WHERE h.interaction_id = ANY ($1) AND h.helps IS NOT NULL AND h.state IN ('offered', 'accepted')`

// addParties adds who is in the calls of contacts that are connected; a colleague who is asked to help is, before the phone rings.
func addParties(ctx context.Context, tx *postgres.Tx, held []desk.Held) error {
	of := map[int64]*desk.Held{}
	for i, h := range held {
		if h.ByCall && h.State == contact.Connected {
			of[h.Interaction] = &held[i]
		}
	}
	if len(of) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, partiesOfCalls, slices.Collect(maps.Keys(of)))
	if err != nil {
		return err
	}
	var interaction int64
	var p desk.Party
	_, err = pgx.ForEachRow(rows, []any{&interaction, &p.Leg, &p.Role, &p.Name, &p.Number, &p.State, &p.Held, &p.Poor}, func() error {
		of[interaction].Parties = append(of[interaction].Parties, p)
		return nil
	})
	return err
}

func (s *Store) scanHeld(row pgx.CollectableRow) (h desk.Held, err error) {
	var whose int64
	var key, sealed []byte
	var queue acd.Settings
	if h.Contact, err = scanContact(s.ring, row, &whose, &key, &sealed, &h.OfferUntil, &h.QueueTitle, &queue.Disposition, &h.AutoAccept, &h.Answered); err != nil {
		return h, err
	}
	h.MustFile = queue.Rules().Disposition == acd.Required
	person, err := identity.OpenPerson(s.ring, whose, key, sealed)
	h.Name = person.Name
	return h, err
}

const contactCitizen = `
SELECT i.sealed_number, ` + datakeys.OfInteraction + `i.id), i.verification, coalesce(z.id, 0), ` + datakeys.OfCitizen + `z.id), z.sealed, coalesce(z.language, '')
FROM interactions i LEFT JOIN citizens z ON z.id = i.citizen_id WHERE i.id = $1`

// What a citizen, or a number that is nobody's, did last on every channel. One statement for each way of knowing whose it is:
// each has an index of its own. What a citizen did on a number stays that citizen's when the number has gone to somebody else.
var (
	timelineOfCitizen = timeline(`SELECT id, channel FROM interactions WHERE citizen_id = $1 ORDER BY id DESC LIMIT 200`)
	timelineOfNumber  = timeline(`
    SELECT i.id, i.channel FROM unnest($1::bytea[]) n (at) CROSS JOIN LATERAL (
        SELECT id, channel FROM interactions WHERE number_index = n.at AND citizen_id IS NULL ORDER BY id DESC LIMIT 200) i
    ORDER BY i.id DESC LIMIT 200`)
	timelineOfInteraction = timeline(`SELECT id, channel FROM interactions WHERE id = $1`)
)

func timeline(interactions string) string {
	return `
SELECT e.id, e.interaction_id, i.channel, e.at, e.speaker,
       coalesce((SELECT name FROM agents WHERE id = CASE WHEN e.speaker LIKE 'agent:%' THEN substr(e.speaker, 7)::bigint END), ''),
       e.kind, e.sealed, ` + datakeys.OfInteraction + `e.interaction_id), coalesce(` + messages.Delivery("e.mt_id") + `, '')
FROM (` + interactions + `) i CROSS JOIN LATERAL (
    SELECT * FROM entries WHERE interaction_id = i.id ORDER BY id DESC LIMIT 200) e
ORDER BY e.id DESC LIMIT 200`
}

// The cases of a citizen or a number; with casesOf those that an interaction was about, too.
const (
	ownOfCitizen = `
SELECT id FROM cases WHERE citizen_id = $1
UNION SELECT c.id FROM cases c WHERE c.contact_index = ANY ($2) AND c.citizen_id IS NULL`
	ownOfNumber = `SELECT id FROM cases WHERE $1::bigint = 0 AND contact_index = ANY ($2) AND citizen_id IS NULL`
)

var (
	casesOfCitizen = casesOf(ownOfCitizen)
	casesOfNumber  = casesOf(ownOfNumber)
)

func casesOf(who string) string {
	return `
SELECT ` + casestore.Columns + ` FROM cases
WHERE id IN (` + who + ` UNION SELECT case_id FROM interaction_cases WHERE interaction_id = $3)
ORDER BY opened_at DESC, id DESC LIMIT 50`
}

// ContactView gives what an agent sees of a contact, once may has nothing against it, and records the look in the journal, with the
// citizen, and with the reason of an agent who gave one. [contact.ErrUnknown], and the errors of may.
func (s *Store) ContactView(ctx context.Context, agent, id int64, reason string, may func(contact.Contact) error) (desk.View, error) {
	v := desk.View{Timeline: []desk.Entry{}, Cases: []desk.Case{}}
	err := s.do(ctx, func(w Steps) error {
		c, err := w.Contact(ctx, id)
		if err != nil {
			return err
		}
		if err := may(c); err != nil {
			return err
		}
		v.Contact = c
		z := &v.Citizen
		if err := w.openCitizen(ctx, c.Interaction, z); err != nil {
			return err
		}
		lines, about, whose := timelineOfInteraction, casesOfNumber, any(c.Interaction)
		switch {
		case z.ID != 0:
			lines, about, whose = timelineOfCitizen, casesOfCitizen, z.ID
		case z.Number != "":
			lines, whose = timelineOfNumber, w.indexes(z.Number)
		}
		if v.Timeline, err = w.timeline(ctx, lines, whose); err != nil {
			return err
		}
		rows, err := w.tx.Query(ctx, about, z.ID, w.indexes(z.Number), c.Interaction)
		if err != nil {
			return err
		}
		v.Cases, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c desk.Case, err error) {
			c.Case, err = casestore.Scan(w.ring, row)
			c.Theirs = c.BelongsTo(z.ID, z.Number)
			return c, err
		})
		if err != nil {
			return err
		}
		var theirs []int64
		for _, c := range v.Cases {
			if c.Theirs {
				theirs = append(theirs, c.ID)
			}
		}
		if v.Moves, err = casestore.Moves(ctx, w.tx, w.ring, theirs...); err != nil {
			return err
		}
		if v.Recordings, err = w.recordings(ctx, agent, recordingsOfInteractions, interactionsOf(c, v.Timeline)); err != nil {
			return err
		}
		if v.Heard, err = w.qualities(ctx, interactionsOf(c, v.Timeline)); err != nil {
			return err
		}
		if v.Drafts, err = w.Drafts(ctx, c, agent); err != nil {
			return err
		}
		detail := map[string]any{"citizen": z.ID}
		if reason != "" {
			detail["reason"] = reason
		}
		return audit.Record(ctx, w.tx, streams.Agent(agent), "contact.view", streams.Contact(id), detail)
	})
	if err != nil {
		return v, fmt.Errorf("view contact %d: %w", id, err)
	}
	return v, nil
}

// openCitizen reads who an interaction is with.
func (w Steps) openCitizen(ctx context.Context, interaction int64, z *desk.Citizen) error {
	var number, wrapped, key, sealed []byte
	err := w.tx.QueryRow(ctx, contactCitizen, interaction).Scan(&number, &wrapped, &z.Verification, &z.ID, &key, &sealed, &z.Language)
	if err != nil {
		return err
	}
	if z.Number, err = datakeys.NewOpener(w.ring).Text(wrapped, datakeys.NumberOf(interaction), number); err != nil {
		return err
	}
	person, err := identity.OpenPerson(w.ring, z.ID, key, sealed)
	z.Name, z.NationalNumber = person.Name, person.NationalNumber
	return err
}

func (w Steps) timeline(ctx context.Context, lines string, whose any) ([]desk.Entry, error) {
	rows, err := w.tx.Query(ctx, lines, whose)
	if err != nil {
		return nil, err
	}
	opener := datakeys.NewOpener(w.ring)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e desk.Entry, err error) {
		var sealed, wrapped []byte
		if err = row.Scan(&e.ID, &e.Interaction, &e.Channel, &e.At, &e.Speaker, &e.Name, &e.Kind, &sealed, &wrapped, &e.Delivery); err != nil {
			return e, err
		}
		e.Body, err = opener.Text(wrapped, datakeys.EntryOf(e.Interaction, e.Speaker, e.Kind), sealed)
		return e, err
	})
}

// Transcript gives the last 200 lines of an interaction, the newest first.
func (w Steps) Transcript(ctx context.Context, interaction int64) ([]desk.Entry, error) {
	lines, err := w.timeline(ctx, timelineOfInteraction, interaction)
	if err != nil {
		return nil, fmt.Errorf("read transcript of interaction %d: %w", interaction, err)
	}
	return lines, nil
}

const caseTie = `
SELECT coalesce(citizen_id, 0), sealed_number, ` + datakeys.OfInteraction + `i.id), EXISTS (SELECT FROM interaction_cases WHERE interaction_id = i.id AND case_id = $1)
FROM interactions i WHERE id = $2`

// CaseTie says how a case is tied to whom an interaction is with: it is theirs, or they asked about it.
func (w Steps) CaseTie(ctx context.Context, c cases.Case, interaction int64) (access.Tie, error) {
	var whose int64
	var sealed, wrapped []byte
	var asked bool
	number := ""
	err := w.tx.QueryRow(ctx, caseTie, c.ID, interaction).Scan(&whose, &sealed, &wrapped, &asked)
	if err == nil {
		number, err = datakeys.NewOpener(w.ring).Text(wrapped, datakeys.NumberOf(interaction), sealed)
	}
	if err != nil {
		return access.Untied, fmt.Errorf("tie case to interaction %d: %w", interaction, err)
	}
	switch {
	case c.BelongsTo(whose, number):
		return access.Theirs, nil
	case asked:
		return access.AskedOf, nil
	}
	return access.Untied, nil
}

// RevealCitizen gives who a contact is with, with the whole numbers, once may has nothing against it, and records the look in the journal.
// [contact.ErrUnknown], [citizen.ErrUnknown] when there is neither a citizen nor a number, and the errors of may.
func (s *Store) RevealCitizen(ctx context.Context, agent, id int64, reason string, may func(contact.Contact) error) (z desk.Citizen, err error) {
	err = s.do(ctx, func(w Steps) error {
		c, err := w.Contact(ctx, id)
		if err != nil {
			return err
		}
		if err := may(c); err != nil {
			return err
		}
		if err := w.openCitizen(ctx, c.Interaction, &z); err != nil {
			return err
		}
		if z.ID == 0 && z.Number == "" {
			return citizen.ErrUnknown
		}
		return audit.Record(ctx, w.tx, streams.Agent(agent), "citizen.reveal", streams.Contact(id), map[string]any{"citizen": z.ID, "reason": reason})
	})
	if err != nil {
		return z, fmt.Errorf("reveal citizen of contact %d: %w", id, err)
	}
	return z, nil
}

// JournalDeed records in the journal what an agent did to a contact.
func (w Steps) JournalDeed(ctx context.Context, agent int64, action string, id int64, detail map[string]any) error {
	return audit.Record(ctx, w.tx, streams.Agent(agent), action, streams.Contact(id), detail)
}
