package identity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lockout"
	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	store "okno/internal/postgres/lockout"
	"okno/internal/seal"
)

// check is an answer to a client's challenge, which is to be judged.
type check struct {
	client, publicID string
	now              time.Time
	judge            func(*otp.Challenge, *lockout.Book)
	found            *bool
}

// The attempts are locked before the challenges are read: whoever comes next reads what this one has left.
var lockAttempts, readAttempts = store.Locking(`ARRAY (
    SELECT DISTINCT unnest(c.subjects) FROM unnest($2::text[], $3::text[]) q (client, id) JOIN challenges c ON c.public_id = q.id AND c.client = q.client)`)

const lockChallenges = `
SELECT ` + challengeColumns + ` FROM challenges WHERE id = ANY (ARRAY (
    SELECT c.id FROM unnest($1::text[], $2::text[]) q (client, id) JOIN challenges c ON c.public_id = q.id AND c.client = q.client))
ORDER BY id FOR UPDATE`

const keepChallenges = `
UPDATE challenges c SET state = k.state, failures = k.failures,
    ended_at = CASE WHEN k.state = 'sent' THEN NULL ELSE coalesce(c.ended_at, k.at) END,
    sealed = CASE WHEN k.state = 'sent' THEN c.sealed END
FROM unnest($1::bigint[], $2::text[], $3::int[], $4::timestamptz[]) k (id, state, failures, at) WHERE c.id = k.id`

// checked is what a transaction has of the answers in it: the challenges by client and public id, and the attempts against all.
type checked struct {
	challenges map[[2]string]*otp.Challenge
	attempts   lockout.Book // subjects as they are kept
	ring       *seal.Ring
}

// lock locks the attempts against whom the challenges are for, and the challenges, and gives both, in one round trip.
func (w Steps) lock(ctx context.Context, checks []check) (checked, error) {
	found := checked{challenges: map[[2]string]*otp.Challenge{}, ring: w.ring}
	clients := postgres.Column(checks, func(c check) string { return c.client })
	ids := postgres.Column(checks, func(c check) string { return c.publicID })
	var reads pgx.Batch
	reads.Queue(lockAttempts, lockout.OTP, clients, ids)
	reads.Queue(lockChallenges, clients, ids).Query(func(rows pgx.Rows) error {
		defer rows.Close()
		for rows.Next() {
			c, err := w.scanChallenge(rows)
			if err != nil {
				return err
			}
			found.challenges[[2]string{c.Client, c.PublicID}] = &c
		}
		return rows.Err()
	})
	reads.Queue(readAttempts, lockout.OTP, clients, ids).Query(func(rows pgx.Rows) (err error) {
		found.attempts, err = store.Read(lockout.OTP, rows)
		return err
	})
	if err := w.tx.SendBatch(ctx, &reads).Close(); err != nil {
		return found, fmt.Errorf("lock challenges: %w", err)
	}
	return found, nil
}

// judge has one answer judged, of which others may be to the same challenge or number, and gives its line in the journal.
func (f *checked) judge(one check, c *otp.Challenge) audit.Deed {
	attempts := lockout.Book{Way: lockout.OTP, States: map[string]lockout.State{}}
	for _, subject := range c.Subjects() {
		attempts.States[subject] = f.attempts.States[store.Hide(f.ring, subject)]
	}
	was := c.State
	one.judge(c, &attempts)
	f.attempts.Take(store.HideAll(f.ring, attempts))
	detail := map[string]any{"was": was, "is": c.State}
	if until, blocked := attempts.Blocked(one.now); blocked {
		detail["blocked_until"] = until.UTC().Format(time.RFC3339)
	}
	return audit.Deed{Actor: "client:" + one.client, Action: "otp.verify", Subject: "challenge:" + one.publicID, Detail: detail}
}

// checkAll has answers judged, each after what the ones before have left, and keeps what was judged. Answers to one challenge take
// turns, and so do those against one number or citizen, on whatever nodes.
func (w Steps) checkAll(ctx context.Context, checks []check) error {
	found, err := w.lock(ctx, checks)
	if err != nil {
		return err
	}
	var deeds []audit.Deed
	changed := map[int64]*otp.Challenge{}
	for _, one := range checks {
		c, ok := found.challenges[[2]string{one.client, one.publicID}]
		if *one.found = ok; !ok {
			continue
		}
		before := *c
		deeds = append(deeds, found.judge(one, c))
		if c.State != before.State || c.Failures != before.Failures {
			changed[c.ID] = c
		}
	}
	if len(deeds) == 0 {
		return nil
	}
	var writes pgx.Batch
	if len(changed) > 0 {
		ids := slices.Sorted(maps.Keys(changed))
		writes.Queue(keepChallenges, ids, postgres.Column(ids, func(id int64) string { return string(changed[id].State) }),
			postgres.Column(ids, func(id int64) int { return changed[id].Failures }),
			postgres.Column(ids, func(int64) time.Time { return checks[0].now }))
	}
	store.Keep(&writes, found.attempts)
	if err := audit.Queue(&writes, deeds...); err != nil {
		return err
	}
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("check passwords: %w", err)
	}
	return nil
}

// CheckChallenge has an answer to a client's challenge judged, and keeps what was judged. otp.ErrUnknown.
func (w Steps) CheckChallenge(ctx context.Context, client, publicID string, now time.Time, judge func(*otp.Challenge, *lockout.Book)) error {
	var found bool
	if err := w.checkAll(ctx, []check{{client, publicID, now, judge, &found}}); err != nil {
		return err
	}
	if !found {
		return otp.ErrUnknown
	}
	return nil
}

// Answers that come at the same time share a commit: so many commits at once, and so many answers in each.
const (
	checksAbreast  = 2
	checksTogether = 64
)

// CheckChallenge is [Steps.CheckChallenge] in a transaction, which answers that come at the same time share.
func (s *Store) CheckChallenge(ctx context.Context, client, publicID string, now time.Time, judge func(*otp.Challenge, *lockout.Book)) error {
	var found bool
	if err := s.checks.Do(ctx, check{client, publicID, now, judge, &found}); err != nil {
		return err
	}
	if !found {
		return otp.ErrUnknown
	}
	return nil
}
