package identity

import (
	"context"
	"fmt"
	"time"

	"okno/internal/citizen"
	"okno/internal/postgres"
)

const takeProof = `
UPDATE challenges SET used_at = $4 WHERE client = $1 AND public_id = $2 AND state = 'verified' AND used_at IS NULL AND ended_at > $3 RETURNING sealed_number`

// TakeProof takes a challenge of a client that was met since a time, once on whatever nodes, and gives its number. [citizen.ErrProof].
func (w Steps) TakeProof(ctx context.Context, client, publicID string, since, now time.Time) (number string, err error) {
	var sealed []byte
	err = w.tx.QueryRow(ctx, takeProof, client, publicID, since, now).Scan(&sealed)
	if err == nil {
		sealed, err = w.ring.Open(placeOfNumber, sealed)
	}
	if err = postgres.NoRows(err, citizen.ErrProof); err != nil {
		return "", fmt.Errorf("take proof: %w", err)
	}
	return string(sealed), nil
}
