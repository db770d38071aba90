package contacts

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/postgres"
)

// mostWaiting bounds a snapshot: who stands behind so many is decided about in a later round.
const mostWaiting = 500

const waitingContacts = `
SELECT c.id, c.version, c.queue, c.language, (SELECT cost FROM channels WHERE name = c.channel), c.priority, c.queued_at,
       ARRAY(SELECT o.agent_id FROM offers o WHERE o.contact_id = c.id AND o.state = 'declined'
             AND o.ended_at > now() - make_interval(secs => $2))
FROM contacts c WHERE c.state = 'waiting' ORDER BY c.priority DESC, c.queued_at, c.id LIMIT $1`

const candidates = `
SELECT a.id, a.version, a.languages, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id),
       a.capacity - coalesce((SELECT sum(ch.cost) FROM contacts h JOIN channels ch ON ch.name = h.channel
                              WHERE h.agent_id = a.id AND h.state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up')), 0)::int,
       a.idle_since
FROM agents a WHERE a.status = 'available' AND a.connected_until > now()`

// Who went off duty more than an hour ago, the longest patience of a queue, is forgotten.
const queueStates = `
WITH duty AS MATERIALIZED (
    SELECT id, true on_duty, status_at FROM agents WHERE status <> 'offline'
    UNION ALL
    SELECT id, false, status_at FROM agents WHERE status = 'offline' AND status_at > now() - interval '1 hour'
), by_queue AS MATERIALIZED (
    SELECT s.queue, bool_or(d.on_duty) on_duty, max(d.status_at) FILTER (WHERE NOT d.on_duty) left_at
    FROM duty d JOIN agent_queues s ON s.agent_id = d.id GROUP BY s.queue
)
SELECT q.name, ` + ruleColumns + `,
       coalesce(b.on_duty, false), coalesce(b.left_at, '0001-01-01'::timestamptz)
FROM queues q LEFT JOIN by_queue b ON b.queue = q.name`

const overdueOffers = `SELECT contact_id, agent_id, expires_at FROM offers WHERE state = 'pending' AND expires_at <= now() ORDER BY expires_at LIMIT 200`

const overdueWrapUps = `
SELECT id, wrap_up_until FROM contacts WHERE state = 'wrap_up' AND wrap_up_until <= now() ORDER BY wrap_up_until LIMIT 200`

// Whoever talks on a telephone goes on talking, whatever became of the page.
const absentAgents = `
SELECT DISTINCT a.id, a.connected_until + make_interval(secs => $1)
FROM contacts c JOIN agents a ON a.id = c.agent_id
WHERE c.agent_id IS NOT NULL AND c.state IN ('offered', 'accepted', 'ringing', 'connected')
  AND NOT (c.state = 'connected' AND (SELECT by_call FROM channels WHERE name = c.channel))
  AND a.connected_until <= now() - make_interval(secs => $1)
LIMIT 100`

// DistributionSnapshot gives what a round of the distribution goes by, as one moment has it.
func (s *Store) DistributionSnapshot(ctx context.Context) (acd.Snapshot, error) {
	snapshot := acd.Snapshot{Queues: map[string]acd.QueueState{}}
	err := s.db.Snapshot(ctx, func(tx *postgres.Tx) (err error) {
		var reads pgx.Batch
		reads.Queue(`SELECT now()`).QueryRow(func(row pgx.Row) error { return row.Scan(&snapshot.Now) })
		reads.Queue(waitingContacts, mostWaiting, acd.DeclinedFor.Seconds()).Query(func(rows pgx.Rows) (err error) {
			snapshot.Waiting, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.Waiting])
			return err
		})
		reads.Queue(candidates).Query(func(rows pgx.Rows) (err error) {
			snapshot.Agents, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.Candidate])
			return err
		})
		reads.Queue(queueStates).Query(func(rows pgx.Rows) error {
			var name string
			var own settings
			var state acd.QueueState
			columns := append(append([]any{&name}, own.columns()...), &state.OnDuty, &state.LeftDutyAt)
			_, err := pgx.ForEachRow(rows, columns, func() error {
				state.Rules = own.rules()
				snapshot.Queues[name] = state
				return nil
			})
			return err
		})
		reads.Queue(overdueOffers).Query(func(rows pgx.Rows) (err error) {
			snapshot.Offers, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.OpenOffer])
			return err
		})
		reads.Queue(overdueWrapUps).Query(func(rows pgx.Rows) (err error) {
			snapshot.WrapUps, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.OpenWrapUp])
			return err
		})
		reads.Queue(absentAgents, acd.Reconnect.Seconds()).Query(func(rows pgx.Rows) (err error) {
			snapshot.Absent, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.Absent])
			return err
		})
		reads.Queue(overdueOrders, orderOverdue.Seconds()).Query(func(rows pgx.Rows) (err error) {
			snapshot.Orders, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		})
		return tx.SendBatch(ctx, &reads).Close()
	})
	if err != nil {
		return snapshot, fmt.Errorf("read what waits: %w", err)
	}
	return snapshot, nil
}

// ruleColumns are what [settings] are read from.
const ruleColumns = `
q.ring_seconds, q.wrap_up_seconds, q.give_up_seconds, q.most_waiting, q.most_of_number, q.call_back_lost`

// settings are a queue's own; nil where it has none.
type settings struct {
	ring, wrapUp, giveUp, mostWaiting, mostOfNumber *int
	callBackLost                                    *bool
}

func (s *settings) columns() []any {
	return []any{&s.ring, &s.wrapUp, &s.giveUp, &s.mostWaiting, &s.mostOfNumber, &s.callBackLost}
}

// rules are a queue's own, or the house's.
func (s *settings) rules() acd.Rules {
	r := acd.DefaultRules
	seconds := func(own *int, into *time.Duration) {
		if own != nil {
			*into = time.Duration(*own) * time.Second
		}
	}
	count := func(own, into *int) {
		if own != nil {
			*into = *own
		}
	}
	seconds(s.ring, &r.Ring)
	seconds(s.wrapUp, &r.WrapUp)
	seconds(s.giveUp, &r.GiveUp)
	count(s.mostWaiting, &r.MostWaiting)
	count(s.mostOfNumber, &r.MostOfNumber)
	if s.callBackLost != nil {
		r.CallBackLost = *s.callBackLost
	}
	return r
}

const rulesOfQueue = `SELECT ` + ruleColumns + ` FROM queues q WHERE name = $1`

// Rules gives the rules of a queue.
func (w Steps) Rules(ctx context.Context, queue string) (acd.Rules, error) {
	var own settings
	if err := w.tx.QueryRow(ctx, rulesOfQueue, queue).Scan(own.columns()...); err != nil {
		return acd.Rules{}, fmt.Errorf("read rules of queue %s: %w", queue, err)
	}
	return own.rules(), nil
}
