package catalogue

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/catalogue"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const lockCatalogue = `LOCK services IN SHARE ROW EXCLUSIVE MODE`

// ServicesToChange gives the whole catalogue, and keeps others from changing it until the transaction ends. Whoever reads it goes on.
func (w Steps) ServicesToChange(ctx context.Context) ([]catalogue.Service, error) {
	if _, err := w.tx.Exec(ctx, lockCatalogue); err != nil {
		return nil, fmt.Errorf("lock catalogue: %w", err)
	}
	rows, err := w.tx.Query(ctx, services)
	return collect(rows, err)
}

const addVersion = `
INSERT INTO service_versions (service, version, by, why, category, agency, stage, owner, valid_from, valid_until, review_by, sample, texts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

const toldFrom = `
INSERT INTO services (code, version) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET version = excluded.version`

// mostNamed is how many of the changed services the journal names.
const mostNamed = 20

// SaveServices writes new versions, which are told from now on. The caller has the catalogue from [Steps.ServicesToChange].
func (w Steps) SaveServices(ctx context.Context, changes []catalogue.Change, by, why string) error {
	writes := &pgx.Batch{}
	for _, c := range changes {
		s := c.Service
		texts, err := json.Marshal(s.Texts)
		if err != nil {
			return fmt.Errorf("save service %s: %w", s.Code, err)
		}
		writes.Queue(addVersion, s.Code, s.Version, by, why, s.Category, s.Agency, s.Stage, s.Owner, s.ValidFrom, s.ValidUntil, s.ReviewBy,
			s.Sample, texts)
		writes.Queue(toldFrom, s.Code, s.Version)
	}
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return fmt.Errorf("save services: %w", err)
	}
	w.tx.Hint(news.Catalogue)
	named := postgres.Column(changes[:min(len(changes), mostNamed)], func(c catalogue.Change) string { return c.Service.Code })
	return audit.Record(ctx, w.tx, by, "catalogue.change", "catalogue", map[string]any{"services": len(changes), "codes": named, "why": why})
}

// columns are what [scan] reads of service_versions v.
const columns = `v.service, v.version, v.category, v.agency, v.stage, v.owner, v.valid_from, v.valid_until, v.review_by, v.sample, v.texts`

func scan(row pgx.CollectableRow, more ...any) (s catalogue.Service, err error) {
	var texts []byte
	into := []any{&s.Code, &s.Version, &s.Category, &s.Agency, &s.Stage, &s.Owner, &s.ValidFrom, &s.ValidUntil, &s.ReviewBy, &s.Sample, &texts}
	if err := row.Scan(append(into, more...)...); err != nil {
		return s, err
	}
	return s, json.Unmarshal(texts, &s.Texts)
}

func collect(rows pgx.Rows, err error) ([]catalogue.Service, error) {
	var found []catalogue.Service
	if err == nil {
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (catalogue.Service, error) { return scan(row) })
	}
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return found, nil
}

const services = `
SELECT ` + columns + ` FROM services s JOIN service_versions v ON v.service = s.code AND v.version = s.version ORDER BY s.code`

// Services gives the whole catalogue.
func (s *Store) Services(ctx context.Context) ([]catalogue.Service, error) {
	rows, err := s.db.Query(ctx, services)
	return collect(rows, err)
}

const editions = `SELECT ` + columns + `, v.at, v.by, v.why FROM service_versions v WHERE v.service = $1 ORDER BY v.version DESC`

// Editions gives all versions of a service, the newest first; none of a code that there never was.
func (s *Store) Editions(ctx context.Context, code string) ([]catalogue.Edition, error) {
	rows, err := s.db.Query(ctx, editions, code)
	var found []catalogue.Edition
	if err == nil {
		found, err = pgx.CollectRows(rows, scanEdition)
	}
	if err != nil {
		return nil, fmt.Errorf("read versions of service %s: %w", code, err)
	}
	return found, nil
}

const toldAt = `SELECT ` + columns + `, v.at, v.by, v.why FROM service_versions v WHERE v.service = $1 AND v.at <= $2 ORDER BY v.version DESC LIMIT 1`

// EditionAt gives the version of a service that stood at a moment. [catalogue.ErrUnknown].
func (s *Store) EditionAt(ctx context.Context, code string, at time.Time) (catalogue.Edition, error) {
	rows, err := s.db.Query(ctx, toldAt, code, at)
	if err != nil {
		return catalogue.Edition{}, fmt.Errorf("read service %s: %w", code, err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEdition)
	if err != nil {
		return e, postgres.NoRows(err, catalogue.ErrUnknown)
	}
	return e, nil
}

func scanEdition(row pgx.CollectableRow) (e catalogue.Edition, err error) {
	e.Service, err = scan(row, &e.At, &e.By, &e.Why)
	return e, err
}
