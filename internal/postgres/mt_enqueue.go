package postgres

import (
	"context"
	"fmt"

	"okno/internal/message"
	"okno/internal/news"
)

const addMT = `
INSERT INTO mt_messages (lane, destination, text, interaction_id, challenge_id, expires_at)
VALUES ($1, $2, $3, nullif($4, 0), nullif($5, 0), $6) RETURNING id`

const addSegments = `
INSERT INTO mt_segments (mt_id, lane, part, expires_at) SELECT $1, $2, part, $3 FROM generate_series(1, $4::int) part`

// EnqueueMT adds a message to its lane; it is sent once the work is committed.
func (w *Work) EnqueueMT(ctx context.Context, m message.MT) error {
	var id int64
	err := w.tx.QueryRow(ctx, addMT, m.Lane, m.Destination, m.Text, m.Interaction, m.Challenge, m.ExpiresAt).Scan(&id)
	if err == nil {
		_, err = w.tx.Exec(ctx, addSegments, id, m.Lane, m.ExpiresAt, m.Segments)
	}
	if err != nil {
		return fmt.Errorf("enqueue mt: %w", err)
	}
	w.touch(news.MT)
	return nil
}
