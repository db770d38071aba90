package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

// Two statements, because one with OR may read the whole table; coalesce keeps a plan from going by all cases without a citizen.
const toRate = `
SELECT ` + Columns + ` FROM cases WHERE id = (
    SELECT id FROM (
        SELECT id, updated_at, state FROM cases WHERE citizen_id = $1 AND $1 <> 0
        UNION ALL SELECT id, updated_at, state FROM cases WHERE contact_index = ANY ($2) AND coalesce(citizen_id, 0) = 0) own
    WHERE state IN ('ready', 'closed') AND updated_at >= $3
      AND NOT EXISTS (SELECT FROM case_links WHERE kind = 'duplicate' AND case_id = own.id)
    ORDER BY updated_at DESC LIMIT 1)
FOR UPDATE OF cases`

// CaseToRate gives the case of a citizen, or of a number alone, that ended last since a moment. cases.ErrUnknown.
func (w Steps) CaseToRate(ctx context.Context, citizen int64, number string, since time.Time) (cases.Case, error) {
	var indexes [][]byte
	if number != "" {
		indexes = w.ring.Indexes(seal.TelephoneNumber, number)
	}
	c, err := Scan(w.ring, w.tx.QueryRow(ctx, toRate, citizen, indexes, since))
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, fmt.Errorf("find case to rate: %w", err)
	}
	return c, err
}

const rateCase = `UPDATE cases SET rating = $2, rated_at = now() WHERE id = $1`

// RateCase keeps what the citizen thinks of how a case was dealt with: 1 to 5. A second rating takes the place of the first.
func (w Steps) RateCase(ctx context.Context, c cases.Case, rating int) error {
	if _, err := w.tx.Exec(ctx, rateCase, c.ID, rating); err != nil {
		return fmt.Errorf("rate case: %w", err)
	}
	return audit.Record(ctx, w.tx, "citizen", "case.rate", "case:"+c.Number, map[string]any{"rating": rating})
}

// The place before this month is the last that was reported before it began, or the first of this month.
const placeOf = `
SELECT n.place, coalesce(
    (SELECT place FROM case_places WHERE case_id = $1 AND at < $2 ORDER BY sequence DESC LIMIT 1),
    (SELECT place FROM case_places WHERE case_id = $1 ORDER BY sequence LIMIT 1)) - n.place
FROM case_places n WHERE n.case_id = $1 ORDER BY n.sequence DESC LIMIT 1`

// PlaceOf gives the place in its queue that a case has, and how far it has moved up since a month began. cases.ErrUnknown of one of which none
// was reported.
func (w Steps) PlaceOf(ctx context.Context, caseID int64, monthBegan time.Time) (p cases.Place, err error) {
	err = w.tx.QueryRow(ctx, placeOf, caseID, monthBegan).Scan(&p.Number, &p.MovedUp)
	if err = postgres.NoRows(err, cases.ErrUnknown); err != nil && !errors.Is(err, cases.ErrUnknown) {
		return p, fmt.Errorf("find place: %w", err)
	}
	return p, err
}
