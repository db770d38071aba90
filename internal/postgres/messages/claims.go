package messages

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
)

// What is due in a lane, oldest first.
const dueSegments = `
SELECT q.ctid FROM mt_queue q
WHERE q.lane = '%s' AND q.due_at <= $1
ORDER BY q.due_at, q.id LIMIT %s
FOR UPDATE OF q SKIP LOCKED`

// Of that, what goes by this link now: of all prefixes that the destination begins with, the longest is one of the link's,
// and the message falls into the link's share of it. A segment that is tried again falls anew, so that what one operator
// would not take may go by another.
const dueByRoutes = `
SELECT q.ctid FROM mt_queue q JOIN mt_messages m ON m.id = q.id >> 8
WHERE q.lane = '%s' AND q.due_at <= $1
  AND EXISTS (
      SELECT FROM unnest($8::text[], $9::int[], $10::int[]) r (prefix, low, high)
      WHERE starts_with(m.destination, r.prefix)
        AND hashint8(m.id + q.attempts * 1000003::bigint) & 1023 BETWEEN r.low AND r.high
        AND NOT EXISTS (SELECT FROM unnest($11::text[]) p WHERE length(p) > length(r.prefix) AND starts_with(m.destination, p)))
ORDER BY q.due_at, q.id LIMIT %s
FOR UPDATE OF q SKIP LOCKED`

var claimSegments, claimByRoutes = claimOf(dueSegments), claimOf(dueByRoutes)

// claimOf takes segments out of the queue, in one statement for all lanes: a later one is read only if the ones before it
// leave room. Rows of the queue never change, so their place names them. A notice that was enqueued while its number said
// STOP fails here.
func claimOf(due string) string {
	return `
WITH due AS MATERIALIZED (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (` +
		fmt.Sprintf(`SELECT * FROM (`+due+`) otp`, message.OTP, "$2") + ` UNION ALL ` +
		fmt.Sprintf(`SELECT * FROM (`+due+`) reply`, message.Reply, "$2") + ` UNION ALL ` +
		fmt.Sprintf(`SELECT * FROM (`+due+`) notice`, message.Notice, "$3") + ` LIMIT $2))
    RETURNING id, lane, attempts + 1 AS attempt, repeats, expires_at
), read AS MATERIALIZED (
    SELECT due.*, m.destination, m.sealed, m.sender, due.lane = 'notice' AND ` + stoppedNumber("m.stop_indexes") + ` AS stopped
    FROM due JOIN mt_messages m ON m.id = due.id >> 8
), failed AS (
    UPDATE mt_segments s SET state = 'failed', failure = 'stopped', final_at = $1 FROM read WHERE s.id = read.id AND read.stopped
), claim AS (
    INSERT INTO mt_claims (link, slot, awaited, claimed_at, leased_until, segments, attempts, unsettled)
    SELECT $4, $5, $6, $1, $7, array_agg(id), array_agg(attempt), count(*) FROM read WHERE NOT stopped HAVING count(*) > 0
    RETURNING id
)
SELECT r.id, r.id >> 8, r.lane, r.id & 255, r.destination, r.sealed, r.sender, r.expires_at, claim.id, r.attempt, r.repeats
FROM read r, claim WHERE NOT r.stopped`
}

// ClaimSegments takes segments for a link to submit, lane by lane, oldest first; some may have expired just now. Each must get its outcome by CommitSMS
// before the lease ends.
func (s *Store) ClaimSegments(ctx context.Context, c message.Claim) ([]message.Segment, error) {
	ring := s.ring
	statement := claimSegments
	args := []any{c.Now, c.Limit, min(c.Limit, c.Notices), c.Link, c.Slot, c.Awaited, c.LeaseEnd}
	if !onlyWay(c) {
		statement = claimByRoutes
		args = append(args, postgres.Column(c.Routes, func(r message.Route) string { return r.Prefix }),
			postgres.Column(c.Routes, func(r message.Route) int { return r.From }), postgres.Column(c.Routes, func(r message.Route) int { return r.To - 1 }), c.Prefixes)
	}
	rows, err := s.db.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("claim segments for %s: %w", c.Link, err)
	}
	claimed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s message.Segment, err error) {
		var sealed []byte
		err = row.Scan(&s.ID, &s.MT, &s.Lane, &s.Number, &s.Destination, &sealed, &s.Sender, &s.ExpiresAt, &s.Claim, &s.Attempt, &s.Repeats)
		if err == nil {
			s.Text, err = OpenText(ring, sealed)
		}
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("claim segments for %s: %w", c.Link, err)
	}
	slices.SortFunc(claimed, func(a, b message.Segment) int {
		return cmp.Or(cmp.Compare(slices.Index(message.Lanes, a.Lane), slices.Index(message.Lanes, b.Lane)), cmp.Compare(a.ID, b.ID))
	})
	return claimed, nil
}

// onlyWay says whether everything goes by the link.
func onlyWay(c message.Claim) bool {
	return len(c.Routes) == 1 && c.Routes[0] == message.Route{To: message.Shares} && len(c.Prefixes) == 1
}
