package privacy

import (
	"context"
	"fmt"

	"okno/internal/citizen"
	"okno/internal/postgres"
)

const citizenByNational = `SELECT id FROM citizens WHERE national_index = ANY ($1)`

// CitizenByNationalNumber gives the id of a citizen. [citizen.ErrUnknown].
func (s *Store) CitizenByNationalNumber(ctx context.Context, number string) (id int64, err error) {
	if err := s.db.QueryRow(ctx, citizenByNational, s.ring.Indexes("national number", number)).Scan(&id); err != nil {
		return 0, fmt.Errorf("find citizen: %w", postgres.NoRows(err, citizen.ErrUnknown))
	}
	return id, nil
}
