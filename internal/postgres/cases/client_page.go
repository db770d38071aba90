package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/postgres"
)

// Each filter is an OR, so that no plan goes by another index than the client's: one by opened_at reads all cases.
const casesOfClient = `SELECT ` + Columns + ` FROM cases
WHERE client = $1 AND (updated_at, id) > (coalesce($2::timestamptz, '-infinity'), $3)
  AND ($4 = '' OR kind = $4) AND ($5::text[] = '{}' OR coalesce(service, '') = ANY ($5))
  AND ($6::timestamptz IS NULL OR opened_at >= $6) AND ($7::timestamptz IS NULL OR opened_at <= $7)
  AND ($8::boolean IS NULL OR (state IN ('closed', 'rejected', 'withdrawn')) = $8)
ORDER BY updated_at, id LIMIT $9`

// CasesOfClient gives a page of the cases that a client opened, and for each the case whose state counts for it.
func (s *Store) CasesOfClient(ctx context.Context, p cases.ClientPage) (found, stand []cases.Case, err error) {
	rows, err := s.db.Query(ctx, casesOfClient, p.Client, postgres.OrNil(p.UpdatedSince), p.AfterID, p.Kind, append([]string{}, p.Services...),
		postgres.OrNil(p.OpenedFrom), postgres.OrNil(p.OpenedUntil), p.Settled, p.Limit)
	if err == nil {
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (cases.Case, error) { return Scan(s.ring, row) })
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list cases of client: %w", err)
	}
	stand = append([]cases.Case{}, found...)
	for i, c := range found {
		if c.DuplicateOf == 0 {
			continue
		}
		if _, stand[i], err = s.StandingOfClient(ctx, p.Client, c.Number); err != nil {
			return nil, nil, err
		}
	}
	return found, stand, nil
}
