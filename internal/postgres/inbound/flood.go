package inbound

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/seal"
)

const countLately = `
SELECT count(*) FROM (SELECT FROM mo_messages WHERE source_index = ANY ($1) AND received_at > $2::timestamptz - $3::interval LIMIT $4) m`

// Whoever is in a conversation with an operator, or waits for one, has a limit of their own.
const threads = `
SELECT i.number_index FROM interactions i JOIN contacts c ON c.interaction_id = i.id
WHERE i.number_index = ANY ($1) AND i.channel = 'sms' AND i.ended_at IS NULL AND c.state <> 'ended'`

// Two nodes may be at it at once: the one that comes second takes it that the other tells the citizen.
const beginFlood = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 6))`

// Somebody may have held messages of the episode while whoever was to tell the citizen failed: then nobody has been told.
const inFlood = `
SELECT EXISTS (SELECT FROM mo_messages WHERE source_index = ANY ($1) AND received_at > $2::timestamptz - $3::interval AND flood)
   AND EXISTS (SELECT FROM mo_messages WHERE source_index = ANY ($1) AND received_at > $2::timestamptz - $3::interval - interval '1 hour'
               AND flood AND failure IS NULL)`

// overLimit is the failure of a message that was kept and not handled.
const overLimit = "over the limit"

// noSubscriber is the failure of a message whose sender is no subscriber: it is kept and not handled.
const noSubscriber = "not from a subscriber"

// holdFlood marks messages whose sender is no subscriber, and those over the limit. They come in the order in which they
// arrived. All of an episode but the first needs no processing any more, and their number is given; the first waits, for a
// citizen is told once to slow down.
func (w steps) holdFlood(ctx context.Context, added []newMO, limit message.Limit) (held int, err error) {
	now := time.Now()
	for i := range added {
		if n := &added[i]; limit.Deaf != nil && limit.Deaf(n.Source, n.Destination) {
			n.processedAt, n.failure = &now, noSubscriber
			held++
		}
	}
	if limit.Messages == 0 {
		return held, nil
	}
	before := map[string]int{} // in this batch
	var over []*newMO
	came := map[*newMO]int{} // so many within the time
	for i := range added {
		n := &added[i]
		if came[n] = n.lately + before[n.Source]; n.processedAt == nil && came[n] >= limit.Messages && (limit.Spare == nil || !limit.Spare(n.Text)) {
			over = append(over, n)
		}
		before[n.Source]++
	}
	if len(over) == 0 {
		return held, nil
	}
	numbers := index(w.ring, postgres.Column(over, func(n *newMO) string { return n.Source }))
	rows, err := w.tx.Query(ctx, threads, numbers.all())
	if err != nil {
		return 0, err
	}
	inThreads, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return 0, err
	}
	threads := postgres.Column(inThreads, numbers.of)
	told := map[string]bool{}
	for _, n := range over {
		if slices.Contains(threads, n.Source) && came[n] < limit.Most() {
			continue
		}
		n.flood = true
		if !told[n.Source] {
			told[n.Source] = true
			first, err := w.firstOfFlood(ctx, n, limit.Within)
			if err != nil {
				return 0, err
			}
			if first {
				continue
			}
		}
		n.processedAt, n.failure = &now, overLimit
		held++
	}
	return held, nil
}

// firstOfFlood says whether an episode begins with the message.
func (w steps) firstOfFlood(ctx context.Context, n *newMO, within time.Duration) (bool, error) {
	var mine, known bool
	if err := w.tx.QueryRow(ctx, beginFlood, n.Source).Scan(&mine); err != nil || !mine {
		return false, err
	}
	err := w.tx.QueryRow(ctx, inFlood, w.ring.Indexes(seal.TelephoneNumber, n.Source), n.ReceivedAt, within).Scan(&known)
	return !known, err
}

const waitingParts = `SELECT count(*) FROM (SELECT FROM mo_parts WHERE source = $1 AND mo_id IS NULL LIMIT $2) p`

const oldestParts = `
SELECT link, source, destination, reference, total FROM mo_parts
WHERE source = $1 AND mo_id IS NULL ORDER BY received_at, reference LIMIT 1`

const tryLockParts = `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 5))`

// capParts makes a message of the oldest waiting parts of a citizen who has more than the limit.
func (w steps) capParts(ctx context.Context, source string, limit message.Limit, join func([]message.Part) string) error {
	if limit.Parts == 0 {
		return nil
	}
	for {
		var waiting int
		if err := w.tx.QueryRow(ctx, waitingParts, source, limit.Parts+1).Scan(&waiting); err != nil || waiting <= limit.Parts {
			return err
		}
		var key partsKey
		err := w.tx.QueryRow(ctx, oldestParts, source).Scan(&key.link, &key.source, &key.destination, &key.reference, &key.total)
		if err != nil {
			return err
		}
		// Nobody may wait for this lock, as it is not taken in the order of all: who has it sees to the message.
		var mine bool
		if err := w.tx.QueryRow(ctx, tryLockParts, key.lockName()).Scan(&mine); err != nil || !mine {
			return err
		}
		if joined, err := w.joinParts(ctx, key, true, limit, join); err != nil || !joined {
			return err
		}
	}
}
