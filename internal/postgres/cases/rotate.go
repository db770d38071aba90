package cases

import (
	"context"

	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const (
	staleCases = `
SELECT c.id, c.sealed, k.wrapped FROM data_keys k JOIN cases c ON c.id = k.owner_id
WHERE k.kind = 'c' AND k.owner_id > $3 AND substr(k.wrapped, 1, length($1::bytea)) <> $1
ORDER BY k.owner_id LIMIT $2 FOR NO KEY UPDATE OF c`
	indexAnew = `UPDATE cases SET contact_index = $2 WHERE id = $1`
)

// RotateCases indexes cases by the current master key. It comes before the data keys are wrapped anew.
func (s *Store) RotateCases(ctx context.Context) error {
	return datakeys.Reindex(ctx, s.db, s.ring, "rotate indexes of cases", staleCases, indexAnew,
		func(o *datakeys.Opener, id int64, wrapped seal.Wrapped, sealed []byte) ([]byte, error) {
			var p private
			err := o.JSON(wrapped, datakeys.CaseOf(id), sealed, &p)
			return contactIndex(s.ring, p.Contact), err
		})
}
