package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/lockout"
	"okno/internal/message"
	"okno/internal/news"
	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	store "okno/internal/postgres/lockout"
	"okno/internal/postgres/messages"
)

// Requests for one number take turns, so that its limits hold.
const lockNumber = `SELECT pg_advisory_xact_lock(hashtextextended($1, 1))`

const clientAndPurpose = `
SELECT c.title, c.budget, p.definition FROM clients c LEFT JOIN otp_purposes p ON p.client = c.name AND p.name = $2 WHERE c.name = $1`

const earlierChallenges = `
SELECT public_id, client, purpose, state, nth, created_at FROM challenges WHERE number = $1 AND created_at > $2
ORDER BY created_at DESC LIMIT 50`

const usedToday = `SELECT scope, sum(sent)::bigint FROM otp_days WHERE day = $1 AND scope = ANY ($2) GROUP BY scope`

const heldUntil = `
SELECT coalesce(max(until), 'epoch') FROM otp_blocks WHERE client = $1 AND prefix = $2 AND until > $3 AND lifted_at IS NULL`

const nextChallenge = `SELECT nextval(pg_get_serial_sequence('challenges', 'id'))`

// standing gathers what must be known to decide on a password, in one round trip, and the id of the next challenge. It asks the same
// for every number.
func (w Steps) standing(ctx context.Context, q otp.Query) (st otp.Standing, id int64, err error) {
	st.Used = map[otp.Scope]int{}
	var reads pgx.Batch
	reads.Queue(lockNumber, q.Number)
	reads.Queue(clientAndPurpose, q.Client, q.Purpose).QueryRow(func(row pgx.Row) error {
		var definition []byte
		if err := row.Scan(&st.Portal, &st.Budget, &definition); err != nil {
			return err
		}
		if st.Found = definition != nil; !st.Found {
			return nil
		}
		return json.Unmarshal(definition, &st.Purpose)
	})
	reads.Queue(known, q.Number).QueryRow(func(row pgx.Row) error {
		var name string
		var stopped bool
		return row.Scan(&st.CitizenID, &name, &st.Language, &stopped)
	})
	reads.Queue(earlierChallenges, q.Number, q.Now.Add(-24*time.Hour)).Query(func(rows pgx.Rows) (err error) {
		st.Earlier, err = pgx.CollectRows(rows, pgx.RowToStructByPos[otp.Earlier])
		return err
	})
	reads.Queue(usedToday, today(q.Now), q.Scopes).Query(func(rows pgx.Rows) error {
		var scope otp.Scope
		var n int
		_, err := pgx.ForEachRow(rows, []any{&scope, &n}, func() error { st.Used[scope] = n; return nil })
		return err
	})
	reads.Queue(heldUntil, q.Client, q.Prefix, q.Now).QueryRow(func(row pgx.Row) error { return row.Scan(&st.HeldUntil) })
	store.Queue(&reads, lockout.OTP, []string{lockout.Number(q.Number)}, func(b lockout.Book) { st.Attempts = b })
	reads.Queue(nextChallenge).QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
	if err := w.tx.SendBatch(ctx, &reads).Close(); err != nil {
		return st, 0, fmt.Errorf("look up password: %w", postgres.NoRows(err, otp.ErrPurpose))
	}
	return st, id, nil
}

const supersede = `
UPDATE challenges SET state = 'superseded', sealed = NULL, ended_at = $4 WHERE client = $1 AND number = $2 AND purpose = $3 AND state = 'sent'`

const addChallenge = `
INSERT INTO challenges (id, public_id, client, purpose, number, prefix, citizen_id, decoy, channel, nth, origin, language, mac, sealed, tries,
                        created_at, expires_at) OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0), $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`

// A connection counts in a row of its own, most of the time: whoever counts in one waits for the commit of who did before.
const countSent = `
INSERT INTO otp_days (day, scope, shard, sent) SELECT $1, s, pg_backend_pid() % 16, 1 FROM unnest($2::text[]) s ORDER BY s
ON CONFLICT (day, scope, shard) DO UPDATE SET sent = otp_days.sent + 1`

// today is the beginning of a moment's day, in UTC.
func today(now time.Time) time.Time { return now.UTC().Truncate(24 * time.Hour) }

// SendChallenge carries a request for a password through. The last one for the same is void.
func (w Steps) SendChallenge(ctx context.Context, q otp.Query, decide func(otp.Standing) (otp.Sending, error)) error {
	st, id, err := w.standing(ctx, q)
	if err != nil {
		return err
	}
	sending, err := decide(st)
	if err != nil {
		return err
	}
	c := sending.Challenge
	var writes pgx.Batch
	writes.Queue(supersede, c.Client, c.Number, c.Purpose, q.Now)
	writes.Queue(addChallenge, id, c.PublicID, c.Client, c.Purpose, c.Number, q.Prefix, c.CitizenID, c.Decoy, c.Channel, c.Nth, c.Origin,
		c.Language, c.MAC, c.Sealed, c.Tries, c.CreatedAt, c.ExpiresAt)
	if mt := sending.Message; mt != nil {
		mt.Challenge = id
		messages.Enqueue(&writes, []message.MT{*mt}, nil, func([]messages.Added) {})
	}
	writes.Queue(countSent, today(q.Now), q.Scopes)
	if err := w.tx.SendBatch(ctx, &writes).Close(); err != nil {
		return fmt.Errorf("add password: %w", err)
	}
	w.tx.Hint(news.MT)
	return audit.Record(ctx, w.tx, "client:"+c.Client, "otp.send", "challenge:"+c.PublicID, map[string]any{"purpose": c.Purpose, "channel": c.Channel,
		"nth": c.Nth})
}
