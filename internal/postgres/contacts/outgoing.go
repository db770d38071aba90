package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
)

// Whoever calls a citizen takes turns with whoever else does. Keys are locked in one order.
const lockCalled = `
SELECT pg_advisory_xact_lock(k) FROM (
    SELECT DISTINCT hashtextextended('outgoing call ' || v, 0) AS k
    FROM (SELECT encode(n, 'hex') FROM unnest($1::bytea[]) n UNION SELECT 'citizen ' || nullif($2::bigint, 0)) x (v) WHERE v IS NOT NULL ORDER BY 1) l`

// Those of a number, or of a citizen, are looked for among the newest interactions, so that one with many costs no more.
const calledBy = `
SELECT a.name FROM (
    SELECT i.id FROM unnest($1::bytea[]) n (at)
    CROSS JOIN LATERAL (SELECT id FROM interactions WHERE number_index = n.at ORDER BY id DESC LIMIT 50) i
    UNION
    SELECT id FROM (SELECT id FROM interactions WHERE citizen_id = nullif($2::bigint, 0) ORDER BY id DESC LIMIT 50) z) i
JOIN contacts c ON c.interaction_id = i.id AND c.state IN ('accepted', 'ringing', 'connected') AND c.helps IS NULL
JOIN channels h ON h.name = c.channel AND h.by_call
JOIN agents a ON a.id = c.agent_id AND a.id <> $3 ORDER BY c.id LIMIT 1`

// CalledBy names another agent than one who calls or talks with a citizen (0: nobody knows whom), or whoever has a number, now; "": nobody. It
// keeps others from calling either until the transaction ends.
func (w Steps) CalledBy(ctx context.Context, number string, citizen, but int64) (name string, err error) {
	indexes := w.indexes(number)
	if _, err := w.tx.Exec(ctx, lockCalled, indexes, citizen); err != nil {
		return "", fmt.Errorf("lock whom to call: %w", err)
	}
	err = w.tx.QueryRow(ctx, calledBy, indexes, citizen, but).Scan(&name)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("find who calls: %w", err)
	}
	return name, nil
}

const (
	lockCaller  = `SELECT FROM agents WHERE id = $1 FOR NO KEY UPDATE`
	claimCaller = `
UPDATE agents SET version = version + 1 WHERE id = $1 AND status <> 'offline' AND connected_until > now() AND NOT EXISTS (
    SELECT FROM contacts c JOIN channels h ON h.name = c.channel AND h.by_call
    WHERE c.agent_id = $1 AND c.id <> $2 AND c.state IN ('offered', 'accepted', 'ringing', 'connected'))`
)

// ClaimCaller says whether an agent may place a call now, beside a contact that is placed: is on duty, connected, and in no other call, a wrap-up
// left out. It makes every decision about the agent look again. The row is locked first, so that an offer which was being made is seen.
func (w Steps) ClaimCaller(ctx context.Context, agent, beside int64) (bool, error) {
	if _, err := w.tx.Exec(ctx, lockCaller, agent); err != nil {
		return false, fmt.Errorf("lock agent %d: %w", agent, err)
	}
	tag, err := w.tx.Exec(ctx, claimCaller, agent, beside)
	if err != nil {
		return false, fmt.Errorf("claim agent %d to call: %w", agent, err)
	}
	return tag.RowsAffected() > 0, nil
}

// A talk that was passed on is a contact more of the same call: the first tells.
const callsOfCase = `
SELECT c.queued_at, coalesce(a.name, ''), CASE WHEN c.connected_at IS NOT NULL THEN 'answered' ELSE c.outcome END
FROM interaction_cases x
CROSS JOIN LATERAL (SELECT * FROM contacts WHERE interaction_id = x.interaction_id ORDER BY id LIMIT 1) c LEFT JOIN agents a ON a.id = c.agent_id
WHERE x.case_id = $1 AND c.channel = 'outgoing' ORDER BY c.id`

// CallsOfCase lists the outgoing calls about a case, the oldest first.
func (w Steps) CallsOfCase(ctx context.Context, id int64) ([]desk.OutgoingCall, error) {
	rows, err := w.tx.Query(ctx, callsOfCase, id)
	if err != nil {
		return nil, fmt.Errorf("list calls of case %d: %w", id, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[desk.OutgoingCall])
}
