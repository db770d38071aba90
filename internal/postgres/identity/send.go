package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	store "okno/internal/postgres/lockout"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

// send is a request for a password, on which is to be decided.
type send struct {
	q      otp.Query
	decide func(otp.Standing) (otp.Sending, error)
	err    *error // of decide
}

// Requests for one number take turns, so that its limits hold. Numbers are locked in one order.
const lockNumbers = `
SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(n, 1) AS k FROM unnest($1::text[]) n ORDER BY 1) l`

const clientAndPurpose = `
SELECT c.title, c.budget, p.definition FROM clients c LEFT JOIN otp_purposes p ON p.client = c.name AND p.name = $2 WHERE c.name = $1`

const earlierChallenges = `
SELECT public_id, client, purpose, state, nth, created_at FROM unnest($1::bytea[]) n (index)
CROSS JOIN LATERAL (SELECT * FROM challenges WHERE number_index = n.index AND created_at > $2 OFFSET 0) c
ORDER BY created_at DESC, id DESC LIMIT 50`

const usedToday = `SELECT scope, sum(sent)::bigint FROM otp_days WHERE day = $1 AND scope = ANY ($2) GROUP BY scope`

const heldUntil = `
SELECT coalesce(max(until), 'epoch') FROM otp_blocks WHERE client = $1 AND prefix = $2 AND until > $3 AND lifted_at IS NULL`

const nextChallenges = `SELECT nextval('challenges_id_seq') FROM generate_series(1, $1::int)`

// today is the beginning of a moment's day, in UTC.
func today(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// purposeOf is what is known of a client and its purpose.
type purposeOf struct {
	portal  string
	budget  int
	found   bool
	purpose otp.Purpose
}

// standings gathers what must be known to decide on passwords, in one round trip, and the ids of the next challenges. It asks the
// same for every number. What has been used is one map for all: each decision counts in it.
func (w Steps) standings(ctx context.Context, sends []send) (standings []otp.Standing, ids []int64, err error) {
	standings = make([]otp.Standing, len(sends))
	used, scopes := map[otp.Scope]int{}, map[otp.Scope]bool{}
	purposes, held := map[[2]string]*purposeOf{}, map[[2]string]*time.Time{}
	now := sends[0].q.Now
	var reads pgx.Batch
	numbers, bound := postgres.Column(sends, func(s send) string { return s.q.Number }), map[string]citizen.Known{}
	reads.Queue(lockNumbers, numbers)
	QueueKnown(&reads, w.ring, numbers, bound)
	for i, s := range sends {
		st := &standings[i]
		st.Used = used
		for _, scope := range s.q.Scopes {
			scopes[scope] = true
		}
		if key := [2]string{s.q.Client, s.q.Purpose}; purposes[key] == nil {
			p := &purposeOf{}
			purposes[key] = p
			reads.Queue(clientAndPurpose, s.q.Client, s.q.Purpose).QueryRow(p.scan)
		}
		if key := [2]string{s.q.Client, s.q.Prefix}; held[key] == nil {
			until := &time.Time{}
			held[key] = until
			reads.Queue(heldUntil, s.q.Client, s.q.Prefix, now).QueryRow(func(row pgx.Row) error { return row.Scan(until) })
		}
		reads.Queue(earlierChallenges, w.ring.Indexes(seal.TelephoneNumber, s.q.Number), now.Add(-24*time.Hour)).Query(func(rows pgx.Rows) (err error) {
			st.Earlier, err = pgx.CollectRows(rows, pgx.RowToStructByPos[otp.Earlier])
			return err
		})
		store.In(w.tx, w.ring).QueueAttempts(&reads, lockout.OTP, []string{lockout.Number(s.q.Number)}, func(b lockout.Book) { st.Attempts = b })
	}
	reads.Queue(usedToday, today(now), slices.Sorted(maps.Keys(scopes))).Query(func(rows pgx.Rows) error {
		var scope otp.Scope
		var n int
		_, err := pgx.ForEachRow(rows, []any{&scope, &n}, func() error { used[scope] = n; return nil })
		return err
	})
	reads.Queue(nextChallenges, len(sends)).Query(func(rows pgx.Rows) (err error) {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err := w.tx.SendBatch(ctx, &reads).Close(); err != nil {
		return nil, nil, fmt.Errorf("look up passwords: %w", err)
	}
	for i, s := range sends {
		p := purposes[[2]string{s.q.Client, s.q.Purpose}]
		st := &standings[i]
		if k := bound[s.q.Number]; k.Lowered { // whoever has the number now may be somebody else
			st.Language = ""
		} else {
			st.CitizenID, st.Language = k.CitizenID, string(k.Language)
		}
		st.Portal, st.Budget, st.Found, st.Purpose = p.portal, p.budget, p.found, p.purpose
		st.HeldUntil = *held[[2]string{s.q.Client, s.q.Prefix}]
	}
	return standings, ids, nil
}

func (p *purposeOf) scan(row pgx.Row) error {
	var definition []byte
	err := row.Scan(&p.portal, &p.budget, &definition)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && definition == nil {
		return nil
	}
	if err != nil {
		return err
	}
	p.found = true
	return json.Unmarshal(definition, &p.purpose)
}

// Challenges are locked in the order of their ids, as by the answers to them.
const supersede = `
UPDATE challenges SET state = 'superseded', sealed = NULL, ended_at = $2 WHERE id = ANY (ARRAY (
    SELECT id FROM challenges WHERE public_id = ANY ($1) AND state = 'sent' ORDER BY id FOR UPDATE))`

const addChallenges = `
INSERT INTO challenges (id, public_id, client, purpose, number, number_index, sealed_number, prefix, citizen_id, subjects, decoy, channel, nth,
                        origin, language, mac, sealed, tries, created_at, expires_at) OVERRIDING SYSTEM VALUE
SELECT id, public_id, client, purpose, '', number_index, sealed_number, prefix, nullif(citizen, 0), ARRAY[subject, whose], decoy, channel, nth, origin, language, mac, sealed,
       tries, created_at, expires_at
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[], $7::bigint[], $8::text[], $9::text[], $10::boolean[], $11::text[],
            $12::int[], $13::text[], $14::text[], $15::bytea[], $16::bytea[], $17::int[], $18::timestamptz[], $19::timestamptz[], $20::bytea[])
     c (id, public_id, client, purpose, number_index, prefix, citizen, subject, whose, decoy, channel, nth, origin, language, mac, sealed, tries,
        created_at, expires_at, sealed_number)`

// A connection counts in a row of its own, most of the time: whoever counts in one waits for the commit of who did before.
const countSent = `
INSERT INTO otp_days (day, scope, shard, sent) SELECT $1, s, pg_backend_pid() % 64, n FROM unnest($2::text[], $3::int[]) c (s, n) ORDER BY s
ON CONFLICT (day, scope, shard) DO UPDATE SET sent = otp_days.sent + excluded.sent`

func (w Steps) queueChallenges(writes *pgx.Batch, all []otp.Challenge) {
	type c = otp.Challenge
	text := func(value func(c) string) []string { return postgres.Column(all, value) }
	writes.Queue(addChallenges, postgres.Column(all, func(c c) int64 { return c.ID }), text(func(c c) string { return c.PublicID }),
		text(func(c c) string { return c.Client }), text(func(c c) string { return c.Purpose }),
		postgres.Column(all, func(c c) []byte { return w.ring.Index(seal.TelephoneNumber, c.Number) }),
		text(func(c c) string { return otp.Prefix(c.Number) }), postgres.Column(all, func(c c) int64 { return c.CitizenID }),
		text(func(c c) string { return store.Hide(w.ring, c.Subjects()[0]) }), text(func(c c) string { return store.Hide(w.ring, c.Subjects()[1]) }),
		postgres.Column(all, func(c c) bool { return c.Decoy }), text(func(c c) string { return string(c.Channel) }),
		postgres.Column(all, func(c c) int { return c.Nth }), text(func(c c) string { return c.Origin }),
		text(func(c c) string { return string(c.Language) }), postgres.Column(all, func(c c) []byte { return c.MAC }),
		postgres.Column(all, func(c c) []byte { return c.Sealed }), postgres.Column(all, func(c c) int { return c.Tries }),
		postgres.Column(all, func(c c) time.Time { return c.CreatedAt }), postgres.Column(all, func(c c) time.Time { return c.ExpiresAt }),
		postgres.Column(all, func(c c) []byte { return w.ring.Seal(placeOfNumber, []byte(c.Number)) }))
}

// sendAll has requests for different numbers decided, and keeps what was decided with the messages. The last password for the same is void.
func (w Steps) sendAll(ctx context.Context, sends []send) error {
	standings, ids, err := w.standings(ctx, sends)
	if err != nil {
		return err
	}
	now := sends[0].q.Now
	var challenges []otp.Challenge
	var mts []message.MT
	var deeds []audit.Deed
	var void []string
	counts := map[otp.Scope]int{}
	for i, s := range sends {
		sending, err := s.decide(standings[i])
		if *s.err = err; err != nil {
			continue
		}
		c := sending.Challenge
		c.ID = ids[i]
		challenges = append(challenges, c)
		if mt := sending.Message; mt != nil {
			mt.Challenge = c.ID
			mts = append(mts, *mt)
		}
		for _, e := range standings[i].Earlier {
			if e.Client == c.Client && e.Purpose == c.Purpose && e.State == otp.Sent {
				void = append(void, e.PublicID)
			}
		}
		for _, scope := range s.q.Scopes {
			counts[scope]++
			standings[i].Used[scope]++
		}
		deeds = append(deeds, audit.Deed{Actor: "client:" + c.Client, Action: "otp.send", Subject: "challenge:" + c.PublicID,
			Detail: map[string]any{"purpose": c.Purpose, "channel": c.Channel, "nth": c.Nth}})
	}
	if len(challenges) == 0 {
		return nil
	}
	var writes pgx.Batch
	if len(void) > 0 {
		writes.Queue(supersede, void, now)
	}
	w.queueChallenges(&writes, challenges)
	if len(mts) > 0 {
		messages.In(w.tx, w.ring).Enqueue(&writes, mts, nil, func([]messages.Added) {})
	}
	if err := audit.Queue(&writes, deeds...); err != nil {
		return err
	}
	scopes := slices.Sorted(maps.Keys(counts))
	writes.Queue(countSent, today(now), scopes, postgres.Column(scopes, func(s otp.Scope) int { return counts[s] }))
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("add passwords: %w", err)
	}
	w.tx.Hint(news.MT)
	return nil
}

// SendChallenge carries a request for a password through. An error of decide keeps nothing.
func (w Steps) SendChallenge(ctx context.Context, q otp.Query, decide func(otp.Standing) (otp.Sending, error)) error {
	var refused error
	if err := w.sendAll(ctx, []send{{q, decide, &refused}}); err != nil {
		return err
	}
	return refused
}

// Passwords that are asked for at the same time share a commit: so many commits at once, and so many passwords in each.
const (
	sendsAbreast  = 2
	sendsTogether = 64
)

// SendChallenge is [Steps.SendChallenge] in a transaction, which requests that come at the same time share.
func (s *Store) SendChallenge(ctx context.Context, q otp.Query, decide func(otp.Standing) (otp.Sending, error)) error {
	var refused error
	if err := s.sends.Do(ctx, send{q, decide, &refused}); err != nil {
		return err
	}
	return refused
}
