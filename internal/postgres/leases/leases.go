// Package leases keeps what has one owner at a time.
package leases

import (
	"context"
	"fmt"
	"time"

	"okno/internal/postgres"
)

// Store keeps leases.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

const acquireLease = `
INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder, expires_at = excluded.expires_at,
    fence = leases.fence + (leases.holder <> excluded.holder)::int
WHERE leases.holder = excluded.holder OR leases.expires_at < now()`

// AcquireLease takes or prolongs what has one owner at a time. It is false while another holds it.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, lasting time.Duration) (bool, error) {
	done, err := s.db.Exec(ctx, acquireLease, name, holder, lasting.Seconds())
	if err != nil {
		return false, fmt.Errorf("acquire lease %s: %w", name, err)
	}
	return done.RowsAffected() > 0, nil
}

const releaseLease = `DELETE FROM leases WHERE name = $1 AND holder = $2`

// ReleaseLease gives up what the holder holds, so that another need not wait.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	if _, err := s.db.Exec(ctx, releaseLease, name, holder); err != nil {
		return fmt.Errorf("release lease %s: %w", name, err)
	}
	return nil
}
