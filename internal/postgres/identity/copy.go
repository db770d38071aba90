package identity

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
)

const nextCitizens = `SELECT nextval(pg_get_serial_sequence('citizens', 'id')) FROM generate_series(1, $1::int)`

// CopyCitizens adds citizens who are not there, with no numbers, by COPY, and gives their ids: [Steps.SaveCitizen] for a whole register at once.
// One who is there is an error. [citizen.ErrNationalNumber].
func (w Steps) CopyCitizens(ctx context.Context, all []citizen.Citizen) (ids []int64, err error) {
	rows, err := w.tx.Query(ctx, nextCitizens, len(all))
	if err == nil {
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	}
	if err != nil {
		return nil, fmt.Errorf("copy citizens: %w", err)
	}
	var people, keys, documents [][]any
	for i, c := range all {
		p, err := personOf(c)
		if err != nil {
			return nil, err
		}
		key, wrapped, err := w.ring.NewDataKey()
		if err != nil {
			return nil, fmt.Errorf("copy citizens: %w", err)
		}
		sealed, err := sealPerson(key, ids[i], p)
		if err != nil {
			return nil, err
		}
		people = append(people, []any{ids[i], w.ring.Index(nationalIndex, p.indexed()), sealed, string(c.Language)})
		keys = append(keys, datakeys.CitizenRow(ids[i], wrapped))
		documents = append(documents, searchindex.CitizenRow(w.ring, ids[i], c.Name))
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"citizens", []string{"id", "national_index", "sealed", "language"}, people},
		{"data_keys", datakeys.Columns, keys},
		{"search_documents", searchindex.Columns, documents},
	} {
		if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{table.name}, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return nil, fmt.Errorf("copy %s: %w", table.name, err)
		}
	}
	return ids, nil
}
