package contacts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/desk"
)

const talks = `
SELECT c.id, c.queue, a.id, a.name, c.connected_at,
       coalesce((SELECT l.mode FROM legs l WHERE l.call_id = c.interaction_id AND l.role = 'supervisor' AND l.state <> 'ended' AND l.agent_id = $1 LIMIT 1), '')
FROM contacts c JOIN agents a ON a.id = c.agent_id
WHERE c.state = 'connected' AND c.helps IS NULL AND c.agent_id <> $1 AND (SELECT by_call FROM channels WHERE name = c.channel)
ORDER BY c.connected_at LIMIT 200`

// Talks lists the calls in which agents talk now, the longest first, as a supervisor sees them: nothing of the citizens.
func (s *Store) Talks(ctx context.Context, supervisor int64) ([]desk.Talk, error) {
	rows, err := s.db.Query(ctx, talks, supervisor)
	if err != nil {
		return nil, fmt.Errorf("list talks: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[desk.Talk])
}
