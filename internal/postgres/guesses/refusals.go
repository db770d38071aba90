package guesses

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/guess"
	"okno/internal/postgres"
)

const openRefusal = `INSERT INTO guesses (way, kind, subject, last_at) VALUES ($1, 'refusal', $2, '-infinity') ON CONFLICT DO NOTHING`

const countRefusal = `
UPDATE guesses g SET last_at = $3, failures = CASE WHEN before.last_at < $4 THEN 1 ELSE g.failures + 1 END
FROM (SELECT last_at FROM guesses WHERE way = $1 AND kind = 'refusal' AND subject = $2 FOR UPDATE) before
WHERE g.way = $1 AND g.kind = 'refusal' AND g.subject = $2
RETURNING before.last_at < $4`

// Refused counts a refusal, and says whether it begins an episode: the journal has the first one of each.
func Refused(ctx context.Context, tx *postgres.Tx, way guess.Way, what string, now time.Time) (first bool, err error) {
	subject := sha256.Sum256([]byte(what))
	if _, err := tx.Exec(ctx, openRefusal, way, subject[:]); err != nil {
		return false, fmt.Errorf("count refusal: %w", err)
	}
	err = tx.QueryRow(ctx, countRefusal, way, subject[:], now, now.Add(-guess.Quiet)).Scan(&first)
	if errors.Is(err, pgx.ErrNoRows) { // the sweeper was here in between
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("count refusal: %w", err)
	}
	return first, nil
}
