package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// placeOfSecrets is the place of an endpoint's secrets.
const placeOfSecrets = "exchange endpoint"

// Sealed are the columns of this package that have no data key.
var Sealed = []postgres.Sealed{{Table: "exchange_endpoints", Column: "sealed", Place: placeOfSecrets}}

const saveEndpoint = `
INSERT INTO exchange_endpoints (agency, url, sealed, paused, answers, manner, every, known_hosts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (agency) DO UPDATE SET url = excluded.url, sealed = excluded.sealed, paused = excluded.paused, answers = excluded.answers,
    manner = excluded.manner, every = excluded.every, known_hosts = excluded.known_hosts, changed_at = now()`

const knownAgency = `SELECT EXISTS (SELECT FROM agencies WHERE code = $1)`

var errNoAgency error = &fault.Error{Kind: fault.Invalid, Field: "agency", Text: "there is no such agency"}

// SaveEndpoint adds the endpoint of an agency, or changes it. An agency that there is not is an error of kind invalid.
func (w Steps) SaveEndpoint(ctx context.Context, e exchange.Endpoint, by string) error {
	manner, check := "webhook", exchange.CheckURL(e.URL)
	if e.Files {
		manner, check = "files", exchange.CheckFolder(e)
	} else {
		e.Every = exchange.DefaultEvery
	}
	if check != nil {
		return check
	}
	var known bool
	err := w.tx.QueryRow(ctx, knownAgency, e.Agency).Scan(&known)
	if err == nil && !known {
		return errNoAgency
	}
	secrets, marshalErr := json.Marshal(secretsOf(e))
	if err == nil {
		err = marshalErr
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, saveEndpoint, e.Agency, e.URL, w.ring.Seal(placeOfSecrets, secrets), e.Paused, e.Answers, manner, e.Every, e.KnownHosts)
	}
	if err != nil {
		return fmt.Errorf("save endpoint of agency %s: %w", e.Agency, err)
	}
	return audit.Record(ctx, w.tx, by, "exchange.endpoint", "agency:"+e.Agency, map[string]any{"url": e.URL, "paused": e.Paused, "answers": e.Answers, "manner": manner})
}

// secretsOf are those of an endpoint, as they are sealed: the signing secrets, or the one private key.
func secretsOf(e exchange.Endpoint) []string {
	if e.Files {
		return []string{e.Key}
	}
	return e.Secrets
}

const endpointColumns = `e.agency, e.url, e.sealed, e.paused, e.answers, e.manner = 'files', e.every, e.known_hosts`

func scanEndpoint(row pgx.Row, ring *seal.Ring) (e exchange.Endpoint, err error) {
	var sealed []byte
	if err = row.Scan(&e.Agency, &e.URL, &sealed, &e.Paused, &e.Answers, &e.Files, &e.Every, &e.KnownHosts); err != nil {
		return e, err
	}
	secrets, err := ring.Open(placeOfSecrets, sealed)
	if err == nil {
		err = json.Unmarshal(secrets, &e.Secrets)
	}
	if e.Files && len(e.Secrets) == 1 {
		e.Key, e.Secrets = e.Secrets[0], nil
	}
	return e, err
}

const endpointOf = `SELECT ` + endpointColumns + ` FROM exchange_endpoints e WHERE agency = $1`

// ErrNoEndpoint says that an agency has none.
var ErrNoEndpoint error = &fault.Error{Kind: fault.NotFound, Text: "the agency has no endpoint"}

// Endpoint gives the endpoint of an agency. [ErrNoEndpoint].
func (s *Store) Endpoint(ctx context.Context, agency string) (exchange.Endpoint, error) {
	e, err := scanEndpoint(s.db.QueryRow(ctx, endpointOf, agency), s.ring)
	return e, postgres.NoRows(err, ErrNoEndpoint)
}

const hasEndpoint = `SELECT EXISTS (SELECT FROM exchange_endpoints WHERE agency = $1)`

const addDelivery = `INSERT INTO exchange_deliveries (agency, case_id, event, sealed) VALUES ($1, $2, $3, $4) RETURNING id`

// Announce has an agency told of a case, if it wants to be; id is of the delivery, or 0.
func (w Steps) Announce(ctx context.Context, c cases.Case, m exchange.Message) (id int64, err error) {
	var wanted bool
	if err := w.tx.QueryRow(ctx, hasEndpoint, c.Agency).Scan(&wanted); err != nil || !wanted {
		return 0, err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return 0, err
	}
	key, err := datakeys.Case(ctx, w.tx, w.ring, c.ID)
	if errors.Is(err, datakeys.ErrDestroyed) {
		return 0, nil
	}
	if err == nil {
		err = w.tx.QueryRow(ctx, addDelivery, c.Agency, c.ID, m.Type, key.Seal(datakeys.DeliveryOf(c.ID), body)).Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("announce case to agency %s: %w", c.Agency, err)
	}
	return id, nil
}

const deliveryToMake = `
SELECT d.id, d.agency, d.case_id, d.sealed, ` + datakeys.OfCase + `d.case_id), d.created_at, d.attempts,
       EXISTS (SELECT FROM exchange_deliveries b WHERE b.case_id = d.case_id AND b.id < d.id AND b.state = 'waiting')
FROM exchange_deliveries d WHERE d.id = $1 AND d.state = 'waiting'`

// DeliveryToMake gives a delivery that waits. exchange.ErrNoDelivery.
func (s *Store) DeliveryToMake(ctx context.Context, id int64) (d exchange.Delivery, err error) {
	var about int64
	var sealed, wrapped []byte
	err = s.db.QueryRow(ctx, deliveryToMake, id).Scan(&d.ID, &d.Agency, &about, &sealed, &wrapped, &d.CreatedAt, &d.Attempts, &d.Earlier)
	if err = postgres.NoRows(err, exchange.ErrNoDelivery); err != nil {
		return d, err
	}
	if d.Body, err = datakeys.NewOpener(s.ring).Open(wrapped, datakeys.DeliveryOf(about), sealed); err != nil {
		return d, fmt.Errorf("read delivery %d: %w", id, err)
	}
	e, err := s.Endpoint(ctx, d.Agency)
	switch {
	case err == nil:
		d.Endpoint = &e
	case !errors.Is(err, ErrNoEndpoint):
		return d, fmt.Errorf("read delivery %d: %w", id, err)
	}
	return d, nil
}

const noteAttempt = `
UPDATE exchange_deliveries SET state = CASE WHEN $3 = '' THEN 'delivered' WHEN $4 THEN 'dead' ELSE state END,
    attempts = attempts + CASE WHEN $3 = '' THEN 0 ELSE 1 END, last_at = $2, last_problem = nullif($3, ''), took = $5, signature = nullif($6, ''), signed_at = $7
WHERE id = $1 AND state = 'waiting'`

// NoteAttempt keeps what came of trying.
func (s *Store) NoteAttempt(ctx context.Context, id int64, a exchange.Attempt, at time.Time) error {
	if _, err := s.db.Exec(ctx, noteAttempt, id, at, a.Problem.Error(), a.Dead, a.Took, a.Signature, postgres.OrNil(a.SignedAt)); err != nil {
		return fmt.Errorf("note attempt of delivery %d: %w", id, err)
	}
	return nil
}

const health = `
SELECT a.code, d.waiting, d.dead, coalesce(extract(epoch FROM now() - d.oldest), 0)::float8,
       coalesce((SELECT last_problem FROM exchange_deliveries WHERE agency = a.code AND state <> 'delivered' AND last_problem IS NOT NULL
                 ORDER BY created_at DESC LIMIT 1), ''),
       coalesce((SELECT avg(extract(epoch FROM took)) FROM exchange_deliveries WHERE agency = a.code AND created_at > now() - interval '1 day'
                 AND state = 'delivered'), 0)::float8,
       e.reported
FROM agencies a
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
                           min(created_at) FILTER (WHERE state = 'waiting') AS oldest
                    FROM exchange_deliveries WHERE agency = a.code AND state <> 'delivered') d
CROSS JOIN LATERAL (SELECT max(received_at) AS reported FROM exchange_events WHERE agency = a.code) e
WHERE d.waiting + d.dead > 0 OR e.reported IS NOT NULL OR EXISTS (SELECT FROM exchange_endpoints WHERE agency = a.code)
ORDER BY a.code`

// Health gives how agencies do that have an endpoint, or that have reported something.
func (s *Store) Health(ctx context.Context) (all []exchange.Health, err error) {
	rows, err := s.db.Query(ctx, health)
	if err == nil {
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h exchange.Health, err error) {
			var oldest, took float64
			var reported *time.Time
			var problem string
			err = row.Scan(&h.Agency, &h.Waiting, &h.Dead, &oldest, &problem, &took, &reported)
			h.Problem = exchange.ParseProblem(problem)
			h.Oldest, h.Took = time.Duration(oldest*float64(time.Second)), time.Duration(took*float64(time.Second))
			if reported != nil {
				h.Reported = *reported
			}
			return h, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read health of agencies: %w", err)
	}
	return all, nil
}

const forgotten = `
SELECT id FROM exchange_deliveries d WHERE state = 'waiting' AND coalesce(last_at, created_at) < $1
    AND NOT EXISTS (SELECT FROM exchange_endpoints WHERE agency = d.agency AND manner = 'files') ORDER BY id LIMIT $2`

// Forgotten gives deliveries that wait and that nobody has tried since a moment: their job was lost.
func (s *Store) Forgotten(ctx context.Context, since time.Time, most int) (ids []int64, err error) {
	rows, err := s.db.Query(ctx, forgotten, since, most)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("find forgotten deliveries: %w", err)
	}
	return ids, nil
}

const waitingOf = `SELECT id FROM exchange_deliveries WHERE agency = $1 AND state = 'waiting' ORDER BY id LIMIT $2`

// WaitingDeliveries gives the oldest deliveries that wait for an agency.
func (w Steps) WaitingDeliveries(ctx context.Context, agency string, most int) (ids []int64, err error) {
	rows, err := w.tx.Query(ctx, waitingOf, agency, most)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("find deliveries that wait for agency %s: %w", agency, err)
	}
	return ids, nil
}

const (
	deadOf = `SELECT id FROM exchange_deliveries WHERE state = 'dead' AND agency = $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED`
	revive = `UPDATE exchange_deliveries SET state = 'waiting', attempts = 0, created_at = now(), file = NULL WHERE id = ANY ($1)`
)

// Revive has up to so many deliveries of an agency that were given up tried again, and gives their ids.
func (w Steps) Revive(ctx context.Context, agency string, most int, by string) (ids []int64, err error) {
	rows, err := w.tx.Query(ctx, deadOf, agency, most)
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err == nil && len(ids) > 0 {
		_, err = w.tx.Exec(ctx, revive, ids)
	}
	if err != nil {
		return nil, fmt.Errorf("revive deliveries: %w", err)
	}
	return ids, audit.Record(ctx, w.tx, by, "exchange.replay", "agency:"+agency, map[string]any{"deliveries": len(ids)})
}
