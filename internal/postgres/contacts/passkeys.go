package contacts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/fault"
	"okno/internal/passkey"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

const passkeysOf = `
SELECT id::text, name, created_at, used_at, credential_id, site, record, uses FROM passkeys WHERE agent_id = $1 ORDER BY created_at`

// PasskeysOf lists an agent's keys, the oldest first.
func (s *Store) PasskeysOf(ctx context.Context, agent int64) ([]passkey.Key, error) {
	rows, err := s.db.Query(ctx, passkeysOf, agent)
	if err != nil {
		return nil, fmt.Errorf("list passkeys: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k passkey.Key, err error) {
		var used *time.Time
		var uses int64
		err = row.Scan(&k.ID, &k.Name, &k.At, &used, &k.Handle, &k.Site, &k.Record, &uses)
		if used != nil {
			k.UsedAt = *used
		}
		k.Uses = uint32(uses) //nolint:gosec // WebAuthn counts in 32 bits
		return k, err
	})
}

const addPasskey = `
INSERT INTO passkeys (agent_id, credential_id, site, name, record, uses) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (credential_id) DO NOTHING`

const hasRecovery = `SELECT EXISTS (SELECT FROM recovery_codes WHERE agent_id = $1)`

// AddPasskey keeps a key that an agent has made, once for each challenge; recovery are the hashes of codes, kept if the agent has none yet,
// and then given is true. The login in which this was done is proved. passkey.ErrKnown, passkey.ErrWrong.
func (w Steps) AddPasskey(ctx context.Context, agent int64, k passkey.Key, challenge string, recovery [][]byte, tokenHash []byte) (given bool, err error) {
	if err := w.takeOnce(ctx, "challenge "+challenge, 2*passkey.CeremonyLife, passkey.ErrWrong); err != nil {
		return false, err
	}
	var has bool
	if err := w.tx.QueryRow(ctx, hasRecovery, agent).Scan(&has); err != nil {
		return false, fmt.Errorf("look for recovery codes: %w", err)
	}
	if !has {
		if _, err := w.tx.Exec(ctx, addRecovery, agent, recovery); err != nil {
			return false, fmt.Errorf("add recovery codes: %w", err)
		}
	}
	tag, err := w.tx.Exec(ctx, addPasskey, agent, k.Handle, k.Site, k.Name, k.Record, int64(k.Uses))
	if err != nil {
		return false, fmt.Errorf("add passkey: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, passkey.ErrKnown
	}
	if err := w.ProveLogin(ctx, tokenHash); err != nil {
		return false, err
	}
	return !has, audit.Record(ctx, w.tx, streams.Agent(agent), "agent.passkey", streams.Agent(agent), nil)
}

// A key that counts goes up at each use, whichever node takes it; one that does not stays at 0.
const usePasskey = `
UPDATE passkeys SET uses = $3, record = $4, used_at = now()
WHERE id::text = $1 AND agent_id = $2 AND (uses < $3 OR uses = 0 AND $3 = 0)`

// UsePasskey takes what a key has signed, once for each challenge. passkey.ErrWrong; passkey.ErrCloned, which the journal keeps, when the key
// counts backwards.
func (s *Store) UsePasskey(ctx context.Context, agent int64, k passkey.Key, challenge string) error {
	cloned := false
	err := s.do(ctx, func(w Steps) error {
		if err := w.takeOnce(ctx, "challenge "+challenge, 2*passkey.CeremonyLife, passkey.ErrWrong); err != nil {
			return err
		}
		tag, err := w.tx.Exec(ctx, usePasskey, k.ID, agent, int64(k.Uses), k.Record)
		if err != nil {
			return fmt.Errorf("use passkey: %w", err)
		}
		cloned = tag.RowsAffected() == 0
		if cloned {
			return w.passkeyCloned(ctx, agent, k.ID)
		}
		return nil
	})
	if err == nil && cloned {
		return passkey.ErrCloned
	}
	return err
}

// passkeyCloned journals that a key counts backwards: there may be a copy of it.
func (w Steps) passkeyCloned(ctx context.Context, agent int64, id string) error {
	return audit.Record(ctx, w.tx, streams.Agent(agent), "agent.passkey_cloned", streams.Agent(agent), map[string]any{"passkey": id})
}

// Two keys that are removed at the same time do not take each other for the one that stays.
const lockPasskeys = `SELECT FROM passkeys WHERE agent_id = $1 ORDER BY id FOR UPDATE`

const removePasskey = `DELETE FROM passkeys WHERE id::text = $1 AND agent_id = $2`

const otherFactor = `
SELECT EXISTS (SELECT FROM second_factors WHERE agent_id = $1 AND confirmed_at IS NOT NULL) OR EXISTS (SELECT FROM passkeys WHERE agent_id = $1)`

// RemovePasskey removes one of an agent's keys. passkey.ErrLast when no second factor would be left; of kind not found.
func (w Steps) RemovePasskey(ctx context.Context, agent int64, id string) error {
	if _, err := w.tx.Exec(ctx, lockPasskeys, agent); err != nil {
		return fmt.Errorf("lock passkeys of agent %d: %w", agent, err)
	}
	tag, err := w.tx.Exec(ctx, removePasskey, id, agent)
	if err != nil {
		return fmt.Errorf("remove passkey: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return &fault.Error{Kind: fault.NotFound, Text: "there is no such key of yours"}
	}
	var left bool
	if err := w.tx.QueryRow(ctx, otherFactor, agent).Scan(&left); err != nil {
		return fmt.Errorf("look for another second factor: %w", err)
	}
	if !left {
		return passkey.ErrLast
	}
	return audit.Record(ctx, w.tx, streams.Agent(agent), "agent.passkey_removed", streams.Agent(agent), nil)
}
