package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
	"okno/internal/contact"
	"okno/internal/news"
)

// Those of a number are looked for among its newest interactions, so that a number with many costs no more.
const callbacksOf = `
SELECT c.id, i.id FROM unnest($1::bytea[]) n (at)
CROSS JOIN LATERAL (SELECT id FROM interactions WHERE number_index = n.at ORDER BY id DESC LIMIT 50) i
JOIN contacts c ON c.interaction_id = i.id AND c.channel = 'callback' AND c.state IN ('waiting', 'offered', 'accepted')
WHERE NOT EXISTS (SELECT FROM calls WHERE interaction_id = i.id AND state = 'live') ORDER BY c.id`

// CallbacksOf lists the callbacks of a number whose citizen has not been reached yet.
func (w Steps) CallbacksOf(ctx context.Context, number string) ([]contact.Ref, error) {
	if number == "" {
		return nil, nil
	}
	rows, err := w.tx.Query(ctx, callbacksOf, w.indexes(number))
	if err != nil {
		return nil, fmt.Errorf("list callbacks: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[contact.Ref])
}

// The place is that of whoever asked first.
const passPlace = `
UPDATE contacts c SET version = c.version + 1, priority = greatest(c.priority, o.priority), queued_at = least(c.queued_at, o.queued_at)
FROM contacts o WHERE o.id = $2 AND c.id = $1`

// PassPlace gives a contact that waits the place of another, if that one is in front.
func (w Steps) PassPlace(ctx context.Context, id, of int64) error {
	if _, err := w.tx.Exec(ctx, passPlace, id, of); err != nil {
		return fmt.Errorf("give place to contact %d: %w", id, err)
	}
	w.tx.Hint(news.Contacts)
	return nil
}

const noteAttempt = `
UPDATE contacts SET attempts = attempts + 1, due_at = $2, addressed_until = addressed_until + ($2 - coalesce(due_at, now())) WHERE id = $1`

// NoteAttempt keeps that a citizen did not answer, and when the next attempt is due: of the agent to whom the callback is addressed, too.
func (w Steps) NoteAttempt(ctx context.Context, id int64, due time.Time) error {
	if _, err := w.tx.Exec(ctx, noteAttempt, id, due); err != nil {
		return fmt.Errorf("note attempt of contact %d: %w", id, err)
	}
	return nil
}

// One that is served comes before one that is not, and then the one at which the agent's page is registered: that spares a leg.
const outwardAsterisk = `
SELECT name FROM asterisks a WHERE outward
ORDER BY there AND ` + isServed + ` DESC,
    EXISTS (SELECT FROM sip_accounts WHERE agent_id = $1 AND asterisk = a.name AND expires_at > now()) DESC, name LIMIT 1`

const addCallBack = `
INSERT INTO calls (interaction_id, asterisk, state) VALUES ($1, $2, 'ringing')
ON CONFLICT (interaction_id) DO UPDATE SET asterisk = excluded.asterisk, state = 'ringing', room = NULL, away_at = NULL, ended_at = NULL`

// AddCallBack keeps a call that is going to be made for an agent, again after an attempt. It has no leg yet. [call.ErrNoVoice].
func (w Steps) AddCallBack(ctx context.Context, interaction, agent int64) error {
	var asterisk string
	err := w.tx.QueryRow(ctx, outwardAsterisk, agent).Scan(&asterisk)
	if errors.Is(err, pgx.ErrNoRows) {
		err = call.ErrNoVoice
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, addCallBack, interaction, asterisk)
	}
	if err != nil {
		return fmt.Errorf("call back interaction %d: %w", interaction, err)
	}
	return nil
}

const queueOfContact = `SELECT queue FROM contacts WHERE id = $1`

// CallTimes gives the times from which the citizen of a callback may choose, by the store's clock. now is that clock's time.
func (w Steps) CallTimes(ctx context.Context, callback int64) (times []time.Time, now time.Time, err error) {
	var queue string
	if err := w.tx.QueryRow(ctx, queueOfContact, callback).Scan(&queue); err != nil {
		return nil, now, fmt.Errorf("find queue of contact %d: %w", callback, err)
	}
	rules, now, err := w.rules(ctx, queue)
	if err != nil {
		return nil, now, err
	}
	return rules.CallTimes(now), now, nil
}

const promiseCall = `
UPDATE contacts SET version = version + 1, due_at = $2, promised_at = $2, addressed_until = addressed_until + ($2 - coalesce(due_at, now()))
WHERE id = $1 AND state = 'waiting'`

// PromiseCall has a callback that waits be due at a time that the citizen has chosen. It is false of one that is offered already, or over.
func (w Steps) PromiseCall(ctx context.Context, callback int64, at time.Time) (bool, error) {
	tag, err := w.tx.Exec(ctx, promiseCall, callback, at)
	if err != nil {
		return false, fmt.Errorf("promise call of contact %d: %w", callback, err)
	}
	w.tx.Hint(news.Contacts)
	return tag.RowsAffected() == 1, nil
}

const now = `SELECT now()`

// Now is the store's time.
func (w Steps) Now(ctx context.Context) (at time.Time, err error) {
	if err := w.tx.QueryRow(ctx, now).Scan(&at); err != nil {
		return at, fmt.Errorf("read the time: %w", err)
	}
	return at, nil
}
