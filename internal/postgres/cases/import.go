package cases

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
)

const lockSource = `SELECT pg_advisory_xact_lock(hashtextextended('case import ' || $1, 0))`

const importedKeys = `SELECT key FROM case_imports WHERE source = $1 AND key = ANY ($2)`

const nextSerials = `
SELECT nextval('case_serials'), nextval(pg_get_serial_sequence('cases', 'id')) FROM generate_series(1, $1::int)`

const agenciesOfServices = `
SELECT s.code, v.agency FROM services s JOIN service_versions v ON v.service = s.code AND v.version = s.version WHERE s.code = ANY ($1)`

// ImportCases adds cases of a source by COPY, but those whose keys came from it before, and gives the number of those that are new. Whoever
// imports has looked up services and citizens.
func (w Steps) ImportCases(ctx context.Context, source string, all []cases.Imported, by string) (added int, err error) {
	if added, err = w.importCases(ctx, source, all, by); err != nil {
		return 0, fmt.Errorf("import cases: %w", err)
	}
	if added == 0 {
		return 0, nil
	}
	w.tx.Hint(news.Cases)
	return added, audit.Record(ctx, w.tx, by, "case.import", "case", map[string]any{"source": source, "cases": added})
}

func (w Steps) importCases(ctx context.Context, source string, all []cases.Imported, by string) (int, error) {
	if _, err := w.tx.Exec(ctx, lockSource, source); err != nil {
		return 0, err
	}
	fresh, err := w.unknownOf(ctx, source, all)
	if err != nil || len(fresh) == 0 {
		return 0, err
	}
	agencies, err := w.agenciesOf(ctx, fresh)
	if err != nil {
		return 0, err
	}
	rows, err := w.tx.Query(ctx, nextSerials, len(fresh))
	if err != nil {
		return 0, err
	}
	var taken [][2]int64
	var serial, id int64
	_, err = pgx.ForEachRow(rows, []any{&serial, &id}, func() error {
		taken = append(taken, [2]int64{serial, id})
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(fresh), w.copyCases(ctx, source, fresh, agencies, taken, by)
}

// unknownOf gives those whose keys did not come from the source before.
func (w Steps) unknownOf(ctx context.Context, source string, all []cases.Imported) (fresh []cases.Imported, err error) {
	rows, err := w.tx.Query(ctx, importedKeys, source, postgres.Column(all, func(c cases.Imported) string { return c.Key }))
	if err != nil {
		return nil, err
	}
	before, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(before))
	for _, key := range before {
		known[key] = true
	}
	for _, c := range all {
		if !known[c.Key] {
			fresh = append(fresh, c)
		}
	}
	return fresh, nil
}

func (w Steps) agenciesOf(ctx context.Context, all []cases.Imported) (agencies map[string]string, err error) {
	rows, err := w.tx.Query(ctx, agenciesOfServices, postgres.Column(all, func(c cases.Imported) string { return c.Service }))
	if err != nil {
		return nil, err
	}
	agencies = map[string]string{}
	var code, agency string
	_, err = pgx.ForEachRow(rows, []any{&code, &agency}, func() error {
		agencies[code] = agency
		return nil
	})
	return agencies, err
}

func (w Steps) copyCases(ctx context.Context, source string, all []cases.Imported, agencies map[string]string, taken [][2]int64, by string) error {
	var rows, keys, documents, moves, imports [][]any
	for i, c := range all {
		id := taken[i][1]
		number, err := w.numbering.Number(taken[i][0])
		if err != nil {
			return err
		}
		key, wrapped, err := w.ring.NewDataKey()
		if err != nil {
			return err
		}
		sealed, err := sealCase(key, id, private{Contact: c.Contact, Subject: c.Subject, Body: c.Body})
		if err != nil {
			return err
		}
		why, err := sealMove(key, id, reason{Why: "taken over from " + source})
		if err != nil {
			return err
		}
		agency := c.Agency
		if agency == "" {
			agency = agencies[c.Service]
		}
		first, changed := c.State, c.OpenedAt
		if n := len(c.History); n > 0 {
			first, changed = c.History[0].From, c.History[n-1].At
		}
		var rating *int
		if c.Rating > 0 {
			rating = &c.Rating
		}
		rows = append(rows, []any{id, number, string(c.Kind), string(c.State), null(c.Service), null(agency), nullID(c.CitizenID), contactIndex(w.ring, c.Contact),
			sealed, postgres.OrNil(c.DueOn), c.OpenedAt, changed, rating, postgres.OrNil(c.RatedAt)})
		keys = append(keys, datakeys.CaseRow(id, wrapped))
		documents = append(documents, searchindex.CaseRow(w.ring, id, c.Subject, c.Body))
		moves = append(moves, []any{id, nil, string(first), c.OpenedAt, by, why})
		for _, m := range c.History {
			if why, err = sealMove(key, id, reason{Why: m.Why, Told: m.Told}); err != nil {
				return err
			}
			moves = append(moves, []any{id, string(m.From), string(m.To), m.At, m.By, why})
		}
		imports = append(imports, []any{source, c.Key, id})
	}
	for _, table := range []struct {
		name    string
		columns []string
		rows    [][]any
	}{
		{"cases", []string{"id", "number", "kind", "state", "service", "agency", "citizen_id", "contact_index", "sealed", "due_on", "opened_at", "updated_at",
			"rating", "rated_at"}, rows},
		{"data_keys", datakeys.Columns, keys},
		{"search_documents", searchindex.Columns, documents},
		{"case_moves", []string{"case_id", "from_state", "to_state", "at", "by", "sealed"}, moves},
		{"case_imports", []string{"source", "key", "case_id"}, imports},
	} {
		if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{table.name}, table.columns, pgx.CopyFromRows(table.rows)); err != nil {
			return fmt.Errorf("copy %s: %w", table.name, err)
		}
	}
	return nil
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}
