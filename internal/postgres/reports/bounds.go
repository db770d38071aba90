package reports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/report"
)

// By how much the moments of two rows may stand in another order than their ids.
const (
	slowest     = 10 * time.Minute // an id is taken in the transaction of its row, which lasts seconds
	redelivered = 25 * time.Hour   // a redelivery within a day of the message gives it a new time of arrival
)

// bounds gives the ids between which the rows of a span lie, by halving: a large table needs no index on the moment.
func (c counting) bounds(ctx context.Context, tx *postgres.Tx, span report.Span) (ids [2]int64, err error) {
	var least, most int64
	if err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM %s`, c.ids)).Scan(&least, &most); err != nil {
		return ids, err
	}
	if ids[0], err = c.since(ctx, tx, least, most+1, span.From.Add(-c.disorder)); err != nil {
		return ids, err
	}
	ids[1], err = c.since(ctx, tx, ids[0], most+1, span.To.Add(c.disorder))
	return ids, err
}

// since gives an id before which rows began earlier than a moment, and from which they began later, but for the disorder.
func (c counting) since(ctx context.Context, tx *postgres.Tx, least, most int64, at time.Time) (int64, error) {
	next := fmt.Sprintf(`SELECT id, %s FROM %s WHERE id >= $1 ORDER BY id LIMIT 1`, c.moment, c.ids)
	for least < most {
		middle := least + (most-least)/2
		var id int64
		var began time.Time
		err := tx.QueryRow(ctx, next, middle).Scan(&id, &began)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			most = middle
		case err != nil:
			return 0, err
		case began.Before(at):
			least = id + 1
		default:
			most = middle
		}
	}
	return least, nil
}
