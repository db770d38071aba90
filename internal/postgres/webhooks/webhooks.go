// Package webhooks keeps what clients of the API are told, and where.
package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/exchange"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
	"okno/internal/webhook"
)

const placeOfSecrets = "webhook endpoint"

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{{Table: "webhook_endpoints", Column: "sealed", Place: placeOfSecrets}}

// Store has the methods that own their transaction.
type Store struct {
	db   *postgres.DB
	ring *seal.Ring
}

// NewStore is over a database; ring seals secrets.
func NewStore(db *postgres.DB, ring *seal.Ring) *Store { return &Store{db, ring} }

// Steps are parts of one unit of work.
type Steps struct {
	tx   *postgres.Tx
	ring *seal.Ring
}

// In gives the steps of a unit of work.
func In(tx *postgres.Tx, ring *seal.Ring) Steps { return Steps{tx, ring} }

const saveEndpoint = `
INSERT INTO webhook_endpoints (client, url, sealed, paused) VALUES ($1, $2, $3, $4)
ON CONFLICT (client) DO UPDATE SET url = excluded.url, sealed = excluded.sealed, paused = excluded.paused, changed_at = now()`

// SaveWebhook adds the webhook of a client, or changes it.
func (w Steps) SaveWebhook(ctx context.Context, client string, e exchange.Endpoint, by string) error {
	if err := exchange.CheckURL(e.URL); err != nil {
		return err
	}
	secrets, err := json.Marshal(e.Secrets)
	if err == nil {
		_, err = w.tx.Exec(ctx, saveEndpoint, client, e.URL, w.ring.Seal(placeOfSecrets, secrets), e.Paused)
	}
	if err != nil {
		return fmt.Errorf("save webhook of client %s: %w", client, err)
	}
	return audit.Record(ctx, w.tx, by, "client.webhook", "client:"+client, map[string]any{"url": e.URL, "paused": e.Paused})
}

const endpointOf = `SELECT client, url, sealed, paused FROM webhook_endpoints WHERE client = $1`

// Webhook gives the webhook of a client. [webhook.ErrNoEndpoint].
func (s *Store) Webhook(ctx context.Context, client string) (e exchange.Endpoint, err error) {
	var sealed []byte
	err = s.db.QueryRow(ctx, endpointOf, client).Scan(&e.Agency, &e.URL, &sealed, &e.Paused)
	if err = postgres.NoRows(err, webhook.ErrNoEndpoint); err != nil {
		return e, err
	}
	secrets, err := s.ring.Open(placeOfSecrets, sealed)
	if err == nil {
		err = json.Unmarshal(secrets, &e.Secrets)
	}
	return e, err
}

// A duplicate stands where the case stands into which it was merged, at whatever remove.
const caseMessages = `
WITH RECURSIVE standing (id, stands) AS (
    SELECT m, coalesce((SELECT other_id FROM case_links WHERE kind = 'duplicate' AND case_id = m), m) FROM unnest($1::bigint[]) AS m
    UNION ALL
    SELECT l.case_id, s.stands FROM standing s JOIN case_links l ON l.kind = 'duplicate' AND l.other_id = s.id
)
SELECT e.client, c.id, c.number, c.kind, n.state, coalesce(n.due_on, '0001-01-01'::date), c.id <> n.id
FROM standing s JOIN cases c ON c.id = s.id JOIN webhook_endpoints e ON e.client = c.client JOIN cases n ON n.id = s.stands ORDER BY c.id`

// CaseMessages gives what clients are told of cases that have moved, and of those in whose place these go on.
func (w Steps) CaseMessages(ctx context.Context, moved []int64) ([]webhook.Message, error) {
	rows, err := w.tx.Query(ctx, caseMessages, moved)
	var messages []webhook.Message
	if err == nil {
		messages, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m webhook.Message, err error) {
			var id int64
			var due time.Time
			var c webhook.Case
			err = row.Scan(&m.Client, &id, &c.Number, &c.Kind, &c.State, &due, &c.Duplicate)
			if due.Year() > 1 {
				c.DueOn = due.Format(time.DateOnly)
			}
			m.About, m.Event, m.Data = fmt.Sprintf("case:%d", id), webhook.CaseMoved, c
			return m, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("find clients of cases: %w", err)
	}
	return messages, nil
}

const clientOfList = `SELECT client, public_id::text FROM notification_lists WHERE id = $1`

// ListMessage gives what the client of a list of notices is told of its end.
func (w Steps) ListMessage(ctx context.Context, id int64) (m webhook.Message, err error) {
	var l webhook.List
	if err := w.tx.QueryRow(ctx, clientOfList, id).Scan(&m.Client, &l.ID); err != nil {
		return m, fmt.Errorf("find client of list: %w", err)
	}
	m.About, m.Event, m.Data = "list:"+l.ID, webhook.ListFinished, l
	return m, nil
}

const addDeliveries = `
INSERT INTO webhook_deliveries (client, about, event, message)
SELECT e.client, m.about, m.event, m.body
FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS m (client, about, event, body, nth)
JOIN webhook_endpoints e ON e.client = m.client ORDER BY m.nth RETURNING id`

// AddWebhookDeliveries keeps what clients are to be told, and gives the ids of it; a client without a webhook is told nothing.
func (w Steps) AddWebhookDeliveries(ctx context.Context, messages []webhook.Message, now time.Time) (ids []int64, err error) {
	var clients, abouts, events []string
	var bodies [][]byte
	for _, m := range messages {
		body, err := m.Body(now)
		if err != nil {
			return nil, err
		}
		clients, abouts, events, bodies = append(clients, m.Client), append(abouts, m.About), append(events, m.Event), append(bodies, body)
	}
	rows, err := w.tx.Query(ctx, addDeliveries, clients, abouts, events, bodies)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("tell clients: %w", err)
	}
	return ids, nil
}

const deliveryToMake = `
SELECT d.id, d.client, d.message, d.created_at, d.attempts,
       EXISTS (SELECT FROM webhook_deliveries b WHERE b.client = d.client AND b.about = d.about AND b.id < d.id AND b.state = 'waiting')
FROM webhook_deliveries d WHERE d.id = $1 AND d.state = 'waiting'`

const noteAttempt = `
UPDATE webhook_deliveries SET state = CASE WHEN $3 = '' THEN 'delivered' WHEN $4 THEN 'dead' ELSE state END,
    attempts = attempts + CASE WHEN $3 = '' THEN 0 ELSE 1 END, last_at = $2, last_problem = nullif($3, ''), took = $5, signature = nullif($6, ''), signed_at = $7
WHERE id = $1 AND state = 'waiting'`

// Deliveries are a client's deliveries as the exchange's deliverer makes them.
type Deliveries struct{ s *Store }

// WebhookDeliveries gives them.
func (s *Store) WebhookDeliveries() Deliveries { return Deliveries{s} }

// DeliveryToMake gives a delivery that waits. exchange.ErrNoDelivery.
func (d Deliveries) DeliveryToMake(ctx context.Context, id int64) (found exchange.Delivery, err error) {
	err = d.s.db.QueryRow(ctx, deliveryToMake, id).Scan(&found.ID, &found.Agency, &found.Body, &found.CreatedAt, &found.Attempts, &found.Earlier)
	if err = postgres.NoRows(err, exchange.ErrNoDelivery); err != nil {
		return found, err
	}
	e, err := d.s.Webhook(ctx, found.Agency)
	switch {
	case err == nil:
		found.Endpoint = &e
	case !errors.Is(err, webhook.ErrNoEndpoint):
		return found, fmt.Errorf("read delivery %d: %w", id, err)
	}
	return found, nil
}

// NoteAttempt keeps what came of trying.
func (d Deliveries) NoteAttempt(ctx context.Context, id int64, a exchange.Attempt, at time.Time) error {
	if _, err := d.s.db.Exec(ctx, noteAttempt, id, at, a.Problem.Error(), a.Dead, a.Took, a.Signature, postgres.OrNil(a.SignedAt)); err != nil {
		return fmt.Errorf("note attempt of delivery %d: %w", id, err)
	}
	return nil
}

const logOf = `
SELECT id, event, state, attempts, coalesce(last_problem, ''), created_at, last_at FROM webhook_deliveries
WHERE client = $1 AND id > $2 AND ($3 = '' OR state = $3) ORDER BY id LIMIT $4`

// WebhookLog gives a page of what a client was told, oldest first, behind an id.
func (s *Store) WebhookLog(ctx context.Context, client string, after int64, state string, most int) ([]webhook.Logged, error) {
	rows, err := s.db.Query(ctx, logOf, client, after, state, most)
	if err != nil {
		return nil, fmt.Errorf("read webhooks of client: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[webhook.Logged])
}

const failuresOf = `
SELECT id, event, state, attempts, last_problem, created_at, last_at FROM webhook_deliveries
WHERE client = $1 AND state <> 'delivered' AND last_problem IS NOT NULL ORDER BY id DESC LIMIT $2`

// WebhookFailures gives what a client did not take yet, or will not, newest first.
func (s *Store) WebhookFailures(ctx context.Context, client string, most int) ([]webhook.Logged, error) {
	rows, err := s.db.Query(ctx, failuresOf, client, most)
	if err != nil {
		return nil, fmt.Errorf("read failures of webhooks: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[webhook.Logged])
}

const addresses = `SELECT client, url, paused FROM webhook_endpoints ORDER BY client`

// WebhookAddresses gives where clients take events.
func (s *Store) WebhookAddresses(ctx context.Context) ([]webhook.Address, error) {
	rows, err := s.db.Query(ctx, addresses)
	if err != nil {
		return nil, fmt.Errorf("read webhooks: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[webhook.Address])
}

const forgotten = `SELECT id FROM webhook_deliveries WHERE state = 'waiting' AND coalesce(last_at, created_at) < $1 ORDER BY client, about, id LIMIT $2`

// ForgottenWebhooks gives deliveries that wait and that nobody has tried since a moment: their job was lost.
func (s *Store) ForgottenWebhooks(ctx context.Context, since time.Time, most int) (ids []int64, err error) {
	rows, err := s.db.Query(ctx, forgotten, since, most)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("find forgotten webhooks: %w", err)
	}
	return ids, nil
}

const health = `
SELECT client, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'dead'),
       coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE state = 'waiting')), 0)::float8
FROM webhook_deliveries WHERE state <> 'delivered' GROUP BY client ORDER BY client`

// WebhookHealth gives what waits for clients and what was given up, for those of whom there is any.
func (s *Store) WebhookHealth(ctx context.Context) (all []webhook.Health, err error) {
	rows, err := s.db.Query(ctx, health)
	if err == nil {
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h webhook.Health, err error) {
			var oldest float64
			err = row.Scan(&h.Client, &h.Waiting, &h.Dead, &oldest)
			h.Oldest = time.Duration(oldest * float64(time.Second))
			return h, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read health of webhooks: %w", err)
	}
	return all, nil
}

const replay = `
UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, created_at = now() WHERE client = $1 AND id = $2 AND state <> 'waiting'`

const hasDelivery = `SELECT EXISTS (SELECT FROM webhook_deliveries WHERE client = $1 AND id = $2)`

// ReplayWebhook has a delivery of a client made again, whatever came of it; one that waits goes on. [webhook.ErrUnknown].
func (w Steps) ReplayWebhook(ctx context.Context, client string, id int64, by string) error {
	tag, err := w.tx.Exec(ctx, replay, client, id)
	there := err == nil && tag.RowsAffected() > 0
	if err == nil && !there {
		err = w.tx.QueryRow(ctx, hasDelivery, client, id).Scan(&there)
	}
	if err != nil {
		return fmt.Errorf("replay webhook: %w", err)
	}
	if !there {
		return webhook.ErrUnknown
	}
	return audit.Record(ctx, w.tx, by, "client.replay", "client:"+client, map[string]any{"delivery": id})
}
