package catalogue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/news"
)

const upsertAgency = `
INSERT INTO agencies (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name`

// SaveAgency adds or renews an agency.
func (w Steps) SaveAgency(ctx context.Context, code string, name map[dialogue.Language]string) error {
	raw, err := json.Marshal(name)
	if err == nil {
		_, err = w.tx.Exec(ctx, upsertAgency, code, raw)
	}
	if err != nil {
		return fmt.Errorf("save agency %s: %w", code, err)
	}
	return nil
}

const upsertService = `
INSERT INTO services (code, category, agency, stage, owner, valid_from, valid_until, review_by, sample)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (code) DO UPDATE SET category = excluded.category, agency = excluded.agency, stage = excluded.stage,
    owner = excluded.owner, valid_from = excluded.valid_from, valid_until = excluded.valid_until,
    review_by = excluded.review_by, sample = excluded.sample, version = services.version + 1, updated_at = now()`

const upsertServiceText = `
INSERT INTO service_texts (service, language, name, title, short, spoken, documents, fee, term, place, keywords)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (service, language) DO UPDATE SET name = excluded.name, title = excluded.title, short = excluded.short, spoken = excluded.spoken,
    documents = excluded.documents, fee = excluded.fee, term = excluded.term, place = excluded.place, keywords = excluded.keywords`

// SaveService adds a service or a new version of it.
func (w Steps) SaveService(ctx context.Context, s catalogue.Service) error {
	batch := &pgx.Batch{}
	batch.Queue(upsertService, s.Code, s.Category, s.Agency, s.Stage, s.Owner, s.ValidFrom, s.ValidUntil, s.ReviewBy, s.Sample)
	for l, t := range s.Texts {
		batch.Queue(upsertServiceText, s.Code, l, t.Name, t.Title, t.Short, t.Spoken, t.Documents, t.Fee, t.Term, t.Place, t.Keywords)
	}
	if err := w.tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save service %s: %w", s.Code, err)
	}
	w.tx.Hint(news.Catalogue)
	return nil
}

const services = `
SELECT s.code, s.category, s.agency, s.stage, s.owner, s.valid_from, s.valid_until, s.review_by, s.sample, s.version,
       t.language, t.name, t.title, t.short, t.spoken, t.documents, t.fee, t.term, t.place, t.keywords
FROM services s JOIN service_texts t ON t.service = s.code ORDER BY s.code`

// Services gives the whole catalogue.
func (store *Store) Services(ctx context.Context) ([]catalogue.Service, error) {
	rows, err := store.db.Query(ctx, services)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	var found []catalogue.Service
	var s catalogue.Service
	var l dialogue.Language
	var t catalogue.Text
	_, err = pgx.ForEachRow(rows, []any{&s.Code, &s.Category, &s.Agency, &s.Stage, &s.Owner, &s.ValidFrom, &s.ValidUntil, &s.ReviewBy,
		&s.Sample, &s.Version, &l, &t.Name, &t.Title, &t.Short, &t.Spoken, &t.Documents, &t.Fee, &t.Term, &t.Place, &t.Keywords}, func() error {
		if n := len(found); n == 0 || found[n-1].Code != s.Code {
			s.Texts = map[dialogue.Language]catalogue.Text{}
			found = append(found, s)
		}
		text := t
		text.Keywords = append([]string(nil), t.Keywords...)
		found[len(found)-1].Texts[l] = text
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	return found, nil
}

const agencies = `SELECT code, name FROM agencies`

// Agencies gives the agencies' names by language, by their codes.
func (store *Store) Agencies(ctx context.Context) (map[string]map[dialogue.Language]string, error) {
	rows, err := store.db.Query(ctx, agencies)
	if err != nil {
		return nil, fmt.Errorf("read agencies: %w", err)
	}
	found := map[string]map[dialogue.Language]string{}
	var code string
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&code, &raw}, func() error {
		name := map[dialogue.Language]string{}
		found[code] = name
		return json.Unmarshal(raw, &name)
	})
	if err != nil {
		return nil, fmt.Errorf("read agencies: %w", err)
	}
	return found, nil
}
