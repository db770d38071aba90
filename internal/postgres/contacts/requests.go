package contacts

import (
	"context"
	"fmt"

	"okno/internal/call"
)

const takeRequest = `INSERT INTO callback_requests (asterisk, request, asked_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// TakeRequest keeps that a request for a callback is taken, once: fresh is false of one that was taken before.
func (w Steps) TakeRequest(ctx context.Context, r call.Request) (fresh bool, err error) {
	tag, err := w.tx.Exec(ctx, takeRequest, r.Asterisk, r.ID, r.At)
	if err != nil {
		return false, fmt.Errorf("take request %s of asterisk %s: %w", r.ID, r.Asterisk, err)
	}
	return tag.RowsAffected() == 1, nil
}
