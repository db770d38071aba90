package contacts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/contact"
	"okno/internal/postgres"
	"okno/internal/postgres/streams"
)

const addOffer = `
INSERT INTO offers (contact_id, agent_id, expires_at, via) VALUES ($1, $2, now() + make_interval(secs => $3), nullif($4, '')) RETURNING expires_at`

// AddOffers proposes contacts, which are locked, to agents.
func (w Steps) AddOffers(ctx context.Context, offers ...acd.Offer) error {
	var batch pgx.Batch
	for _, o := range offers {
		batch.Queue(addOffer, o.Contact, o.Agent, o.Ring.Seconds(), o.Via).QueryRow(func(row pgx.Row) error {
			var expires time.Time
			if err := row.Scan(&expires); err != nil {
				return fmt.Errorf("contact %d to agent %d: %w", o.Contact, o.Agent, err)
			}
			return streams.Emit(w.tx, streams.Agent(o.Agent), "offer", map[string]any{"contact": o.Contact, "expires_at": expires})
		})
	}
	if err := w.tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("offer: %w", err)
	}
	return nil
}

const endOffer = `
UPDATE offers SET state = $2, ended_at = now() WHERE contact_id = $1 AND state = 'pending' RETURNING agent_id`

// EndOffer ends the live offer of a contact that is locked, and gives the agent who had it. [contact.ErrGone] when there is none.
func (w Steps) EndOffer(ctx context.Context, id int64, how contact.OfferEnd) (agent int64, err error) {
	if err := w.tx.QueryRow(ctx, endOffer, id, how).Scan(&agent); err != nil {
		return 0, fmt.Errorf("end offer of contact %d: %w", id, postgres.NoRows(err, contact.ErrGone))
	}
	if how == contact.OfferAccepted {
		return agent, nil // the contact's own event tells it
	}
	return agent, streams.Emit(w.tx, streams.Agent(agent), "offer_ended", map[string]any{"contact": id, "why": how})
}

const offeredVia = `SELECT coalesce(max(via), '') FROM offers WHERE contact_id = $1 AND state = 'pending'`

// OfferedVia gives the queue as whose agent somebody is offered a contact, or "" for the contact's own.
func (w Steps) OfferedVia(ctx context.Context, id int64) (via string, err error) {
	if err := w.tx.QueryRow(ctx, offeredVia, id).Scan(&via); err != nil {
		return "", fmt.Errorf("find offer of contact %d: %w", id, err)
	}
	return via, nil
}

const declineAccepted = `
UPDATE offers SET state = 'declined', ended_at = now()
WHERE id = (SELECT max(id) FROM offers WHERE contact_id = $1 AND agent_id = $2 AND state = 'accepted')`

// DeclineAccepted notes that an agent has thought better of an offer that was accepted.
func (w Steps) DeclineAccepted(ctx context.Context, id, agent int64) error {
	if _, err := w.tx.Exec(ctx, declineAccepted, id, agent); err != nil {
		return fmt.Errorf("take back contact %d: %w", id, err)
	}
	return nil
}
