package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const challengeColumns = `
id, public_id, client, purpose, number, citizen_id, mac, sealed, state, failures, created_at, expires_at`

func scanChallenge(row pgx.Row) (otp.Challenge, error) {
	var c otp.Challenge
	err := row.Scan(&c.ID, &c.PublicID, &c.Client, &c.Purpose, &c.Number, &c.CitizenID, &c.MAC, &c.Sealed, &c.State,
		&c.Failures, &c.CreatedAt, &c.ExpiresAt)
	return c, postgres.NoRows(err, otp.ErrUnknown)
}

const livePasscode = `
SELECT ` + challengeColumns + ` FROM challenges
WHERE number = $1 AND state = 'sent' AND expires_at > $2 ORDER BY id DESC LIMIT 1`

// LivePasscode gives the newest challenge of a number that can still be met.
func (w Steps) LivePasscode(ctx context.Context, number string, now time.Time) (otp.Challenge, bool, error) {
	c, err := scanChallenge(w.tx.QueryRow(ctx, livePasscode, number, now))
	if errors.Is(err, otp.ErrUnknown) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("find passcode: %w", err)
	}
	return c, true, nil
}

// LockNumber makes transactions that concern one number take turns.
func (w Steps) LockNumber(ctx context.Context, number string) error {
	if _, err := w.tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 1))`, number); err != nil {
		return fmt.Errorf("lock number: %w", err)
	}
	return nil
}

const sentSince = `SELECT count(*) FROM challenges WHERE number = $1 AND created_at > $2`

// SentSince counts the passwords sent to a number.
func (w Steps) SentSince(ctx context.Context, number string, since time.Time) (int, error) {
	var n int
	if err := w.tx.QueryRow(ctx, sentSince, number, since).Scan(&n); err != nil {
		return 0, fmt.Errorf("count passwords: %w", err)
	}
	return n, nil
}

const supersede = `
WITH live AS (
    UPDATE challenges SET state = 'superseded', sealed = NULL, ended_at = now()
    WHERE client = $1 AND number = $2 AND purpose = $3 AND state = 'sent'
)
SELECT coalesce((` + passcodeFailures + `), 0)`

const passcodeFailures = `SELECT failures FROM passcode_failures WHERE number = $2 AND purpose = $3`

// Supersede ends the live challenge for the same purpose, and gives the failures of the number and purpose over all codes.
func (w Steps) Supersede(ctx context.Context, client, number, purpose string) (failures int, err error) {
	err = w.tx.QueryRow(ctx, supersede, client, number, purpose).Scan(&failures)
	if err != nil {
		return 0, fmt.Errorf("supersede password: %w", err)
	}
	return failures, nil
}

const addChallenge = `
INSERT INTO challenges (public_id, client, purpose, number, citizen_id, mac, sealed, failures, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`

// AddChallenge keeps a new challenge.
func (w Steps) AddChallenge(ctx context.Context, c otp.Challenge) (id int64, err error) {
	err = w.tx.QueryRow(ctx, addChallenge, c.PublicID, c.Client, c.Purpose, c.Number, c.CitizenID, c.MAC, c.Sealed, c.Failures,
		c.CreatedAt, c.ExpiresAt).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("add challenge: %w", err)
	}
	return id, audit.Record(ctx, w.tx, "client:"+c.Client, "otp.send", "challenge:"+c.PublicID, nil)
}

const lockChallenge = `SELECT ` + challengeColumns + ` FROM challenges WHERE client = $1 AND public_id = $2 FOR UPDATE`

const keepChallenge = `
UPDATE challenges SET state = $2, failures = $3,
    ended_at = CASE WHEN $2 = 'sent' THEN NULL ELSE coalesce(ended_at, now()) END,
    sealed = CASE WHEN $2 = 'sent' THEN sealed END
WHERE id = $1`

const lockFailures = `SELECT failures FROM passcode_failures WHERE number = $1 AND purpose = $2 FOR UPDATE`

const addFailures = `
INSERT INTO passcode_failures (number, purpose, failures) VALUES ($1, $2, $3)
ON CONFLICT (number, purpose) DO UPDATE SET failures = passcode_failures.failures + excluded.failures, last_at = now()`

const dropFailures = `DELETE FROM passcode_failures WHERE number = $1 AND purpose = $2`

// keepFailures keeps what an answer has added to the failures of a number and purpose; a right one ends them.
func (w Steps) keepFailures(ctx context.Context, c otp.Challenge, added int) (err error) {
	switch {
	case c.State == otp.Verified:
		_, err = w.tx.Exec(ctx, dropFailures, c.Number, c.Purpose)
	case added > 0:
		_, err = w.tx.Exec(ctx, addFailures, c.Number, c.Purpose, added)
	}
	return err
}

// CheckChallenge runs fn on a client's locked challenge, and keeps what it leaves. otp.ErrUnknown.
func (s *Store) CheckChallenge(ctx context.Context, client, publicID string, fn func(*otp.Challenge)) error {
	return s.do(ctx, func(w Steps) error {
		c, err := scanChallenge(w.tx.QueryRow(ctx, lockChallenge, client, publicID))
		if err != nil {
			return fmt.Errorf("check password: %w", err)
		}
		var failures int
		if err := w.tx.QueryRow(ctx, lockFailures, c.Number, c.Purpose).Scan(&failures); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return fmt.Errorf("check password: %w", err)
		}
		c.Carry(failures)
		before, was := c.State, c.Failures
		fn(&c)
		if err := w.keepFailures(ctx, c, c.Failures-was); err != nil {
			return fmt.Errorf("check password: %w", err)
		}
		if _, err := w.tx.Exec(ctx, keepChallenge, c.ID, c.State, c.Failures); err != nil {
			return fmt.Errorf("check password: %w", err)
		}
		return audit.Record(ctx, w.tx, "client:"+client, "otp.verify", "challenge:"+publicID, map[string]any{"was": before, "is": c.State})
	})
}
