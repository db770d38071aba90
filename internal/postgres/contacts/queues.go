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

const queueStands = `
SELECT q.name, q.title, w.n, coalesce(w.oldest, '0001-01-01'::timestamptz)
FROM queues q CROSS JOIN LATERAL (
    SELECT count(*) n, min(queued_at) oldest FROM contacts c WHERE c.queue = q.name AND c.state IN ('waiting', 'offered')) w
ORDER BY q.name`

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
	var title []byte
	err := row.Scan(&q.Name, &title, &q.Waiting, &q.Oldest)
	if err == nil {
		err = json.Unmarshal(title, &q.Title)
	}
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
