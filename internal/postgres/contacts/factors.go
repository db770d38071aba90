package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
	"okno/internal/totp"
)

// enrolled is whether the agent a has a second factor. That of an account of single sign-on is the provider's.
const enrolled = `(EXISTS (SELECT FROM second_factors f WHERE f.agent_id = a.id AND f.confirmed_at IS NOT NULL)
    OR EXISTS (SELECT FROM passkeys p WHERE p.agent_id = a.id) OR ` + federal + `)`

// federal is whether the agent a logs in by single sign-on.
const federal = `EXISTS (SELECT FROM sso_accounts s WHERE s.agent_id = a.id)`

const factorOf = `SELECT sealed FROM second_factors WHERE agent_id = $1 AND (confirmed_at IS NOT NULL) = $2`

// FactorOf gives an agent's sealed secret: the confirmed one, or the one that is being set up. totp.ErrNone.
func (s *Store) FactorOf(ctx context.Context, agent int64, confirmed bool) (sealed []byte, err error) {
	if err := s.db.QueryRow(ctx, factorOf, agent, confirmed).Scan(&sealed); err != nil {
		return nil, fmt.Errorf("find second factor: %w", postgres.NoRows(err, totp.ErrNone))
	}
	return sealed, nil
}

const beginFactor = `
INSERT INTO second_factors (agent_id, sealed) VALUES ($1, $2)
ON CONFLICT (agent_id) DO UPDATE SET sealed = excluded.sealed, created_at = now() WHERE second_factors.confirmed_at IS NULL`

// BeginFactor keeps a secret that an agent is setting up. totp.ErrEnrolled.
func (w Steps) BeginFactor(ctx context.Context, agent int64, sealed []byte) error {
	tag, err := w.tx.Exec(ctx, beginFactor, agent, sealed)
	if err != nil {
		return fmt.Errorf("begin second factor: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return totp.ErrEnrolled
	}
	return nil
}

const confirmFactor = `
UPDATE second_factors SET confirmed_at = now(), last_step = $3 WHERE agent_id = $1 AND sealed = $2 AND confirmed_at IS NULL`

// Codes that stood beside a key are replaced: the new ones are shown.
const dropRecovery = `DELETE FROM recovery_codes WHERE agent_id = $1`

const addRecovery = `INSERT INTO recovery_codes (agent_id, secret_hash) SELECT $1, unnest($2::bytea[])`

// ConfirmFactor makes the secret that an agent has set up the second factor, with the step of the code that showed it and the hashes of the
// recovery codes. The login in which this was done is proved. totp.ErrNone when the secret is another one by now.
func (w Steps) ConfirmFactor(ctx context.Context, agent int64, sealed []byte, step int64, recovery [][]byte, tokenHash []byte) error {
	tag, err := w.tx.Exec(ctx, confirmFactor, agent, sealed, step)
	if err != nil {
		return fmt.Errorf("confirm second factor: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return totp.ErrNone
	}
	if _, err := w.tx.Exec(ctx, dropRecovery, agent); err != nil {
		return fmt.Errorf("confirm second factor: %w", err)
	}
	if _, err := w.tx.Exec(ctx, addRecovery, agent, recovery); err != nil {
		return fmt.Errorf("confirm second factor: %w", err)
	}
	if err := w.ProveLogin(ctx, tokenHash); err != nil {
		return err
	}
	return audit.Record(ctx, w.tx, streams.Agent(agent), "agent.second_factor", streams.Agent(agent), nil)
}

const proveLogin = `UPDATE logins SET factor_at = now() WHERE token_hash = $1 AND ended_at IS NULL`

// ProveLogin notes that the second factor was given in a login. acd.ErrNoAgent when it has ended.
func (w Steps) ProveLogin(ctx context.Context, tokenHash []byte) error {
	tag, err := w.tx.Exec(ctx, proveLogin, tokenHash)
	if err != nil {
		return fmt.Errorf("prove login: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return acd.ErrNoAgent
	}
	return nil
}

const takeStep = `UPDATE second_factors SET last_step = $2 WHERE agent_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2`

// TakeStep takes the code of a step, and says whether it and no newer one was taken before.
func (s *Store) TakeStep(ctx context.Context, agent, step int64) (bool, error) {
	tag, err := s.db.Exec(ctx, takeStep, agent, step)
	if err != nil {
		return false, fmt.Errorf("take code: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

const takeRecovery = `UPDATE recovery_codes SET used_at = now() WHERE agent_id = $1 AND secret_hash = ANY ($2) AND used_at IS NULL`

// TakeRecovery takes a recovery code that has one of the hashes, and says whether there is such a one that was not taken before.
func (s *Store) TakeRecovery(ctx context.Context, agent int64, hashes [][]byte) (taken bool, err error) {
	err = s.do(ctx, func(w Steps) error {
		tag, err := w.tx.Exec(ctx, takeRecovery, agent, hashes)
		if err != nil {
			return fmt.Errorf("take recovery code: %w", err)
		}
		if taken = tag.RowsAffected() > 0; !taken {
			return nil
		}
		return audit.Record(ctx, w.tx, streams.Agent(agent), "agent.recovery_code", streams.Agent(agent), nil)
	})
	return taken, err
}

const (
	sealedFactors = `SELECT agent_id, sealed FROM second_factors WHERE agent_id > $1 ORDER BY agent_id LIMIT $2 FOR UPDATE`
	resealFactor  = `UPDATE second_factors SET sealed = $2 WHERE agent_id = $1`
)

// ResealFactors seals anew the secrets of authenticators for which reseal gives something, and gives how many there were.
func (s *Store) ResealFactors(ctx context.Context, reseal func(agent int64, sealed []byte) ([]byte, error)) (n int, err error) {
	_, err = s.db.Batches(ctx, "reseal second factors", func(tx *postgres.Tx, after int64) (read int, last int64, err error) {
		rows, err := tx.Query(ctx, sealedFactors, after, postgres.BatchOf)
		if err != nil {
			return 0, 0, err
		}
		var sealed []byte
		var writes pgx.Batch
		_, err = pgx.ForEachRow(rows, []any{&last, &sealed}, func() error {
			read++
			again, err := reseal(last, sealed)
			if err != nil {
				return fmt.Errorf("agent %d: %w", last, err)
			}
			if again != nil {
				writes.Queue(resealFactor, last, again)
			}
			return nil
		})
		if err != nil {
			return 0, 0, err
		}
		err = tx.SendBatch(ctx, &writes).Close()
		if err == nil {
			n += writes.Len()
		}
		return read, last, err
	})
	return n, err
}

const removeFactor = `DELETE FROM second_factors WHERE agent_id = $1`

const removePasskeys = `DELETE FROM passkeys WHERE agent_id = $1`

// RemoveFactor removes all of an agent's second factors and recovery codes, so that another one can be set up. Logins that the old one has proved end with [Steps.EndLogins].
func (w Steps) RemoveFactor(ctx context.Context, agent int64, by string) error {
	for _, remove := range []string{removeFactor, dropRecovery, removePasskeys} {
		if _, err := w.tx.Exec(ctx, remove, agent); err != nil {
			return fmt.Errorf("remove second factor: %w", err)
		}
	}
	return audit.Record(ctx, w.tx, by, "agent.second_factor_removed", streams.Agent(agent), nil)
}
