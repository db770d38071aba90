package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/desk"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/streams"
)

const heldContacts = `
SELECT ` + contactColumns + `, coalesce(z.name, ''),
       coalesce((SELECT o.expires_at FROM offers o WHERE o.contact_id = c.id AND o.state = 'pending'), '0001-01-01'::timestamptz)
FROM contacts c
JOIN interactions i ON i.id = c.interaction_id
LEFT JOIN citizens z ON z.id = i.citizen_id
WHERE c.agent_id = $1 AND c.state IN ('offered', 'accepted', 'connected', 'wrap_up') ORDER BY c.queued_at`

const queueCounts = `
SELECT q.name, q.title, count(c.id), coalesce(min(c.queued_at), '0001-01-01'::timestamptz)
FROM queues q JOIN agent_queues s ON s.queue = q.name AND s.agent_id = $1
LEFT JOIN contacts c ON c.queue = q.name AND c.state IN ('waiting', 'offered')
GROUP BY q.name, q.title ORDER BY q.name`

// DeskSnapshot gives an agent's whole desk, and the numbers of the streams that it goes with, as one moment has them.
func (store *Store) DeskSnapshot(ctx context.Context, agent int64) (desk.Snapshot, error) {
	s := desk.Snapshot{Contacts: []desk.Held{}, Queues: []desk.Queue{}, Streams: map[string]int64{}}
	err := store.db.Snapshot(ctx, func(tx *postgres.Tx) (err error) {
		if s.Agent, err = scanAgent(tx.QueryRow(ctx, agentByID, agent)); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, heldContacts, agent)
		if err != nil {
			return err
		}
		if s.Contacts, err = pgx.CollectRows(rows, scanHeld); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, queueCounts, agent); err != nil {
			return err
		}
		if s.Queues, err = pgx.CollectRows(rows, scanQueue); err != nil {
			return err
		}
		names := []string{streams.Agent(agent)}
		for _, c := range s.Contacts {
			names = append(names, streams.Contact(c.ID))
		}
		for _, name := range names {
			s.Streams[name] = 0
		}
		heads, err := streams.Heads(ctx, tx, names)
		maps.Copy(s.Streams, heads)
		return err
	})
	if err != nil {
		return s, fmt.Errorf("read desk of agent %d: %w", agent, err)
	}
	return s, nil
}

func scanHeld(row pgx.CollectableRow) (desk.Held, error) {
	var h desk.Held
	var known []byte
	c := &h.Contact
	err := row.Scan(&c.ID, &c.Interaction, &c.Channel, &c.Queue, &c.Language, &c.Reason, &known, &c.Number, &c.State, &c.AgentID,
		&c.QueuedAt, &c.ConnectedAt, &c.WrapUpUntil, &c.Disposition, &h.Name, &h.OfferUntil)
	if err == nil {
		err = json.Unmarshal(known, &c.Context)
	}
	return h, err
}

func scanQueue(row pgx.CollectableRow) (desk.Queue, error) {
	var q desk.Queue
	var title []byte
	err := row.Scan(&q.Name, &title, &q.Waiting, &q.Oldest)
	if err == nil {
		err = json.Unmarshal(title, &q.Title)
	}
	return q, err
}

const contactCitizen = `
SELECT i.number, i.verification, coalesce(z.id, 0), coalesce(z.name, ''), coalesce(z.national_number, ''), coalesce(z.language, '')
FROM interactions i LEFT JOIN citizens z ON z.id = i.citizen_id WHERE i.id = $1`

// What a citizen, or a number that is nobody's, did last on every channel. One statement for each way of knowing whose it is:
// each has an index of its own.
var (
	timelineOfCitizen     = timeline(`SELECT id, channel FROM interactions WHERE citizen_id = $1 ORDER BY id DESC LIMIT 200`)
	timelineOfNumber      = timeline(`SELECT id, channel FROM interactions WHERE number = $1 ORDER BY id DESC LIMIT 200`)
	timelineOfInteraction = timeline(`SELECT id, channel FROM interactions WHERE id = $1`)
)

func timeline(interactions string) string {
	return `
SELECT e.id, e.interaction_id, i.channel, e.at, e.speaker, coalesce((SELECT name FROM agents WHERE 'agent:' || id = e.speaker), ''), e.kind, e.body
FROM (` + interactions + `) i CROSS JOIN LATERAL (
    SELECT * FROM entries WHERE interaction_id = i.id ORDER BY id DESC LIMIT 200) e
ORDER BY e.id DESC LIMIT 200`
}

// The cases of a citizen or a number, and those that an interaction was about.
var (
	casesOfCitizen     = casesOf(`SELECT id FROM cases WHERE citizen_id = $2`)
	casesOfNumber      = casesOf(`SELECT id FROM cases WHERE contact = $2`)
	casesOfInteraction = casesOf(`SELECT $2::bigint WHERE false`)
)

func casesOf(who string) string {
	return `
SELECT ` + casestore.Columns + ` FROM cases
WHERE id IN (` + who + ` UNION SELECT case_id FROM interaction_cases WHERE interaction_id = $1)
ORDER BY opened_at DESC, id DESC LIMIT 50`
}

// ContactView gives what an agent who has a contact sees of it. acd.ErrUnknown, acd.ErrNotYours.
func (s *Store) ContactView(ctx context.Context, agent, contact int64) (desk.View, error) {
	v := desk.View{Timeline: []desk.Entry{}, Cases: []cases.Case{}}
	err := s.do(ctx, func(w Steps) error {
		c, err := scanContact(w.tx.QueryRow(ctx, contactNow, contact))
		if err != nil {
			return err
		}
		if c.AgentID != agent {
			return acd.ErrNotYours
		}
		v.Contact = c
		z := &v.Citizen
		if err := w.tx.QueryRow(ctx, contactCitizen, c.Interaction).Scan(&z.Number, &z.Verification, &z.ID, &z.Name, &z.NationalNumber, &z.Language); err != nil {
			return err
		}
		lines, about, whose := timelineOfInteraction, casesOfInteraction, any(c.Interaction)
		switch {
		case z.ID != 0:
			lines, about, whose = timelineOfCitizen, casesOfCitizen, z.ID
		case z.Number != "":
			lines, about, whose = timelineOfNumber, casesOfNumber, z.Number
		}
		rows, err := w.tx.Query(ctx, lines, whose)
		if err != nil {
			return err
		}
		v.Timeline, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (e desk.Entry, err error) {
			err = row.Scan(&e.ID, &e.Interaction, &e.Channel, &e.At, &e.Speaker, &e.Name, &e.Kind, &e.Body)
			return e, err
		})
		if err != nil {
			return err
		}
		if rows, err = w.tx.Query(ctx, about, c.Interaction, whose); err != nil {
			return err
		}
		if v.Cases, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (cases.Case, error) { return casestore.Scan(row) }); err != nil {
			return err
		}
		return audit.Record(ctx, w.tx, streams.Agent(agent), "contact.view", streams.Contact(contact), nil)
	})
	if err != nil {
		return v, fmt.Errorf("view contact %d: %w", contact, err)
	}
	return v, nil
}
