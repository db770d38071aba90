package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
	"okno/internal/seal"
)

const contactColumns = `
c.id, c.interaction_id, c.channel, c.queue, c.language, c.reason, c.sealed_context,
(SELECT sealed_number FROM interactions WHERE id = c.interaction_id), ` + datakeys.OfInteraction + `c.interaction_id), c.state, coalesce(c.agent_id, 0),
(SELECT by_call FROM channels WHERE name = c.channel), c.version, c.queued_at,
coalesce(c.connected_at, '0001-01-01'::timestamptz), coalesce(c.wrap_up_until, '0001-01-01'::timestamptz), c.outcome, c.disposition`

func scanContact(ring *seal.Ring, row pgx.Row, more ...any) (contact.Contact, error) {
	var c contact.Contact
	var known, number, wrapped []byte
	err := row.Scan(append([]any{&c.ID, &c.Interaction, &c.Channel, &c.Queue, &c.Language, &c.Reason, &known, &number, &wrapped, &c.State,
		&c.AgentID, &c.ByCall, &c.Version, &c.QueuedAt, &c.ConnectedAt, &c.WrapUpUntil, &c.Outcome, &c.Disposition}, more...)...)
	if err != nil {
		return c, postgres.NoRows(err, contact.ErrUnknown)
	}
	opener := datakeys.NewOpener(ring)
	if c.Number, err = opener.Text(wrapped, datakeys.NumberOf(c.Interaction), number); err != nil {
		return c, err
	}
	c.Context = map[string]string{}
	return c, opener.JSON(wrapped, datakeys.ContextOf(c.Interaction), known, &c.Context)
}

// A queue is open while someone who serves it is on duty: available or paused. Hours come later, and add to this. The contacts of a number
// are counted over its newest interactions, so that a number with many costs no more.
const queueStanding = `
SELECT EXISTS (SELECT FROM contacts WHERE interaction_id = $2 AND effect = $3),
       EXISTS (SELECT FROM agent_queues q JOIN agents a ON a.id = q.agent_id WHERE q.queue = $1 AND a.status <> 'offline'),
       (SELECT count(*) FROM contacts WHERE queue = $1 AND state IN ('waiting', 'offered')),
       (SELECT count(*) FROM unnest($4::bytea[]) n (at)
        CROSS JOIN LATERAL (SELECT id FROM interactions WHERE number_index = n.at ORDER BY id DESC LIMIT 50) i
        JOIN contacts c ON c.interaction_id = i.id WHERE c.queued_at > now() - make_interval(secs => $5))`

const joinQueue = `
INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (interaction_id, effect) DO NOTHING`

// JoinQueue makes an interaction wait in a queue that admits it, once for each effect.
func (w Steps) JoinQueue(ctx context.Context, a contact.Arrival) (contact.Admission, error) {
	rules, err := w.Rules(ctx, a.Queue)
	if errors.Is(err, pgx.ErrNoRows) { // a queue that was never made is served by nobody
		return contact.Closed, nil
	}
	if err != nil {
		return "", err
	}
	var joined bool
	var s acd.Standing
	err = w.tx.QueryRow(ctx, queueStanding, a.Queue, a.Interaction, a.Effect, w.indexes(a.Number), acd.AdmissionTime.Seconds()).
		Scan(&joined, &s.OnDuty, &s.Waiting, &s.OfNumber)
	if err != nil {
		return "", fmt.Errorf("join queue %s: %w", a.Queue, err)
	}
	if joined {
		return contact.Joined, nil
	}
	if admission := rules.Admit(s); admission != contact.Joined {
		return admission, nil
	}
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, a.Interaction)
	var known []byte
	if err == nil {
		known, err = datakeys.SealJSON(key, datakeys.ContextOf(a.Interaction), a.Context)
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, joinQueue, a.Interaction, a.Queue, a.Channel, a.Language, a.Reason, known, a.Effect)
	}
	if err != nil {
		return "", fmt.Errorf("join queue %s: %w", a.Queue, err)
	}
	w.tx.Hint(news.Contacts)
	return contact.Joined, nil
}

// indexes are the blind indexes of a number; none of one that is withheld.
func (w Steps) indexes(number string) [][]byte {
	if number == "" {
		return nil
	}
	return w.ring.Indexes(seal.TelephoneNumber, number)
}

const contactNow = `SELECT ` + contactColumns + ` FROM contacts c WHERE c.id = $1`

// Contact gives a contact as it stands. [contact.ErrUnknown].
func (w Steps) Contact(ctx context.Context, id int64) (contact.Contact, error) {
	c, err := scanContact(w.ring, w.tx.QueryRow(ctx, contactNow, id))
	if err != nil {
		return c, fmt.Errorf("find contact %d: %w", id, err)
	}
	return c, nil
}

const (
	interactionOfContact = `SELECT interaction_id FROM contacts WHERE id = $1`
	lockContact          = `SELECT ` + contactColumns + ` FROM contacts c WHERE c.id = $1 FOR UPDATE OF c`
	lockLiveContact      = `
SELECT ` + contactColumns + ` FROM contacts c
WHERE c.interaction_id = $1 AND c.state NOT IN ('wrap_up', 'ended') ORDER BY c.id DESC LIMIT 1 FOR UPDATE OF c`
)

// LockContact gives a contact and keeps others from it, its session and its call until the work is done. [contact.ErrUnknown].
func (w Steps) LockContact(ctx context.Context, id int64) (contact.Contact, error) {
	var interaction int64
	if err := w.tx.QueryRow(ctx, interactionOfContact, id).Scan(&interaction); err != nil {
		return contact.Contact{}, fmt.Errorf("find contact %d: %w", id, postgres.NoRows(err, contact.ErrUnknown))
	}
	if err := w.tx.TakeTurn(ctx, interaction); err != nil {
		return contact.Contact{}, err
	}
	c, err := scanContact(w.ring, w.tx.QueryRow(ctx, lockContact, id))
	if err != nil {
		return c, fmt.Errorf("lock contact %d: %w", id, err)
	}
	return c, nil
}

// LockLiveContact is [Steps.LockContact] for the contact that an interaction has, if it has one that is neither in its wrap-up nor ended.
func (w Steps) LockLiveContact(ctx context.Context, interaction int64) (c contact.Contact, found bool, err error) {
	if err := w.tx.TakeTurn(ctx, interaction); err != nil {
		return c, false, err
	}
	c, err = scanContact(w.ring, w.tx.QueryRow(ctx, lockLiveContact, interaction))
	if errors.Is(err, contact.ErrUnknown) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("lock contact of interaction %d: %w", interaction, err)
	}
	return c, true, nil
}

const moveContact = `
UPDATE contacts c SET version = version + 1, state = $3,
    priority = priority + $4::boolean::int,
    agent_id = CASE WHEN $5 THEN NULL ELSE coalesce(nullif($6::bigint, 0), agent_id) END,
    outcome = coalesce(nullif($7::text, ''), outcome),
    accepted_at = CASE $3 WHEN 'waiting' THEN NULL WHEN 'accepted' THEN now() ELSE accepted_at END,
    connected_at = CASE $3 WHEN 'connected' THEN coalesce(connected_at, now()) ELSE connected_at END,
    released_at = CASE $3 WHEN 'wrap_up' THEN now() ELSE released_at END,
    wrap_up_until = CASE $3 WHEN 'wrap_up' THEN now() + make_interval(secs =>
        coalesce((SELECT wrap_up_seconds FROM queues WHERE name = c.queue), $8)) ELSE wrap_up_until END,
    ended_at = CASE $3 WHEN 'ended' THEN now() ELSE ended_at END
WHERE c.id = $1 AND c.version = $2
RETURNING ` + contactColumns

// MoveContact does a move of a contact that is locked, and tells whoever follows it, and the agents who have it or had it. agent is who
// has it from now on, or 0 for no change.
func (w Steps) MoveContact(ctx context.Context, c contact.Contact, m contact.Move, agent int64) (contact.Contact, error) {
	moved, err := scanContact(w.ring, w.tx.QueryRow(ctx, moveContact, c.ID, c.Version, m.To, m.Front, m.Free, agent, m.Outcome,
		acd.DefaultRules.WrapUp.Seconds()))
	if errors.Is(err, contact.ErrUnknown) {
		err = contact.ErrState
	}
	if err != nil {
		return c, fmt.Errorf("move contact %d to %s: %w", c.ID, m.To, err)
	}
	w.tx.Hint(news.Contacts)
	return moved, w.emitContact(moved, c.AgentID)
}

// emitContact tells whoever follows a contact how it stands: its stream, its agent's, and that of the agent who had it before.
func (w Steps) emitContact(c contact.Contact, before int64) error {
	payload := map[string]any{"contact": c.ID, "state": c.State, "wrap_up_until": when(c.WrapUpUntil)}
	names := []string{streams.Contact(c.ID)}
	if c.AgentID != 0 {
		names = append(names, streams.Agent(c.AgentID))
	}
	if before != 0 && before != c.AgentID {
		names = append(names, streams.Agent(before))
	}
	for _, name := range names {
		if err := streams.Emit(w.tx, name, "contact", payload); err != nil {
			return err
		}
	}
	return nil
}

// when is a time in an event, or null for none.
func when(t time.Time) any {
	if t.Year() <= 1 {
		return nil
	}
	return t
}

const setDisposition = `UPDATE contacts SET disposition = $2 WHERE id = $1`

// SetDisposition notes what the agent filed.
func (w Steps) SetDisposition(ctx context.Context, id int64, disposition string) error {
	if _, err := w.tx.Exec(ctx, setDisposition, id, disposition); err != nil {
		return fmt.Errorf("file contact %d: %w", id, err)
	}
	return nil
}

const extendWrapUp = `
UPDATE contacts c SET wrap_up_until = wrap_up_until + make_interval(secs =>
    coalesce((SELECT wrap_up_seconds FROM queues WHERE name = c.queue), $2))
WHERE id = $1 AND state = 'wrap_up' RETURNING ` + contactColumns

// ExtendWrapUp gives the agent as much time again. [contact.ErrState] outside a wrap-up.
func (w Steps) ExtendWrapUp(ctx context.Context, id int64) error {
	c, err := scanContact(w.ring, w.tx.QueryRow(ctx, extendWrapUp, id, acd.DefaultRules.WrapUp.Seconds()))
	if errors.Is(err, contact.ErrUnknown) {
		err = contact.ErrState
	}
	if err != nil {
		return fmt.Errorf("extend wrap-up of contact %d: %w", id, err)
	}
	return w.emitContact(c, 0)
}

const waitingSince = `SELECT id FROM contacts WHERE queue = $1 AND state = 'waiting' AND queued_at >= $2 ORDER BY id`

// WaitingSince lists the contacts that wait in a queue and joined it since a time.
func (w Steps) WaitingSince(ctx context.Context, queue string, since time.Time) ([]int64, error) {
	rows, err := w.tx.Query(ctx, waitingSince, queue, since)
	if err != nil {
		return nil, fmt.Errorf("list who waits in %s: %w", queue, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

const lockWaiting = `
SELECT ` + contactColumns + ` FROM contacts c WHERE c.id = ANY ($1) AND c.state = 'waiting' ORDER BY c.id FOR UPDATE OF c SKIP LOCKED`

// LockWaiting gives those of some contacts that wait and that nobody else is about to change, and keeps others from them. Nothing of their
// interactions may be changed with them.
func (w Steps) LockWaiting(ctx context.Context, ids []int64) (map[int64]contact.Contact, error) {
	rows, err := w.tx.Query(ctx, lockWaiting, ids)
	if err != nil {
		return nil, fmt.Errorf("lock waiting contacts: %w", err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (contact.Contact, error) { return scanContact(w.ring, row) })
	if err != nil {
		return nil, fmt.Errorf("lock waiting contacts: %w", err)
	}
	waiting := make(map[int64]contact.Contact, len(found))
	for _, c := range found {
		waiting[c.ID] = c
	}
	return waiting, nil
}

const contactsOfAgent = `
SELECT id FROM contacts WHERE agent_id = $1 AND state IN ('offered', 'accepted', 'ringing', 'connected') ORDER BY id`

// ContactsOf lists the contacts that an agent has, their wrap-ups left out.
func (w Steps) ContactsOf(ctx context.Context, agent int64) ([]int64, error) {
	rows, err := w.tx.Query(ctx, contactsOfAgent, agent)
	if err != nil {
		return nil, fmt.Errorf("list contacts of agent %d: %w", agent, err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
