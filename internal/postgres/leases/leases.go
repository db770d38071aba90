// Package leases keeps what has one owner at a time.
package leases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lease"
	"okno/internal/postgres"
)

// Store keeps leases.
type Store struct{ db *postgres.DB }

// NewStore is over a database.
func NewStore(db *postgres.DB) *Store { return &Store{db} }

const acquireLease = `
INSERT INTO leases (name, holder, instance, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $5))
ON CONFLICT (name) DO UPDATE SET
    holder = excluded.holder, instance = excluded.instance, expires_at = excluded.expires_at,
    fence = leases.fence + (leases.instance <> excluded.instance)::int
WHERE leases.instance = excluded.instance
   OR $4::bigint = 0 AND (leases.holder = excluded.holder OR leases.expires_at < now())
RETURNING fence`

const leaseHolder = `SELECT holder, instance, fence FROM leases WHERE name = $1`

// AcquireLease implements [lease.Store].
func (s *Store) AcquireLease(ctx context.Context, l lease.Lease, lasting time.Duration) (fence int64, held bool, holder lease.Lease, err error) {
	err = s.db.QueryRow(ctx, acquireLease, l.Name, l.Holder, l.Instance, l.Fence, lasting.Seconds()).Scan(&fence)
	if err == nil {
		l.Fence = fence
		return fence, true, l, nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		holder.Name = l.Name
		err = s.db.QueryRow(ctx, leaseHolder, l.Name).Scan(&holder.Holder, &holder.Instance, &holder.Fence)
	}
	if err != nil {
		return 0, false, holder, fmt.Errorf("acquire lease %s: %w", l.Name, err)
	}
	return 0, false, holder, nil
}

// The row stays: the next holder's fence is higher than every one before.
const releaseLease = `UPDATE leases SET expires_at = '-infinity', holder = '' WHERE name = $1 AND instance = $2`

// ReleaseLease implements [lease.Store].
func (s *Store) ReleaseLease(ctx context.Context, l lease.Lease) error {
	if _, err := s.db.Exec(ctx, releaseLease, l.Name, l.Instance); err != nil {
		return fmt.Errorf("release lease %s: %w", l.Name, err)
	}
	return nil
}
