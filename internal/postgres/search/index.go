package search

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	casestore "okno/internal/postgres/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
	"okno/internal/postgres/searchindex"
)

// Those that no document of the current master key finds. Each batch begins where the one before ended.
const (
	unindexedCitizens = `
SELECT z.id, ` + datakeys.OfCitizen + `z.id), z.sealed FROM citizens z
WHERE z.id > $2 AND z.sealed IS NOT NULL
  AND NOT EXISTS (SELECT FROM search_documents d WHERE d.kind = 'z' AND d.owner_id = z.id AND d.key_id = $1)
ORDER BY z.id LIMIT $3 FOR UPDATE OF z`
	unindexedCases = `
SELECT ` + casestore.Columns + ` FROM cases
WHERE id > $2 AND sealed IS NOT NULL
  AND NOT EXISTS (SELECT FROM search_documents d WHERE d.kind = 'c' AND d.owner_id = cases.id AND d.key_id = $1)
ORDER BY id LIMIT $3 FOR NO KEY UPDATE`
)

// batch is how many documents one transaction writes.
const batch = 500

// IndexAll makes the search index of what has none yet, or one by another master key, and gives how many documents it wrote.
func (s *Store) IndexAll(ctx context.Context) (n int, err error) {
	citizens, err := s.index(ctx, unindexedCitizens, func(rows pgx.Rows, writes *pgx.Batch) (id int64, err error) {
		var key, sealed []byte
		if err := rows.Scan(&id, &key, &sealed); err != nil {
			return 0, err
		}
		person, err := identity.OpenPerson(s.ring, id, key, sealed)
		searchindex.QueueCitizen(writes, s.ring, id, person.Name)
		return id, err
	})
	if err != nil {
		return citizens, fmt.Errorf("index citizens: %w", err)
	}
	cases, err := s.index(ctx, unindexedCases, func(rows pgx.Rows, writes *pgx.Batch) (int64, error) {
		c, err := casestore.Scan(s.ring, rows)
		searchindex.QueueCase(writes, s.ring, c.ID, c.Subject, c.Body)
		return c.ID, err
	})
	if err != nil {
		return citizens + cases, fmt.Errorf("index cases: %w", err)
	}
	return citizens + cases, nil
}

func (s *Store) index(ctx context.Context, unindexed string, one func(pgx.Rows, *pgx.Batch) (int64, error)) (all int, err error) {
	for after := int64(0); ; {
		var n int
		last := after
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			n = 0
			rows, err := tx.Query(ctx, unindexed, searchindex.KeyID(s.ring), after, batch)
			if err != nil {
				return err
			}
			defer rows.Close()
			writes := &pgx.Batch{}
			for rows.Next() {
				if last, err = one(rows, writes); err != nil {
					return err
				}
				n++
			}
			if rows.Err() != nil {
				return rows.Err()
			}
			return tx.SendBatch(ctx, writes).Close()
		})
		if err != nil {
			return all, err
		}
		after = last
		if all += n; n < batch {
			return all, nil
		}
	}
}
