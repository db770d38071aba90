package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/exchange"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const allEndpoints = `SELECT ` + endpointColumns + ` FROM exchange_endpoints e ORDER BY e.agency`

// Endpoints gives the endpoints of all agencies.
func (s *Store) Endpoints(ctx context.Context) ([]exchange.Endpoint, error) {
	rows, err := s.db.Query(ctx, allEndpoints)
	if err != nil {
		return nil, fmt.Errorf("read endpoints: %w", err)
	}
	defer rows.Close()
	var all []exchange.Endpoint
	for rows.Next() {
		e, err := scanEndpoint(rows, s.ring)
		if err != nil {
			return nil, fmt.Errorf("read endpoints: %w", err)
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

const (
	endpointToChange = endpointOf + ` FOR UPDATE`
	saveSecrets      = `UPDATE exchange_endpoints SET sealed = $2, changed_at = now() WHERE agency = $1`
)

// RotateSecret gives an endpoint a new signing secret. The one before signs as well, until it is ended or the next rotation.
// [ErrNoEndpoint], [exchange.ErrNoSecret].
func (w Steps) RotateSecret(ctx context.Context, agency, by, why string) (secret string, err error) {
	secret = exchange.NewSecret()
	return secret, w.changeSecrets(ctx, agency, "exchange.rotate", by, why, func(now []string) []string { return []string{secret, now[0]} })
}

// EndOldSecret ends the secret before the newest: from now on one signs. [ErrNoEndpoint], [exchange.ErrNoSecret].
func (w Steps) EndOldSecret(ctx context.Context, agency, by, why string) error {
	return w.changeSecrets(ctx, agency, "exchange.secret_end", by, why, func(now []string) []string { return now[:1] })
}

func (w Steps) changeSecrets(ctx context.Context, agency, action, by, why string, change func([]string) []string) error {
	e, err := scanEndpoint(w.tx.QueryRow(ctx, endpointToChange, agency), w.ring)
	if err = postgres.NoRows(err, ErrNoEndpoint); err != nil {
		return err
	}
	if e.Files || len(e.Secrets) == 0 {
		return exchange.ErrNoSecret
	}
	e.Secrets = change(e.Secrets)
	secrets, err := json.Marshal(e.Secrets)
	if err == nil {
		_, err = w.tx.Exec(ctx, saveSecrets, agency, w.ring.Seal(placeOfSecrets, secrets))
	}
	if err != nil {
		return fmt.Errorf("change secrets of agency %s: %w", agency, err)
	}
	return audit.Record(ctx, w.tx, by, action, "agency:"+agency, audit.Because(why, map[string]any{"signing": len(e.Secrets)}))
}

const deadLetters = `
SELECT d.id, d.event, coalesce(c.number, ''), d.attempts, coalesce(d.last_problem, ''), d.created_at, coalesce(d.last_at, d.created_at)
FROM exchange_deliveries d LEFT JOIN cases c ON c.id = d.case_id WHERE d.agency = $1 AND d.state = 'dead' ORDER BY d.id DESC LIMIT $2`

// DeadLetters lists what was given up for an agency, newest first, without what it says.
func (s *Store) DeadLetters(ctx context.Context, agency string, most int) (all []exchange.DeadLetter, err error) {
	rows, err := s.db.Query(ctx, deadLetters, agency, most)
	if err == nil {
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l exchange.DeadLetter, err error) {
			var problem string
			err = row.Scan(&l.ID, &l.Event, &l.Case, &l.Attempts, &problem, &l.CreatedAt, &l.LastAt)
			l.Problem = exchange.ParseProblem(problem)
			return l, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read dead letters of agency %s: %w", agency, err)
	}
	return all, nil
}

const deadLetter = `SELECT id FROM exchange_deliveries WHERE agency = $1 AND id = $2 AND state = 'dead' FOR UPDATE`

// ReviveDelivery has one delivery of an agency that was given up tried again. exchange.ErrNoDelivery.
func (w Steps) ReviveDelivery(ctx context.Context, agency string, id int64, by string) error {
	err := w.tx.QueryRow(ctx, deadLetter, agency, id).Scan(&id)
	if err == nil {
		_, err = w.tx.Exec(ctx, revive, []int64{id})
	}
	if err = postgres.NoRows(err, exchange.ErrNoDelivery); err != nil {
		if errors.Is(err, exchange.ErrNoDelivery) {
			return err
		}
		return fmt.Errorf("revive delivery %d: %w", id, err)
	}
	return audit.Record(ctx, w.tx, by, "exchange.replay", "agency:"+agency, map[string]any{"deliveries": 1, "delivery": id})
}
