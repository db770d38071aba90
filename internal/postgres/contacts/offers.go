package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

// Offers are made one at a time: the load of an agent is counted over other rows, and two transactions that count at
// once would both find room.
const lockDistribution = `SELECT pg_advisory_xact_lock(1414)`

const bestPair = `
SELECT c.id, a.id
FROM contacts c
JOIN agent_queues q ON q.queue = c.queue
JOIN agents a ON a.id = q.agent_id
WHERE c.state = 'waiting' AND a.status = 'available' AND a.connected_until > now() AND c.language = ANY (a.languages)
  AND a.capacity - CASE c.channel WHEN 'sms' THEN $1::int ELSE $2::int END >= (
      SELECT coalesce(sum(CASE h.channel WHEN 'sms' THEN $1::int ELSE $2::int END), 0) FROM contacts h
      WHERE h.agent_id = a.id AND h.state IN ('offered', 'accepted', 'connected', 'wrap_up'))
  AND NOT EXISTS (SELECT FROM offers o WHERE o.contact_id = c.id AND o.agent_id = a.id
                  AND o.state = 'declined' AND o.ended_at > now() - interval '5 minutes')
ORDER BY c.priority DESC, c.queued_at, c.id, a.idle_since, a.id
LIMIT 1 FOR UPDATE OF c, a SKIP LOCKED`

const offerContact = `UPDATE contacts SET state = 'offered', agent_id = $2 WHERE id = $1`

const addOffer = `
INSERT INTO offers (contact_id, agent_id, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3)) RETURNING expires_at`

// Offer proposes the contact that has waited longest to the fitting agent who has been idle longest.
func (s *Store) Offer(ctx context.Context) (offered bool, err error) {
	err = s.do(ctx, func(w Steps) error {
		offered = false
		if _, err := w.tx.Exec(ctx, lockDistribution); err != nil {
			return err
		}
		var contact, agent int64
		err := w.tx.QueryRow(ctx, bestPair, acd.SMSCost, acd.CallCost).Scan(&contact, &agent)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := w.tx.Exec(ctx, offerContact, contact, agent); err != nil {
			return err
		}
		var expires time.Time
		if err := w.tx.QueryRow(ctx, addOffer, contact, agent, acd.RingTime.Seconds()).Scan(&expires); err != nil {
			return err
		}
		offered = true
		return streams.Emit(w.tx, streams.Agent(agent), "offer", map[string]any{"contact": contact, "expires_at": expires})
	})
	if err != nil {
		return false, fmt.Errorf("offer contact: %w", err)
	}
	return offered, nil
}

const answerOffer = `
UPDATE offers SET state = $3, ended_at = now()
WHERE contact_id = $1 AND agent_id = $2 AND state = 'pending' AND expires_at > now() RETURNING id`

const acceptContact = `
UPDATE contacts c SET state = CASE channel WHEN 'sms' THEN 'connected' ELSE 'accepted' END, accepted_at = now(),
    connected_at = CASE channel WHEN 'sms' THEN now() END
WHERE c.id = $1 AND c.agent_id = $2 AND c.state = 'offered'
RETURNING ` + contactColumns

// AcceptOffer puts a contact into an agent's hands. An SMS conversation is connected at once; a call when Connected says so.
// acd.ErrGone when the offer has ended.
func (s *Store) AcceptOffer(ctx context.Context, agent, contact int64) (c acd.Contact, err error) {
	err = s.do(ctx, func(w Steps) error {
		var offer int64
		if err := w.tx.QueryRow(ctx, answerOffer, contact, agent, "accepted").Scan(&offer); err != nil {
			return postgres.NoRows(err, acd.ErrGone)
		}
		c, err = scanContact(w.tx.QueryRow(ctx, acceptContact, contact, agent))
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, w.tx, streams.Agent(agent), "contact.accept", streams.Contact(contact), nil); err != nil {
			return err
		}
		w.tx.Hint(news.Contacts)
		return w.emitContact(ctx, contact)
	})
	if err != nil {
		return c, fmt.Errorf("accept contact %d: %w", contact, err)
	}
	return c, nil
}

const backToQueue = `
UPDATE contacts SET state = 'waiting', agent_id = NULL, accepted_at = NULL, priority = priority + $2
WHERE id = $1 AND state IN ('offered', 'accepted')`

// DeclineOffer gives a contact back to its queue, where it keeps its place. acd.ErrGone.
func (s *Store) DeclineOffer(ctx context.Context, agent, contact int64) error {
	err := s.do(ctx, func(w Steps) error {
		var offer int64
		if err := w.tx.QueryRow(ctx, answerOffer, contact, agent, "declined").Scan(&offer); err != nil {
			return postgres.NoRows(err, acd.ErrGone)
		}
		if _, err := w.tx.Exec(ctx, backToQueue, contact, 0); err != nil {
			return err
		}
		w.tx.Hint(news.Contacts)
		return streams.Emit(w.tx, streams.Agent(agent), "offer_ended", map[string]any{"contact": contact, "why": "declined"})
	})
	if err != nil {
		return fmt.Errorf("decline contact %d: %w", contact, err)
	}
	return nil
}

const expireOffers = `
UPDATE offers SET state = 'expired', ended_at = now() WHERE state = 'pending' AND expires_at <= now() RETURNING contact_id, agent_id`

// ExpireOffers is RONA: the contact goes to the front of its queue, the agent on pause.
func (s *Store) ExpireOffers(ctx context.Context) (n int, err error) {
	err = s.do(ctx, func(w Steps) error {
		type expired struct{ Contact, Agent int64 }
		rows, err := w.tx.Query(ctx, expireOffers)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[expired])
		if err != nil {
			return err
		}
		n = len(found)
		for _, e := range found {
			if _, err := w.tx.Exec(ctx, backToQueue, e.Contact, 1); err != nil {
				return err
			}
			if err := streams.Emit(w.tx, streams.Agent(e.Agent), "offer_ended", map[string]any{"contact": e.Contact, "why": "expired"}); err != nil {
				return err
			}
			if err := w.setStatus(ctx, e.Agent, acd.Paused, acd.NotResponding, "okno"); err != nil {
				return err
			}
			w.tx.Hint(news.Contacts)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("expire offers: %w", err)
	}
	return n, nil
}
