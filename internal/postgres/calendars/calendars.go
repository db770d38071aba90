package calendars

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"okno/internal/calendar"
	"okno/internal/fault"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const lockCalendars = `LOCK calendars IN SHARE ROW EXCLUSIVE MODE`

const keptDefinitions = `
SELECT c.name, v.version, v.definition FROM calendars c JOIN calendar_versions v USING (name, version)`

const addVersion = `INSERT INTO calendar_versions (name, version, by, why, definition) VALUES ($1, $2, $3, $4, $5)`

const countFrom = `INSERT INTO calendars (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = excluded.version`

const setDefault = `UPDATE calendars SET is_default = name = $1 WHERE is_default <> (name = $1)`

const setAgency = `UPDATE agencies SET calendar = $2 WHERE code = $1`

// KeepCalendars adds or renews a file's calendars, all or none, and gives the names of those that changed. What the file does not name stays.
// The file was checked. An agency that there is not is an error of kind invalid.
func (w Steps) KeepCalendars(ctx context.Context, f calendar.File, by, why string) (changed []string, err error) {
	if changed, err = w.keep(ctx, f, by, why); err != nil {
		return nil, fmt.Errorf("keep calendars: %w", err)
	}
	if len(changed) == 0 {
		return nil, nil
	}
	w.tx.Hint(news.Offices) // their slots follow their calendars
	return changed, audit.Record(ctx, w.tx, by, "calendar.change", "calendar", map[string]any{"calendars": changed, "why": why})
}

func (w Steps) keep(ctx context.Context, f calendar.File, by, why string) (changed []string, err error) {
	if _, err := w.tx.Exec(ctx, lockCalendars); err != nil {
		return nil, err
	}
	kept, versions, err := w.definitions(ctx)
	if err != nil {
		return nil, err
	}
	writes := &pgx.Batch{}
	for _, name := range slices.Sorted(maps.Keys(f.Calendars)) {
		definition, err := json.Marshal(f.Calendars[name])
		if err != nil {
			return nil, err
		}
		if before, ok := kept[name]; ok && string(before) == string(definition) {
			continue
		}
		changed = append(changed, name)
		writes.Queue(addVersion, name, versions[name]+1, by, why, definition)
		writes.Queue(countFrom, name, versions[name]+1)
	}
	if f.Default != "" {
		writes.Queue(setDefault, f.Default)
	}
	for agency, name := range f.Agencies {
		tag, err := w.exec(ctx, writes, agency, name)
		if err != nil {
			return nil, err
		}
		if tag == 0 {
			return nil, &fault.Error{Kind: fault.Invalid, Field: "agencies." + agency, Text: "there is no such agency"}
		}
		writes = &pgx.Batch{}
	}
	return changed, w.tx.SendBatch(ctx, writes).Close()
}

// errChanged says that somebody else has changed the calendar since it was seen.
var errChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed this calendar meanwhile"}

// ChangeCalendar replaces a calendar that somebody saw, or adds one (was is nil). to was checked. An error of kind conflict says that another
// was first.
func (w Steps) ChangeCalendar(ctx context.Context, name string, was *calendar.Entry, to calendar.Entry, by, why string) error {
	if _, err := w.tx.Exec(ctx, lockCalendars); err != nil {
		return fmt.Errorf("change calendar %s: %w", name, err)
	}
	kept, _, err := w.definitions(ctx)
	if err != nil {
		return fmt.Errorf("change calendar %s: %w", name, err)
	}
	now, there := kept[name]
	if was == nil && there || was != nil && !there {
		return errChanged
	}
	if was != nil {
		seen, err := json.Marshal(was)
		if err != nil {
			return fmt.Errorf("change calendar %s: %w", name, err)
		}
		if string(seen) != string(now) {
			return errChanged
		}
	}
	_, err = w.KeepCalendars(ctx, calendar.File{Calendars: map[string]calendar.Entry{name: to}}, by, why)
	return err
}

// exec sends what is queued, and then sets an agency's calendar; it gives how many agencies that were.
func (w Steps) exec(ctx context.Context, writes *pgx.Batch, agency, name string) (int64, error) {
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return 0, err
	}
	tag, err := w.tx.Exec(ctx, setAgency, agency, name)
	return tag.RowsAffected(), err
}

// definitions gives the calendars that are kept, each as JSON marshals it, and their versions.
func (w Steps) definitions(ctx context.Context) (kept map[string][]byte, versions map[string]int, err error) {
	rows, err := w.tx.Query(ctx, keptDefinitions)
	if err != nil {
		return nil, nil, err
	}
	kept, versions = map[string][]byte{}, map[string]int{}
	var name string
	var version int
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&name, &version, &raw}, func() error {
		var e calendar.Entry
		err := json.Unmarshal(raw, &e) // Postgres has its own order of keys
		if err == nil {
			kept[name], err = json.Marshal(e)
			versions[name] = version
		}
		return err
	})
	return kept, versions, err
}

const defaultCalendar = `SELECT coalesce((SELECT name FROM calendars WHERE is_default), '')`

const agencyCalendars = `SELECT code, calendar FROM agencies WHERE calendar IS NOT NULL`

// CalendarFile gives all calendars as a file.
func (s *Store) CalendarFile(ctx context.Context) (calendar.File, error) {
	f := calendar.File{Calendars: map[string]calendar.Entry{}, Agencies: map[string]string{}}
	reads := &pgx.Batch{}
	reads.Queue(keptDefinitions).Query(func(rows pgx.Rows) error {
		var name string
		var version int
		var raw []byte
		_, err := pgx.ForEachRow(rows, []any{&name, &version, &raw}, func() error {
			var e calendar.Entry
			err := json.Unmarshal(raw, &e)
			f.Calendars[name] = e
			return err
		})
		return err
	})
	reads.Queue(defaultCalendar).QueryRow(func(row pgx.Row) error { return row.Scan(&f.Default) })
	reads.Queue(agencyCalendars).Query(func(rows pgx.Rows) error {
		var agency, name string
		_, err := pgx.ForEachRow(rows, []any{&agency, &name}, func() error {
			f.Agencies[agency] = name
			return nil
		})
		return err
	})
	err := s.db.Snapshot(ctx, func(tx *postgres.Tx) error { return tx.SendBatch(ctx, reads).Close() })
	if err != nil {
		return f, fmt.Errorf("read calendars: %w", err)
	}
	return f, nil
}

// Calendars gives all calendars.
func (s *Store) Calendars(ctx context.Context) (calendar.Set, error) {
	f, err := s.CalendarFile(ctx)
	if err != nil {
		return calendar.Set{}, err
	}
	set := calendar.Set{Calendars: map[string]calendar.Calendar{}, Default: f.Default, Agencies: f.Agencies}
	for name, e := range f.Calendars {
		if set.Calendars[name], err = e.Calendar(name); err != nil {
			return set, fmt.Errorf("read calendars: %w", err)
		}
	}
	return set, nil
}
