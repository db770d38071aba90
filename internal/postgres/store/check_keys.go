package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// placeOfCheck names what a key's check is sealed for.
const placeOfCheck = "key check"

const (
	keyChecks   = `SELECT key_id, sealed FROM key_checks ORDER BY key_id`
	addKeyCheck = `INSERT INTO key_checks (key_id, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	dropChecks  = `DELETE FROM key_checks WHERE key_id <> $1`
)

// CheckKeys makes sure that this process has the keys that sealed what the database holds, and notes its current one. A node with other keys
// would take messages in hand that it cannot read. [seal.ErrUnknownKey], [seal.ErrBroken].
func (s *Store) CheckKeys(ctx context.Context) error {
	rows, err := s.Query(ctx, keyChecks)
	if err != nil {
		return fmt.Errorf("check keys: %w", err)
	}
	var id string
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &sealed}, func() error {
		if _, err := s.keys.Open(placeOfCheck, sealed); err != nil {
			return fmt.Errorf("key %q: %w", id, err)
		}
		return nil
	})
	if err == nil {
		_, err = s.Exec(ctx, addKeyCheck, s.keys.KeyID(), s.keys.Seal(placeOfCheck, []byte(s.keys.KeyID())))
	}
	if err != nil {
		return fmt.Errorf("check keys: %w", err)
	}
	return nil
}

// dropKeyChecks forgets the keys that nothing needs any more.
func (s *Store) dropKeyChecks(ctx context.Context) error {
	if _, err := s.Exec(ctx, dropChecks, s.keys.KeyID()); err != nil {
		return fmt.Errorf("forget keys: %w", err)
	}
	return nil
}
