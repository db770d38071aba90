package privacy

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/postgres/identity"
	"okno/internal/privacy"
)

const citizensByNational = `SELECT id FROM citizens WHERE national_index = ANY ($1)`

// CitizenByNationalNumber gives the id of a citizen, whatever kind of national number it is. [citizen.ErrUnknown]; [privacy.ErrSeveral] where
// numbers of two kinds have the same digits.
func (s *Store) CitizenByNationalNumber(ctx context.Context, number string) (id int64, err error) {
	rows, err := s.db.Query(ctx, citizensByNational, identity.NationalIndexes(s.ring, number))
	var found []int64
	if err == nil {
		found, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	switch {
	case err != nil:
	case len(found) == 0:
		err = citizen.ErrUnknown
	case len(found) > 1:
		err = privacy.ErrSeveral
	default:
		return found[0], nil
	}
	return 0, fmt.Errorf("find citizen: %w", err)
}
