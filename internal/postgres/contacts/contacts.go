package contacts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/streams"
)

const contactColumns = `
c.id, c.interaction_id, c.channel, c.queue, c.language, c.reason, c.context,
(SELECT number FROM interactions WHERE id = c.interaction_id), c.state, coalesce(c.agent_id, 0), c.queued_at,
coalesce(c.connected_at, '0001-01-01'::timestamptz), coalesce(c.wrap_up_until, '0001-01-01'::timestamptz), c.disposition`

func scanContact(row pgx.Row) (acd.Contact, error) {
	var c acd.Contact
	var known []byte
	err := row.Scan(&c.ID, &c.Interaction, &c.Channel, &c.Queue, &c.Language, &c.Reason, &known, &c.Number, &c.State, &c.AgentID,
		&c.QueuedAt, &c.ConnectedAt, &c.WrapUpUntil, &c.Disposition)
	if err == nil {
		err = json.Unmarshal(known, &c.Context)
	}
	return c, postgres.NoRows(err, acd.ErrUnknown)
}

// A queue is open while someone who serves it is on duty: available or paused. Hours come later, and add to this.
const queueOpen = `
SELECT EXISTS (SELECT FROM agents a JOIN agent_queues q ON q.agent_id = a.id
               WHERE q.queue = $1 AND a.status <> 'offline')`

const joinQueue = `
INSERT INTO contacts (interaction_id, queue, channel, language, reason, context, effect)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (interaction_id, effect) DO NOTHING`

// JoinQueue makes an interaction wait in a queue, once for each effect. A queue that nobody serves now takes nobody.
func (w Steps) JoinQueue(ctx context.Context, a acd.Arrival) (open bool, err error) {
	if err := w.tx.QueryRow(ctx, queueOpen, a.Queue).Scan(&open); err != nil || !open {
		return false, err
	}
	known, err := json.Marshal(a.Context)
	if err == nil {
		_, err = w.tx.Exec(ctx, joinQueue, a.Interaction, a.Queue, a.Channel, a.Language, a.Reason, known, a.Effect)
	}
	if err != nil {
		return false, fmt.Errorf("join queue %s: %w", a.Queue, err)
	}
	w.tx.Hint(news.Contacts)
	return true, nil
}

// A queue is given up once the last of its agents has been off duty for a while: shifts overlap badly, and a click can be a slip.
const unserved = `
SELECT c.interaction_id FROM contacts c
WHERE c.state = 'waiting' AND NOT EXISTS (
    SELECT FROM agents a JOIN agent_queues q ON q.agent_id = a.id
    WHERE q.queue = c.queue AND (a.status <> 'offline' OR a.status_at > now() - make_interval(secs => $1)))
ORDER BY c.id LIMIT 100`

// Unserved gives the interactions that wait in queues which nobody serves any more.
func (s *Store) Unserved(ctx context.Context) ([]int64, error) {
	rows, err := s.db.Query(ctx, unserved, acd.GiveUp.Seconds())
	if err != nil {
		return nil, fmt.Errorf("find unserved contacts: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// GiveUpContact ends a contact that waits for nobody. acd.ErrState when somebody has come meanwhile.
func (w Steps) GiveUpContact(ctx context.Context, interaction int64) error {
	c, err := scanContact(w.tx.QueryRow(ctx, liveContact, interaction))
	if err != nil {
		return fmt.Errorf("find contact of interaction %d: %w", interaction, err)
	}
	if c.State != acd.Waiting {
		return acd.ErrState
	}
	return w.endContact(ctx, c, "nobody")
}

const liveContact = `
SELECT ` + contactColumns + ` FROM contacts c
WHERE c.interaction_id = $1 AND c.state NOT IN ('wrap_up', 'ended') FOR UPDATE OF c`

// LeaveQueue ends an interaction's contact because the citizen has gone: abandoned, or talked to and now to be wrapped up.
func (w Steps) LeaveQueue(ctx context.Context, interaction int64) error {
	c, err := scanContact(w.tx.QueryRow(ctx, liveContact, interaction))
	if errors.Is(err, acd.ErrUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find contact of interaction %d: %w", interaction, err)
	}
	if c.State == acd.Connected {
		return w.release(ctx, c)
	}
	return w.endContact(ctx, c, "abandoned")
}

const releaseContact = `
UPDATE contacts SET state = 'wrap_up', released_at = now(), wrap_up_until = now() + make_interval(secs => $2)
WHERE id = $1 AND state = 'connected' RETURNING wrap_up_until`

// release begins the wrap-up: the talk is over, and the agent files its outcome.
func (w Steps) release(ctx context.Context, c acd.Contact) error {
	var until time.Time
	if err := w.tx.QueryRow(ctx, releaseContact, c.ID, acd.WrapUpTime.Seconds()).Scan(&until); err != nil {
		return fmt.Errorf("release contact %d: %w", c.ID, postgres.NoRows(err, acd.ErrState))
	}
	w.tx.Hint(news.Contacts)
	return w.emitContact(ctx, c.ID)
}

const endContact = `UPDATE contacts SET state = 'ended', ended_at = now(), outcome = $2 WHERE id = $1 AND state <> 'ended'`

const withdrawOffers = `
UPDATE offers SET state = 'withdrawn', ended_at = now() WHERE contact_id = $1 AND state = 'pending' RETURNING agent_id`

// endContact ends a contact and takes back what is offered of it.
func (w Steps) endContact(ctx context.Context, c acd.Contact, outcome string) error {
	if _, err := w.tx.Exec(ctx, endContact, c.ID, outcome); err != nil {
		return fmt.Errorf("end contact %d: %w", c.ID, err)
	}
	rows, err := w.tx.Query(ctx, withdrawOffers, c.ID)
	if err != nil {
		return fmt.Errorf("withdraw offers of contact %d: %w", c.ID, err)
	}
	agents, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("withdraw offers of contact %d: %w", c.ID, err)
	}
	for _, agent := range agents {
		if err := streams.Emit(w.tx, streams.Agent(agent), "offer_ended", map[string]any{"contact": c.ID, "why": "withdrawn"}); err != nil {
			return err
		}
	}
	w.tx.Hint(news.Contacts)
	return w.emitContact(ctx, c.ID)
}

const contactNow = `SELECT ` + contactColumns + ` FROM contacts c WHERE c.id = $1`

// emitContact tells whoever follows a contact, and the agent who has it, how it stands.
func (w Steps) emitContact(ctx context.Context, id int64) error {
	c, err := scanContact(w.tx.QueryRow(ctx, contactNow, id))
	if err != nil {
		return fmt.Errorf("read contact %d: %w", id, err)
	}
	payload := map[string]any{"contact": c.ID, "state": c.State, "wrap_up_until": c.WrapUpUntil}
	if err := streams.Emit(w.tx, streams.Contact(id), "contact", payload); err != nil || c.AgentID == 0 {
		return err
	}
	return streams.Emit(w.tx, streams.Agent(c.AgentID), "contact", payload)
}
