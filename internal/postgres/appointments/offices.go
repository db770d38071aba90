package appointments

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/appointment"
	"okno/internal/fault"
	"okno/internal/news"
	"okno/internal/postgres/audit"
)

const lockOffices = `LOCK offices IN SHARE ROW EXCLUSIVE MODE`

const keptOffices = `SELECT o.code, v.version, v.definition FROM offices o JOIN office_versions v USING (code, version) ORDER BY o.code`

const addVersion = `INSERT INTO office_versions (code, version, by, why, definition) VALUES ($1, $2, $3, $4, $5)`

const countFrom = `INSERT INTO offices (code, version) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET version = excluded.version`

const addCounter = `INSERT INTO office_counters (office, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`

const unknownOf = `
SELECT 'services ' || s FROM unnest($1::text[]) s WHERE NOT EXISTS (SELECT FROM services WHERE code = s)
UNION ALL SELECT 'calendar ' || c FROM unnest($2::text[]) c WHERE NOT EXISTS (SELECT FROM calendars WHERE name = c)
ORDER BY 1 LIMIT 1`

// KeepOffices adds or renews a file's offices, all or none, and gives the codes of those that changed. What the file does not name stays. The
// file was checked. A service or a calendar that there is not is an error of kind invalid.
func (w Steps) KeepOffices(ctx context.Context, f appointment.File, by, why string) (changed []string, err error) {
	if changed, err = w.keepOffices(ctx, f, by, why); err != nil {
		return nil, fmt.Errorf("keep offices: %w", err)
	}
	if len(changed) == 0 {
		return nil, nil
	}
	w.tx.Hint(news.Offices)
	return changed, audit.Record(ctx, w.tx, by, "office.change", "office", map[string]any{"offices": changed, "why": why})
}

func (w Steps) keepOffices(ctx context.Context, f appointment.File, by, why string) (changed []string, err error) {
	if _, err := w.tx.Exec(ctx, lockOffices); err != nil {
		return nil, err
	}
	if err := w.refers(ctx, f); err != nil {
		return nil, err
	}
	kept, versions, err := w.definitions(ctx)
	if err != nil {
		return nil, err
	}
	writes := &pgx.Batch{}
	for _, code := range slices.Sorted(maps.Keys(f.Offices)) {
		definition, err := json.Marshal(f.Offices[code])
		if err != nil {
			return nil, err
		}
		if before, ok := kept[code]; ok && string(before) == string(definition) {
			continue
		}
		changed = append(changed, code)
		writes.Queue(addVersion, code, versions[code]+1, by, why, definition)
		writes.Queue(countFrom, code, versions[code]+1)
		for _, counter := range slices.Sorted(maps.Keys(f.Offices[code].Counters)) {
			writes.Queue(addCounter, code, counter)
		}
	}
	return changed, w.tx.SendBatch(ctx, writes).Close()
}

// refers refuses what names a service or a calendar that there is not.
func (w Steps) refers(ctx context.Context, f appointment.File) error {
	var services, calendars []string
	for _, e := range f.Offices {
		if e.Calendar != "" {
			calendars = append(calendars, e.Calendar)
		}
		for _, c := range e.Counters {
			services = append(services, c.Services...)
		}
	}
	rows, err := w.tx.Query(ctx, unknownOf, services, calendars)
	if err != nil {
		return err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(missing) > 0 {
		err = &fault.Error{Kind: fault.Invalid, Field: "offices", Text: "there is no " + missing[0]}
	}
	return err
}

// definitions gives the offices that are kept, each as JSON marshals it, and their versions.
func (w Steps) definitions(ctx context.Context) (kept map[string][]byte, versions map[string]int, err error) {
	rows, err := w.tx.Query(ctx, keptOffices)
	if err != nil {
		return nil, nil, err
	}
	kept, versions = map[string][]byte{}, map[string]int{}
	err = scanOffices(rows, func(code string, version int, e appointment.Entry) error {
		versions[code] = version
		kept[code], err = json.Marshal(e) // Postgres has its own order of keys
		return err
	})
	return kept, versions, err
}

func scanOffices(rows pgx.Rows, each func(code string, version int, e appointment.Entry) error) error {
	var code string
	var version int
	var raw []byte
	_, err := pgx.ForEachRow(rows, []any{&code, &version, &raw}, func() error {
		var e appointment.Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		return each(code, version, e)
	})
	return err
}

// OfficeFile gives all offices as a file.
func (s *Store) OfficeFile(ctx context.Context) (appointment.File, error) {
	f := appointment.File{Offices: map[string]appointment.Entry{}}
	rows, err := s.db.Query(ctx, keptOffices)
	if err == nil {
		err = scanOffices(rows, func(code string, _ int, e appointment.Entry) error {
			f.Offices[code] = e
			return nil
		})
	}
	if err != nil {
		return f, fmt.Errorf("read offices: %w", err)
	}
	return f, nil
}

// Offices gives all offices, by code.
func (s *Store) Offices(ctx context.Context) ([]appointment.Office, error) {
	f, err := s.OfficeFile(ctx)
	if err != nil {
		return nil, err
	}
	var all []appointment.Office
	for _, code := range slices.Sorted(maps.Keys(f.Offices)) {
		o, err := f.Offices[code].Office(code)
		if err != nil {
			return nil, fmt.Errorf("read offices: %w", err)
		}
		all = append(all, o)
	}
	return all, nil
}
