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
	"okno/internal/seal"
)

const challengeColumns = `
id, public_id, client, purpose, sealed_number, coalesce(citizen_id, 0), decoy, channel, nth, origin, language, mac, sealed, state, tries, failures,
created_at, expires_at`

// placeOfNumber names what a challenge's number is sealed for.
const placeOfNumber = "challenge number"

// Sealed are the columns of this package that have no data key, but for those of [Store.RotateKeys].
var Sealed = []postgres.Sealed{{Table: "challenges", Column: "sealed_number", Place: placeOfNumber}}

func (w Steps) scanChallenge(row pgx.Row) (otp.Challenge, error) {
	var c otp.Challenge
	var number []byte
	err := row.Scan(&c.ID, &c.PublicID, &c.Client, &c.Purpose, &number, &c.CitizenID, &c.Decoy, &c.Channel, &c.Nth, &c.Origin, &c.Language,
		&c.MAC, &c.Sealed, &c.State, &c.Tries, &c.Failures, &c.CreatedAt, &c.ExpiresAt)
	if err == nil {
		number, err = w.ring.Open(placeOfNumber, number)
		c.Number = string(number)
	}
	return c, postgres.NoRows(err, otp.ErrUnknown)
}

// One that Okno asked for itself proves who speaks: whoever is on the line must have it from elsewhere.
const livePasscode = `
SELECT ` + challengeColumns + ` FROM unnest($1::bytea[]) n (index) CROSS JOIN LATERAL (
    SELECT * FROM challenges
    WHERE number_index = n.index AND state = 'sent' AND expires_at > $2 AND NOT decoy AND client <> '` + otp.Own + `' OFFSET 0) c
ORDER BY created_at DESC, id DESC LIMIT 1`

// LivePasscode gives the newest challenge of a number that a client has sent and that can still be met.
func (w Steps) LivePasscode(ctx context.Context, number string, now time.Time) (otp.Challenge, bool, error) {
	c, err := w.scanChallenge(w.tx.QueryRow(ctx, livePasscode, w.ring.Indexes(seal.TelephoneNumber, number), now))
	if errors.Is(err, otp.ErrUnknown) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("find passcode: %w", err)
	}
	return c, true, nil
}

const challengeOf = `SELECT ` + challengeColumns + ` FROM challenges WHERE client = $1 AND public_id = $2`

// Challenge gives a client's challenge. otp.ErrUnknown.
func (s *Store) Challenge(ctx context.Context, client, publicID string) (otp.Challenge, error) {
	c, err := In(nil, s.ring).scanChallenge(s.db.QueryRow(ctx, challengeOf, client, publicID))
	if err != nil && !errors.Is(err, otp.ErrUnknown) {
		return c, fmt.Errorf("find challenge: %w", err)
	}
	return c, err
}

const cancelChallenge = `
UPDATE challenges SET state = 'cancelled', sealed = NULL, ended_at = $3
WHERE client = $1 AND public_id = $2 AND state = 'sent' AND expires_at > $3`

// CancelChallenge ends a client's challenge if it is live, and gives it as it stands. otp.ErrUnknown.
func (s *Store) CancelChallenge(ctx context.Context, client, publicID string, now time.Time) (c otp.Challenge, err error) {
	err = s.do(ctx, func(w Steps) error {
		tag, err := w.tx.Exec(ctx, cancelChallenge, client, publicID, now)
		if err != nil {
			return fmt.Errorf("cancel challenge: %w", err)
		}
		if c, err = w.scanChallenge(w.tx.QueryRow(ctx, challengeOf, client, publicID)); err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return nil
		}
		return audit.Record(ctx, w.tx, "client:"+client, "otp.cancel", "challenge:"+publicID, nil)
	})
	return c, err
}

// By the index on the expiry alone, from a moment on: what an answer changes is in no index.
const expireChallenges = `
UPDATE challenges SET state = 'expired', sealed = NULL, ended_at = $1 WHERE ctid = ANY (ARRAY (
    SELECT ctid FROM challenges WHERE expires_at > $3 AND expires_at <= $1 AND state = 'sent' ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))`

// A minute later no link has the message in its hands any more: it submits nothing that has expired.
const eraseMessages = `
UPDATE mt_messages SET sealed = '', destination = '' WHERE id = ANY (ARRAY (
    SELECT m.id FROM challenges c CROSS JOIN LATERAL (SELECT id FROM mt_messages WHERE challenge_id = c.id AND sealed <> '' OFFSET 0) m
    WHERE c.expires_at <= $1::timestamptz - interval '1 minute' AND c.expires_at > $3::timestamptz - interval '1 minute' ORDER BY m.id LIMIT $2))`

// eraseBatch is how many codes are erased in one statement.
const eraseBatch = 500

// EraseCodes ends the challenges that have expired and erases their codes, and the texts of the messages that carried codes and that
// nobody has submitted; it gives the number of challenges. It looks at what has expired since a moment.
func (s *Store) EraseCodes(ctx context.Context, since, now time.Time) (erased int, err error) {
	for _, step := range []struct {
		sql   string
		count *int
	}{{expireChallenges, &erased}, {eraseMessages, new(int)}} {
		for {
			tag, err := s.db.Exec(ctx, step.sql, now, eraseBatch, since)
			if err != nil {
				return erased, fmt.Errorf("erase passwords: %w", err)
			}
			*step.count += int(tag.RowsAffected())
			if tag.RowsAffected() < eraseBatch {
				break
			}
		}
	}
	return erased, nil
}
