package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/postgres"
)

// mostWaiting bounds a snapshot for each queue: a round decides about no more.
const mostWaiting = 500

const waitingContacts = `
SELECT c.id, c.version, c.queue, c.language, (SELECT cost FROM channels WHERE name = c.channel), c.priority, c.queued_at,
       ARRAY(SELECT o.agent_id FROM offers o WHERE o.contact_id = c.id AND o.state = 'declined'
             AND o.ended_at > now() - make_interval(secs => $2)),
       coalesce((SELECT max(o.ended_at) FROM offers o WHERE o.contact_id = c.id AND o.state = 'declined'
             AND o.ended_at > now() - make_interval(secs => $2)), '0001-01-01'::timestamptz),
       coalesce(c.addressed_to, 0), coalesce(c.addressed_until, '0001-01-01'::timestamptz), c.channel = 'callback' AND NOT c.called,
       c.channel <> 'callback' AND c.due_at IS NOT NULL
FROM queues q CROSS JOIN LATERAL (
    SELECT c.*, k.interaction_id IS NOT NULL AS called FROM contacts c
    LEFT JOIN calls k ON k.interaction_id = c.interaction_id AND c.channel = 'callback' AND k.ended_at IS NULL
    WHERE c.queue = q.name AND c.state = 'waiting' AND (c.due_at IS NULL OR k.state = 'live' OR k.interaction_id IS NULL AND c.due_at <= now()
        AND (c.channel <> 'callback' OR EXISTS (SELECT FROM asterisks WHERE outward)))
    ORDER BY c.priority DESC, c.queued_at, c.id LIMIT $1) c`

// costOfHeld is what the contacts of the agent a take of their capacity.
const costOfHeld = `
SELECT sum(ch.cost) FROM contacts h JOIN channels ch ON ch.name = h.channel
WHERE h.agent_id = a.id AND h.state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up')`

const candidates = `
SELECT a.id, a.version, a.languages, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id),
       a.capacity - coalesce((` + costOfHeld + `), 0)::int,
       a.idle_since, a.login, a.offered_at, coalesce(o.occupied, 0), a.skills
FROM agents a LEFT JOIN (
    -- of the last hour; read only where a queue asks for it
    SELECT agent_id, (sum(part) FILTER (WHERE doing IN ('talking', 'wrap_up', 'ringing')) / nullif(sum(part), 0))::float8 AS occupied FROM (
        SELECT agent_id, doing, extract(epoch FROM least(coalesce(until, now()), now()) - greatest(since, now() - interval '1 hour')) AS part
        FROM (SELECT * FROM agent_times WHERE until IS NULL UNION ALL SELECT * FROM agent_times WHERE until > now() - interval '1 hour') t
        WHERE doing <> 'paused' AND EXISTS (SELECT FROM queues WHERE strategy = 'least_occupied')) p
    WHERE part > 0 GROUP BY agent_id) o ON o.agent_id = a.id
WHERE a.status = 'available' AND a.connected_until > now()`

// Who went off duty more than an hour ago, the longest patience of a queue, is forgotten.
const staff = `
SELECT a.id, a.languages, ARRAY(SELECT queue FROM agent_queues WHERE agent_id = a.id), a.status, a.status_reason, a.status_at,
       greatest(a.connected_until, '0001-01-01'::timestamptz), a.skills
FROM (SELECT * FROM agents WHERE status <> 'offline'
      UNION ALL
      SELECT * FROM agents WHERE status = 'offline' AND status_at > now() - interval '1 hour') a`

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
	snapshot := acd.Snapshot{Queues: map[string]acd.Rules{}}
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
		reads.Queue(staff).Query(func(rows pgx.Rows) (err error) {
			snapshot.Staff, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.Staff])
			return err
		})
		reads.Queue(settingsOfQueues).Query(func(rows pgx.Rows) error {
			var row settingsRow
			_, err := pgx.ForEachRow(rows, row.columns(), func() (err error) {
				snapshot.Queues[row.name], err = row.rules()
				return err
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
