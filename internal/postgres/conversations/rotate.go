package conversations

import (
	"context"

	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

const (
	staleIndexes = `
SELECT i.id, i.sealed_number, k.wrapped FROM data_keys k JOIN interactions i ON i.id = k.owner_id
WHERE k.kind = 'i' AND k.owner_id > $3 AND substr(k.wrapped, 1, length($1::bytea)) <> $1 AND i.sealed_number IS NOT NULL
ORDER BY k.owner_id LIMIT $2 FOR NO KEY UPDATE OF i`
	indexAnew = `UPDATE interactions SET number_index = $2 WHERE id = $1`
)

// RotateInteractions indexes the numbers of interactions by the current master key. It comes before the data keys are wrapped anew.
func (s *Store) RotateInteractions(ctx context.Context) error {
	return datakeys.Reindex(ctx, s.db, s.ring, "rotate indexes of interactions", staleIndexes, indexAnew,
		func(o *datakeys.Opener, id int64, wrapped seal.Wrapped, sealed []byte) ([]byte, error) {
			number, err := o.Text(wrapped, datakeys.NumberOf(id), sealed)
			return s.ring.Index(seal.TelephoneNumber, number), err
		})
}
