package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"

	"okno/internal/postgres"
	"okno/internal/seal"
)

// placeOfCheck names what a key's check is sealed for.
const placeOfCheck = "key check"

const (
	// Two nodes that start at once with different keys see each other: the second finds the check of the first, and does not open it.
	lockChecks  = `LOCK TABLE key_checks IN SHARE ROW EXCLUSIVE MODE`
	keyChecks   = `SELECT key_id, sealed FROM key_checks ORDER BY key_id`
	addKeyCheck = `INSERT INTO key_checks (key_id, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	dropChecks  = `DELETE FROM key_checks WHERE key_id <> $1`
)

// CheckKeys makes sure that this process has the keys that sealed what the database holds, and notes its current one. A node with other keys
// would take messages in hand that it cannot read. [seal.ErrUnknownKey], [seal.ErrBroken], [ErrRetiredKey].
func (s *Store) CheckKeys(ctx context.Context) error {
	err := s.DB.Do(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, lockChecks); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, keyChecks)
		if err != nil {
			return err
		}
		var id string
		var sealed []byte
		_, err = pgx.ForEachRow(rows, []any{&id, &sealed}, func() error {
			if _, err := s.keys.Open(placeOfCheck, sealed); err != nil {
				return fmt.Errorf("key %q: %w", id, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, addKeyCheck, s.keys.KeyID(), s.keys.Seal(placeOfCheck, []byte(s.keys.KeyID()))); err != nil {
			return err
		}
		return s.noteUse(ctx, tx)
	})
	if err == nil {
		err = s.settleKeys(ctx)
	}
	if err != nil {
		return fmt.Errorf("check keys: %w", err)
	}
	return nil
}

// ErrRetiredKey says that everything has been sealed by another key: an id never comes again, because nodes may have ceased to look for what
// it indexes.
var ErrRetiredKey = errors.New("the key was retired by okno keys rotate; name another first, or this one with a new id")

const noteUse = `
INSERT INTO key_uses AS u (key_id) VALUES ($1) ON CONFLICT (key_id) DO UPDATE SET used_at = now() WHERE u.retired_at IS NULL`

func (s *Store) noteUse(ctx context.Context, tx *postgres.Tx) error {
	tag, err := tx.Exec(ctx, noteUse, s.keys.KeyID())
	if err == nil && tag.RowsAffected() == 0 {
		err = fmt.Errorf("key %q: %w", s.keys.KeyID(), ErrRetiredKey)
	}
	return err
}

const keyUses = `SELECT key_id, used_at, coalesce(retired_at, '0001-01-01 00:00:00+00') AS retired_at, now() FROM key_uses`

// settleKeys drops keys under which nothing stands from those by which this process looks for values.
func (s *Store) settleKeys(ctx context.Context) error {
	rows, err := s.Query(ctx, keyUses)
	if err != nil {
		return err
	}
	var uses []seal.Use
	var u seal.Use
	var now time.Time
	_, err = pgx.ForEachRow(rows, []any{&u.KeyID, &u.At, &u.RetiredAt, &now}, func() error {
		u.RetiredAt = u.RetiredAt.UTC()
		uses = append(uses, u)
		return nil
	})
	if err == nil {
		s.keys.Settle(uses, now)
	}
	return err
}

// noteEvery is how often a node says that it seals by its key; a key that nobody has named for unusedAfter is in no node's use.
const (
	noteEvery   = 30 * time.Second
	unusedAfter = 4 * noteEvery
)

// KeepKeys says again and again which key this process seals by, and follows the retirement of others, until ctx ends. It ends with
// [ErrRetiredKey] when its own was retired: what it went on to index would not be found.
func (s *Store) KeepKeys(ctx context.Context, log zerolog.Logger) error {
	ticker := time.NewTicker(noteEvery)
	defer ticker.Stop()
	for {
		err := s.keepKeys(ctx)
		if errors.Is(err, ErrRetiredKey) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			log.Warn().Err(err).Msg("use of the master key not noted")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

func (s *Store) keepKeys(ctx context.Context) error {
	err := s.DB.Do(ctx, func(tx *postgres.Tx) error { return s.noteUse(ctx, tx) })
	if err == nil {
		err = s.settleKeys(ctx)
	}
	return err
}

// dropKeyChecks forgets the keys that nothing needs any more.
func (s *Store) dropKeyChecks(ctx context.Context) error {
	if _, err := s.Exec(ctx, dropChecks, s.keys.KeyID()); err != nil {
		return fmt.Errorf("forget keys: %w", err)
	}
	return nil
}

const (
	retireKeys = `
UPDATE key_uses SET retired_at = now() WHERE key_id <> $1 AND retired_at IS NULL AND (key_id = '' OR used_at < now() - $2::interval)`
	keysInUse = `SELECT key_id FROM key_uses WHERE key_id <> $1 AND retired_at IS NULL ORDER BY key_id`
)

// RetireKeys notes after [Store.RotateKeys] that everything is sealed by the current key, but where a node has sealed by another within two
// minutes: it gives the ids of those keys. [seal.Settling] later nothing is looked for by the retired ones.
func (s *Store) RetireKeys(ctx context.Context) (inUse []string, err error) {
	err = s.DB.Do(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, retireKeys, s.keys.KeyID(), unusedAfter); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, keysInUse, s.keys.KeyID())
		if err != nil {
			return err
		}
		inUse, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("retire keys: %w", err)
	}
	return inUse, nil
}
