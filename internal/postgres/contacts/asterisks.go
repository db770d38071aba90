package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/call"
)

// What an Asterisk shows to the others stays as it is: they would refuse it until they have read another.
const serveAsterisk = `
INSERT INTO asterisks (name, sip_url, outward, address, secret) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (name) DO UPDATE SET sip_url = excluded.sip_url, outward = excluded.outward, address = excluded.address, there = true,
    secret = CASE asterisks.secret WHEN '' THEN excluded.secret ELSE asterisks.secret END`

// ServeAsterisk tells all nodes of an Asterisk whose voice node is connected to it.
func (s *Store) ServeAsterisk(ctx context.Context, a call.Asterisk) error {
	if _, err := s.db.Exec(ctx, serveAsterisk, a.Name, a.SIPURL, a.Outward, a.Address, a.Secret); err != nil {
		return fmt.Errorf("tell of asterisk %s: %w", a.Name, err)
	}
	return nil
}

const loseAsterisk = `UPDATE asterisks SET there = false WHERE name = $1 AND there`

// LoseAsterisk tells all nodes that the voice node of an Asterisk is no more connected to it.
func (s *Store) LoseAsterisk(ctx context.Context, name string) error {
	if _, err := s.db.Exec(ctx, loseAsterisk, name); err != nil {
		return fmt.Errorf("tell of the loss of asterisk %s: %w", name, err)
	}
	return nil
}

// isServed says of an Asterisk a that a voice node has its lease.
const isServed = `EXISTS (SELECT FROM leases WHERE name = 'voice:' || a.name AND expires_at > now())`

const peers = `SELECT name, address, secret FROM asterisks WHERE address <> '' ORDER BY name`

// Peers lists the Asterisks that reach each other by SIP.
func (s *Store) Peers(ctx context.Context) ([]call.Asterisk, error) {
	rows, err := s.db.Query(ctx, peers)
	if err != nil {
		return nil, fmt.Errorf("list asterisks: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a call.Asterisk, err error) {
		err = row.Scan(&a.Name, &a.Address, &a.Secret)
		return a, err
	})
}

const asteriskOfAccount = `SELECT asterisk FROM sip_accounts WHERE name = $1 AND expires_at > now()`

// AsteriskOfAccount names the Asterisk that has a SIP account; "" when none has.
func (s *Store) AsteriskOfAccount(ctx context.Context, name string) (asterisk string, err error) {
	err = s.db.QueryRow(ctx, asteriskOfAccount, name).Scan(&asterisk)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	return asterisk, err
}
