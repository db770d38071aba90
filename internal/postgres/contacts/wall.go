package contacts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/desk"
	"okno/internal/postgres"
)

const onDuty = `
SELECT a.id, a.name, a.status, a.status_reason, a.status_at, ` + pauseLimit + `, a.connected_until > now(), coalesce(h.hands, '[]')
FROM agents a CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('contact', c.id, 'channel', c.channel, 'queue', c.queue, 'state', c.state,
        'since', coalesce(CASE c.state WHEN 'wrap_up' THEN c.released_at WHEN 'connected' THEN c.connected_at ELSE c.accepted_at END, c.queued_at))
        ORDER BY c.queued_at) hands
    FROM contacts c WHERE c.agent_id = a.id AND c.state IN ('offered', 'accepted', 'ringing', 'connected', 'wrap_up')) h
WHERE a.status <> 'offline' OR h.hands IS NOT NULL
ORDER BY a.name, a.id`

const onWall = `
SELECT c.id, c.channel, c.queue, c.language, c.reason, c.priority, c.queued_at, coalesce(c.due_at, '0001-01-01'::timestamptz),
       coalesce(CASE WHEN c.addressed_until > now() THEN c.addressed_to END, 0)
FROM contacts c WHERE c.state = 'waiting' ORDER BY c.priority DESC, c.queued_at, c.id LIMIT $1`

// Wall gives how the floor stands, as one moment has it.
func (s *Store) Wall(ctx context.Context) (desk.Wall, error) {
	var wall desk.Wall
	err := s.db.Snapshot(ctx, func(tx *postgres.Tx) error {
		var reads pgx.Batch
		reads.Queue(`SELECT now()`).QueryRow(func(row pgx.Row) error { return row.Scan(&wall.At) })
		reads.Queue(queueStands).Query(func(rows pgx.Rows) (err error) {
			wall.Queues, err = pgx.CollectRows(rows, scanQueue)
			return err
		})
		reads.Queue(onDuty).Query(func(rows pgx.Rows) (err error) {
			wall.Agents, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a desk.OnDuty, err error) {
				var hands []byte
				var limit int // seconds
				if err := row.Scan(&a.ID, &a.Name, &a.Status, &a.Reason, &a.Since, &limit, &a.Connected, &hands); err != nil {
					return a, err
				}
				a.PauseUntil = acd.Agent{StatusAt: a.Since, PauseLimit: time.Duration(limit) * time.Second}.PauseUntil()
				return a, json.Unmarshal(hands, &a.Hands)
			})
			return err
		})
		reads.Queue(onWall, desk.MostOnWall).Query(func(rows pgx.Rows) (err error) {
			wall.Waiting, err = pgx.CollectRows(rows, pgx.RowToStructByPos[desk.Waiting])
			return err
		})
		return tx.SendBatch(ctx, &reads).Close()
	})
	if err != nil {
		return wall, fmt.Errorf("look at the floor: %w", err)
	}
	return wall, nil
}
