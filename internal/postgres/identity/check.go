package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/postgres/audit"
	store "okno/internal/postgres/lockout"
)

const lockChallenge = `SELECT ` + challengeColumns + ` FROM challenges WHERE client = $1 AND public_id = $2 FOR UPDATE`

const keepChallenge = `
UPDATE challenges SET state = $2, failures = $3,
    ended_at = CASE WHEN $2 = 'sent' THEN NULL ELSE coalesce(ended_at, $4) END,
    sealed = CASE WHEN $2 = 'sent' THEN sealed END
WHERE id = $1`

// CheckChallenge has an answer to a client's challenge judged, and keeps what was judged. Answers to one challenge take turns, and so
// do those against one number or citizen, on whatever nodes. otp.ErrUnknown.
func (w Steps) CheckChallenge(ctx context.Context, client, publicID string, now time.Time, judge func(*otp.Challenge, *lockout.Book)) error {
	c, err := scanChallenge(w.tx.QueryRow(ctx, lockChallenge, client, publicID))
	if errors.Is(err, otp.ErrUnknown) {
		return err
	}
	if err != nil {
		return fmt.Errorf("check password: %w", err)
	}
	whose := lockout.Nobody(c.Number)
	if c.CitizenID != 0 {
		whose = lockout.Citizen(c.CitizenID)
	}
	attempts, err := store.Lock(ctx, w.tx, lockout.OTP, now, lockout.Number(c.Number), whose)
	if err != nil {
		return err
	}
	was, failures := c.State, c.Failures
	judge(&c, &attempts)
	var writes pgx.Batch
	if c.State != was || c.Failures != failures {
		writes.Queue(keepChallenge, c.ID, c.State, c.Failures, now)
	}
	store.Keep(&writes, attempts)
	if writes.Len() > 0 {
		if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
			return fmt.Errorf("check password: %w", err)
		}
	}
	detail := map[string]any{"was": was, "is": c.State}
	if until, blocked := attempts.Blocked(now); blocked {
		detail["blocked_until"] = until.UTC().Format(time.RFC3339)
	}
	return audit.Record(ctx, w.tx, "client:"+client, "otp.verify", "challenge:"+publicID, detail)
}

// CheckChallenge is [Steps.CheckChallenge] in a transaction of its own.
func (s *Store) CheckChallenge(ctx context.Context, client, publicID string, now time.Time, judge func(*otp.Challenge, *lockout.Book)) error {
	return s.do(ctx, func(w Steps) error { return w.CheckChallenge(ctx, client, publicID, now, judge) })
}
