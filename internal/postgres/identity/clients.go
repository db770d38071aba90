package identity

import (
	"context"
	"errors"
	"fmt"

	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

// ErrNoClient says that a key belongs to no client.
var ErrNoClient = errors.New("no such client")

const saveClient = `
INSERT INTO clients (name, key_hash) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET key_hash = excluded.key_hash`

// SaveClient adds a portal, or gives it a new key.
func (w Steps) SaveClient(ctx context.Context, name string, keyHash []byte) error {
	if _, err := w.tx.Exec(ctx, saveClient, name, keyHash); err != nil {
		return fmt.Errorf("save client %s: %w", name, err)
	}
	return audit.Record(ctx, w.tx, "cli", "client.key", "client:"+name, nil)
}

const clientByKey = `SELECT name FROM clients WHERE key_hash = $1`

// Client gives the name of the portal whose key has the hash. ErrNoClient.
func (s *Store) Client(ctx context.Context, keyHash []byte) (name string, err error) {
	err = postgres.NoRows(s.db.QueryRow(ctx, clientByKey, keyHash).Scan(&name), ErrNoClient)
	if err != nil && !errors.Is(err, ErrNoClient) {
		return "", fmt.Errorf("find client: %w", err)
	}
	return name, err
}
