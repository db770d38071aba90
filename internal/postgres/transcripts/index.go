package transcripts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
)

// Those that another master key has indexed. Each batch begins where the one before ended.
const staleIndexes = columns + from + `
WHERE t.recording_id > $2 AND t.state = 'ready' AND t.key_id <> $1 ORDER BY t.recording_id LIMIT $3 FOR NO KEY UPDATE OF t`

// batch is how many transcripts one transaction indexes: each is some pages.
const batch = 50

// IndexTalks makes the index of transcripts anew that another master key has made, and gives how many there were.
func (s *Store) IndexTalks(ctx context.Context) (n int, err error) {
	for after := int64(0); ; {
		var found []row
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			rows, err := tx.Query(ctx, staleIndexes, searchindex.KeyID(s.ring), after, batch)
			if err != nil {
				return err
			}
			if found, err = collect(rows); err != nil {
				return err
			}
			opener, writes := datakeys.NewOpener(s.ring), &pgx.Batch{}
			for i := range found {
				f := &found[i]
				if err := open(ctx, tx, opener, f.sealed, &f.opened); err != nil {
					return err
				}
				writes.Queue(indexOf, f.Recording, searchindex.KeyID(s.ring), searchindex.Talk(s.ring, f.Text()))
			}
			return tx.SendBatch(ctx, writes).Close()
		})
		if err != nil {
			return n, fmt.Errorf("index transcripts: %w", err)
		}
		if n += len(found); len(found) < batch {
			return n, nil
		}
		after = found[len(found)-1].Recording
	}
}
