package cases

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
)

const (
	lockKey       = `SELECT pg_advisory_xact_lock(hashtextextended('client request ' || $1 || ' ' || $2, 0))`
	clientRequest = `SELECT digest, coalesce(case_id, 0) FROM client_requests WHERE client = $1 AND key = $2`
	keepRequest   = `INSERT INTO client_requests (client, key, digest, case_id) VALUES ($1, $2, $3, $4)`
)

// ClientRequest gives what a key of a client was used for, and keeps others from the key until the transaction ends. No digest: for nothing
// yet; no case: for something else.
func (w Steps) ClientRequest(ctx context.Context, client, key string) (digest []byte, caseID int64, err error) {
	if _, err = w.tx.Exec(ctx, lockKey, client, key); err == nil {
		err = w.tx.QueryRow(ctx, clientRequest, client, key).Scan(&digest, &caseID)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("find request of client: %w", err)
	}
	return digest, caseID, nil
}

// KeepClientRequest keeps what a key of a client was used for.
func (w Steps) KeepClientRequest(ctx context.Context, client, key string, digest []byte, caseID int64) error {
	if _, err := w.tx.Exec(ctx, keepRequest, client, key, digest, caseID); err != nil {
		return fmt.Errorf("keep request of client: %w", err)
	}
	return nil
}

const clientCase = `SELECT ` + Columns + ` FROM cases WHERE id = $2 AND client = $1`

// ClientCase gives a case that a client opened, by its id. cases.ErrUnknown.
func (w Steps) ClientCase(ctx context.Context, client string, id int64) (cases.Case, error) {
	c, err := Scan(w.ring, w.tx.QueryRow(ctx, clientCase, client, id))
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, fmt.Errorf("find case of client: %w", err)
	}
	return c, err
}

const caseOfClient = `SELECT ` + Columns + ` FROM cases WHERE number = $2 AND client = $1`

// CaseOfClient gives a case that a client opened, by its number. cases.ErrUnknown.
func (s *Store) CaseOfClient(ctx context.Context, client, number string) (cases.Case, error) {
	c, err := Scan(s.ring, s.db.QueryRow(ctx, caseOfClient, client, number))
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, fmt.Errorf("find case of client: %w", err)
	}
	return c, err
}
