package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
	"okno/internal/desk"
	"okno/internal/news"
	"okno/internal/postgres/streams"
)

// A callback is waited for from its time on.
const addressContact = `
WITH before AS (SELECT addressed_to FROM contacts WHERE id = $1)
UPDATE contacts SET version = version + 1, addressed_to = nullif($2::bigint, 0),
    addressed_until = CASE WHEN $2::bigint <> 0 THEN greatest(now(), due_at) + make_interval(secs => $3) END
WHERE id = $1 AND state = 'waiting' RETURNING version, coalesce((SELECT addressed_to FROM before), 0)`

// Address has a contact that waits be offered to one agent alone for a time, or to any of the queue again: agent is 0. It gives the version that
// the contact has then. [contact.ErrState] of one that does not wait.
func (w Steps) Address(ctx context.Context, id, agent int64, limit time.Duration) (version int64, err error) {
	var before int64
	err = w.tx.QueryRow(ctx, addressContact, id, agent, limit.Seconds()).Scan(&version, &before)
	if errors.Is(err, pgx.ErrNoRows) {
		err = contact.ErrState
	}
	if err != nil {
		return 0, fmt.Errorf("address contact %d: %w", id, err)
	}
	w.tx.Hint(news.Contacts)
	told := map[int64]bool{0: true}
	for _, who := range []int64{before, agent} {
		if told[who] {
			continue
		}
		told[who] = true
		if err := streams.Emit(w.tx, streams.Agent(who), "contact", map[string]any{"contact": id, "state": contact.Waiting, "wrap_up_until": nil}); err != nil {
			return 0, err
		}
	}
	return version, nil
}

const mostAddressed = 50

const addressedTo = `
SELECT c.id, c.channel, c.language, c.reason, q.title, c.queued_at, coalesce(c.due_at, '0001-01-01'::timestamptz), c.addressed_until
FROM contacts c JOIN queues q ON q.name = c.queue
WHERE c.addressed_to = $1 AND c.state = 'waiting' AND c.addressed_until > now() ORDER BY coalesce(c.due_at, c.queued_at), c.id LIMIT $2`

// addressed adds what waits for an agent to a read of the desk.
func addressed(reads *pgx.Batch, agent int64, into *[]desk.Addressed) {
	reads.Queue(addressedTo, agent, mostAddressed).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowToStructByPos[desk.Addressed])
		return err
	})
}
