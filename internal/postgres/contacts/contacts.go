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
coalesce(c.connected_at, '0001-01-01'::timestamptz), coalesce(c.wrap_up_until, '0001-01-01'::timestamptz), c.outcome, c.disposition, coalesce(c.helps, 0), c.attempts, coalesce(c.promised_at, '0001-01-01'::timestamptz), coalesce(c.addressed_to, 0)`

func scanContact(ring *seal.Ring, row pgx.Row, more ...any) (contact.Contact, error) {
	var c contact.Contact
	var known, number, wrapped []byte
	err := row.Scan(append([]any{&c.ID, &c.Interaction, &c.Channel, &c.Queue, &c.Language, &c.Reason, &known, &number, &wrapped, &c.State,
		&c.AgentID, &c.ByCall, &c.Version, &c.QueuedAt, &c.ConnectedAt, &c.WrapUpUntil, &c.Outcome, &c.Disposition, &c.Helps, &c.Attempts, &c.PromisedAt, &c.AddressedTo}, more...)...)
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

// The contacts of a number are counted over its newest interactions, so that a number with many costs no more.
const queueStanding = `
SELECT EXISTS (SELECT FROM contacts WHERE interaction_id = $5 AND (effect = $6 OR queue = $1 AND state IN ('waiting', 'offered') AND helps IS NULL
           OR channel IN ('callback', 'outgoing') AND state IN ('waiting', 'offered', 'accepted'))),
       ` + dutyAndWaiting + `,
       (SELECT count(*) FROM unnest($7::bytea[]) n (at)
        CROSS JOIN LATERAL (SELECT id FROM interactions WHERE number_index = n.at ORDER BY id DESC LIMIT 50) i
        JOIN contacts c ON c.interaction_id = i.id WHERE c.queued_at > now() - make_interval(secs => $8))`

// dutyAndWaiting says of the queue $1 whether it is open to who speaks $2, and how many wait in it. It is open as long as [acd.Decide] gives
// nobody up who waits in it: $3 and $4 are its rules Pause and GiveUp. But whoever goes off duty closes it at once.
const dutyAndWaiting = `
EXISTS (WITH duty AS MATERIALIZED (SELECT id, languages, connected_until, status, status_reason, status_at, skills FROM agents WHERE status <> 'offline')
    SELECT FROM duty a WHERE a.connected_until > now() - make_interval(secs => $4) AND $2 = ANY (a.languages)
    AND (a.status = 'available' OR a.status_at > now() - make_interval(secs => $4 +
        CASE a.status_reason WHEN '` + acd.NotResponding + `' THEN 0 ELSE $3::double precision END))
    AND ARRAY[$1, (SELECT overflow FROM queues WHERE name = $1)] && ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id)
    AND NOT EXISTS (SELECT FROM jsonb_each((SELECT skills FROM queues WHERE name = $1)) w
        WHERE w.value->'relax' IS NULL AND coalesce((a.skills->>w.key)::int, 0) < (w.value->>'level')::int)),
(SELECT count(*) FROM contacts WHERE queue = $1 AND state IN ('waiting', 'offered') AND helps IS NULL AND channel <> 'callback')`

const joinQueue = `
INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect, priority, queued_at, addressed_to, addressed_until, due_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9, now()), nullif($10::bigint, 0), CASE WHEN $10 <> 0 THEN now() + make_interval(secs => $11) END, $12)
ON CONFLICT (interaction_id, effect) DO NOTHING`

// JoinQueue makes an interaction wait in a queue that admits it, once for each effect. One that waits there already goes on waiting, and so does a
// citizen who was called, for whom an agent is there already.
func (w Steps) JoinQueue(ctx context.Context, a contact.Arrival) (contact.Admission, error) {
	rules, now, err := w.rules(ctx, a.Queue)
	if errors.Is(err, pgx.ErrNoRows) { // a queue that was never made is served by nobody
		return contact.Closed, nil
	}
	if err != nil {
		return "", err
	}
	var joined bool
	s := acd.Standing{Now: now}
	err = w.tx.QueryRow(ctx, queueStanding, a.Queue, a.Language, rules.Pause.Seconds(), rules.GiveUp.Seconds(),
		a.Interaction, a.Effect, w.indexes(a.Number), acd.AdmissionTime.Seconds()).
		Scan(&joined, &s.OnDuty, &s.Waiting, &s.OfNumber)
	if err != nil {
		return "", fmt.Errorf("join queue %s: %w", a.Queue, err)
	}
	if joined {
		return contact.Joined, nil
	}
	admission := rules.Admit(s)
	if a.Later {
		admission = rules.AdmitLater(s)
	}
	if admission != contact.Joined && a.Kept == nil {
		return admission, nil
	}
	priority, queuedAt := 0, (*time.Time)(nil)
	if a.Kept != nil {
		priority, queuedAt = a.Kept.Priority, &a.Kept.QueuedAt
	}
	var due *time.Time
	switch opens := opensLater(rules, now); {
	case a.Channel == contact.Callback:
		if a.DueAt.After(now) {
			now = a.DueAt
		}
		at := rules.NextCall(now)
		due = &at
	case a.Channel != contact.Outgoing && !opens.IsZero():
		due = &opens
	}
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, a.Interaction)
	var known []byte
	if err == nil {
		known, err = datakeys.SealJSON(key, datakeys.ContextOf(a.Interaction), a.Context)
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, joinQueue, a.Interaction, a.Queue, a.Channel, a.Language, a.Reason, known, a.Effect, priority, queuedAt,
			a.Knows, acd.KnownFor.Seconds(), due)
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
WHERE c.interaction_id = $1 AND c.state NOT IN ('wrap_up', 'ended') AND c.helps IS NULL ORDER BY c.id DESC LIMIT 1 FOR UPDATE OF c`
	lockHelp = `
SELECT ` + contactColumns + ` FROM contacts c
WHERE c.interaction_id = $1 AND c.state <> 'ended' AND c.helps IS NOT NULL ORDER BY c.id DESC LIMIT 1 FOR UPDATE OF c`
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
	return w.lockOf(ctx, lockLiveContact, interaction)
}

// LockHelp is [Steps.LockContact] for the consultation in an interaction, if one is under way.
func (w Steps) LockHelp(ctx context.Context, interaction int64) (c contact.Contact, found bool, err error) {
	return w.lockOf(ctx, lockHelp, interaction)
}

func (w Steps) lockOf(ctx context.Context, statement string, interaction int64) (c contact.Contact, found bool, err error) {
	if err := w.tx.TakeTurn(ctx, interaction); err != nil {
		return c, false, err
	}
	c, err = scanContact(w.ring, w.tx.QueryRow(ctx, statement, interaction))
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
    addressed_to = CASE $3 WHEN 'connected' THEN NULL ELSE addressed_to END, -- what it was addressed for is done
    accepted_at = CASE $3 WHEN 'waiting' THEN NULL WHEN 'accepted' THEN now() ELSE accepted_at END,
    connected_at = CASE $3 WHEN 'connected' THEN coalesce(connected_at, now()) ELSE connected_at END,
    released_at = CASE $3 WHEN 'wrap_up' THEN now() ELSE released_at END,
    wrap_up_until = CASE $3 WHEN 'wrap_up' THEN now() + make_interval(secs =>
        coalesce((SELECT wrap_up_seconds FROM queues WHERE name = c.queue), $8)) ELSE wrap_up_until END,
    ended_at = CASE $3 WHEN 'ended' THEN now() ELSE ended_at END
WHERE c.id = $1 AND c.version = $2
RETURNING ` + contactColumns

// MoveContact does a move of a contact that is locked, notes the time of the agents who have it or had it, and tells them and whoever
// follows it. agent is who has it from now on, or 0 for no change.
func (w Steps) MoveContact(ctx context.Context, c contact.Contact, m contact.Move, agent int64) (contact.Contact, error) {
	moved, err := w.moved(w.tx.QueryRow(ctx, moveContact, movingOf(contact.Step{Contact: c, Move: m, Agent: agent})...))
	if err != nil {
		return c, fmt.Errorf("move contact %d to %s: %w", c.ID, m.To, err)
	}
	return moved, w.tellMove(ctx, c, moved)
}

// MoveContacts is [Steps.MoveContact] for many, in one round trip.
func (w Steps) MoveContacts(ctx context.Context, steps []contact.Step) error {
	var batch pgx.Batch
	after := make([]contact.Contact, len(steps))
	for i, s := range steps {
		batch.Queue(moveContact, movingOf(s)...).QueryRow(func(row pgx.Row) (err error) {
			if after[i], err = w.moved(row); err != nil {
				err = fmt.Errorf("contact %d to %s: %w", s.Contact.ID, s.Move.To, err)
			}
			return err
		})
	}
	if err := w.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("move contacts: %w", err)
	}
	for i, s := range steps {
		if err := w.tellMove(ctx, s.Contact, after[i]); err != nil {
			return err
		}
	}
	return nil
}

// movingOf are the arguments of moveContact.
func movingOf(s contact.Step) []any {
	c, m := s.Contact, s.Move
	return []any{c.ID, c.Version, m.To, m.Front, m.Free, s.Agent, m.Outcome, acd.DefaultRules.WrapUp.Seconds()}
}

func (w Steps) moved(row pgx.Row) (contact.Contact, error) {
	c, err := scanContact(w.ring, row)
	if errors.Is(err, contact.ErrUnknown) {
		err = contact.ErrState
	}
	return c, err
}

// tellMove notes the time of the agents who have a contact or had it, and tells them and whoever follows it.
func (w Steps) tellMove(ctx context.Context, before, moved contact.Contact) error {
	w.tx.Hint(news.Contacts)
	if moved.AgentID != 0 {
		w.noteTime(moved.AgentID, asItStands)
	}
	if before.AgentID != 0 && before.AgentID != moved.AgentID {
		w.noteTime(before.AgentID, asItStands)
	}
	if moved.Helps != 0 { // whoever asks for help sees what comes of it
		if err := w.emitCall(ctx, moved.Interaction); err != nil {
			return err
		}
	}
	return w.emitContact(moved, before.AgentID)
}

const setQueue = `
UPDATE contacts SET queue = $3, version = version + 1, due_at = CASE channel WHEN 'callback' THEN due_at END, addressed_to = NULL WHERE id = $1 AND version = $2`

// SetQueue has a contact wait in another queue: its wait so far counts, it no longer waits for the first one to open, nor for an agent.
// [contact.ErrState] if it moved meanwhile.
func (w Steps) SetQueue(ctx context.Context, c contact.Contact, queue string) error {
	tag, err := w.tx.Exec(ctx, setQueue, c.ID, c.Version, queue)
	if err == nil && tag.RowsAffected() == 0 {
		err = contact.ErrState
	}
	if err != nil {
		return fmt.Errorf("send contact %d to queue %s: %w", c.ID, queue, err)
	}
	w.tx.Hint(news.Contacts)
	return nil
}

// emitContact tells whoever follows a contact how it stands: its stream, its agent's, and those of the agent who had it before and of the one to whom it
// is addressed.
func (w Steps) emitContact(c contact.Contact, before int64) error {
	payload := map[string]any{"contact": c.ID, "channel": c.Channel, "state": c.State, "outcome": c.Outcome, "wrap_up_until": when(c.WrapUpUntil)}
	names := []string{streams.Contact(c.ID)}
	if c.AgentID != 0 {
		names = append(names, streams.Agent(c.AgentID))
	}
	if before != 0 && before != c.AgentID {
		names = append(names, streams.Agent(before))
	}
	if to := c.AddressedTo; to != 0 && to != c.AgentID && to != before {
		names = append(names, streams.Agent(to))
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
