package contacts

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
)

const saveQueue = `INSERT INTO queues (name, title) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET title = excluded.title`

// SaveQueue adds or renews a queue; title is by language.
func (w Steps) SaveQueue(ctx context.Context, name string, title map[string]string) error {
	if _, err := w.tx.Exec(ctx, saveQueue, name, title); err != nil {
		return fmt.Errorf("save queue %s: %w", name, err)
	}
	return nil
}

// standOfQueues is how queues stand, as [scanQueue] reads it.
const standOfQueues = `
SELECT q.name, q.title, w.n, coalesce(w.oldest, '0001-01-01'::timestamptz), coalesce(q.calendar, ''), v.definition, now()
FROM queues q LEFT JOIN calendars k ON k.name = q.calendar LEFT JOIN calendar_versions v ON (v.name, v.version) = (k.name, k.version)
CROSS JOIN LATERAL (
    SELECT count(*) n, min(queued_at) oldest FROM contacts c WHERE c.queue = q.name AND c.state IN ('waiting', 'offered') AND c.helps IS NULL) w`

const queueStands = standOfQueues + ` ORDER BY q.name`

// QueueStands tells how every queue stands.
func (s *Store) QueueStands(ctx context.Context) ([]desk.Queue, error) {
	rows, err := s.db.Query(ctx, queueStands)
	if err != nil {
		return nil, fmt.Errorf("count queues: %w", err)
	}
	return pgx.CollectRows(rows, scanQueue)
}

func scanQueue(row pgx.CollectableRow) (desk.Queue, error) {
	var q desk.Queue
	var kept settingsRow
	err := row.Scan(&q.Name, &kept.title, &q.Waiting, &q.Oldest, &kept.calendar, &kept.definition, &kept.now)
	if err == nil {
		err = json.Unmarshal(kept.title, &q.Title)
	}
	if err != nil {
		return q, err
	}
	rules, err := kept.rules()
	q.Opens = opensLater(rules, kept.now)
	return q, err
}

// QueueWaiting counts who waits in each queue.
func (s *Store) QueueWaiting(ctx context.Context) (map[string]int, error) {
	stands, err := s.QueueStands(ctx)
	waiting := make(map[string]int, len(stands))
	for _, q := range stands {
		waiting[q.Name] = q.Waiting
	}
	return waiting, err
}
