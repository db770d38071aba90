package inbound

import (
	"context"

	"okno/internal/message"
	"okno/internal/postgres"
)

// The parts that wait under a reference came at $8 at the latest (message.PartsApart before the new one). The SMSC sends a part late
// only where it has to send it again: when a message of the link was deferred ($7), or a bind of it began or ended, since the
// first of them came. This node does not know what other nodes have deferred: where another node has a bind it may be so.
const partsApart = `
SELECT max(p.received_at) < $8 AND NOT bool_or(p.part = $9 AND p.digest = ANY ($10)), -- that part again is no new message
       min(p.received_at) > coalesce($7, '-infinity'::timestamptz) AND NOT EXISTS (
           SELECT FROM sms_binds b
           WHERE b.link = $1 AND (b.began_at >= min(p.received_at) OR b.ended_at >= min(p.received_at)
               OR b.ended_at IS NULL AND split_part(b.slot, '@', 2) <> (SELECT split_part(slot, '@', 2) FROM sms_binds WHERE id = $6)))
FROM mo_parts p
WHERE p.link = $1 AND p.source_index = ANY ($2) AND p.destination = $3 AND p.reference = $4 AND p.total = $5 AND p.mo_id IS NULL
HAVING count(*) > 0`

// partApart makes a message of the parts that wait, and forgets them, when a part has come so long after that it is of a new message
// under the same reference. Where it may have been sent again it stays with them: doubtful is 1.
func (w steps) partApart(ctx context.Context, key partsKey, a message.Arrival, limit message.Limit, join func([]message.Part) string) (doubtful int, err error) {
	rows, err := w.tx.Query(ctx, partsApart, append(w.args(key), a.Bind, postgres.OrNil(a.RefusedAt), a.ReceivedAt.Add(-message.PartsApart),
		a.Part.Number, w.ring.Indexes(digests, string(a.Part.Payload)))...)
	if err != nil {
		return 0, err
	}
	var apart, once bool
	for rows.Next() {
		if err := rows.Scan(&apart, &once); err != nil {
			return 0, err
		}
	}
	switch {
	case rows.Err() != nil || !apart:
		return 0, rows.Err()
	case !once:
		return 1, nil
	}
	if _, err := w.joinParts(ctx, key, true, limit, join); err != nil {
		return 0, err
	}
	_, err = w.tx.Exec(ctx, dropParts, w.args(key)...)
	return 0, err
}
