package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
)

const endedThread = `
SELECT c.queue, c.language, c.agent_id FROM interactions i JOIN contacts c ON c.interaction_id = i.id
WHERE i.number_index = ANY ($1) AND i.channel = 'sms' AND i.outcome = 'operator' AND i.ended_at > $2 AND c.agent_id IS NOT NULL AND c.helps IS NULL
ORDER BY i.ended_at DESC, c.id DESC LIMIT 1`

// EndedThread gives the last thread of a number that has ended since a moment.
func (w Steps) EndedThread(ctx context.Context, number string, since time.Time) (t contact.Thread, found bool, err error) {
	err = w.tx.QueryRow(ctx, endedThread, w.indexes(number), since).Scan(&t.Queue, &t.Language, &t.AgentID)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, false, nil
	}
	if err != nil {
		return t, false, fmt.Errorf("find ended thread: %w", err)
	}
	return t, true, nil
}
