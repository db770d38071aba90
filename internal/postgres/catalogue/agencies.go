package catalogue

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/dialogue"
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

const agencies = `SELECT code, name FROM agencies`

// Agencies gives the agencies' names by language, by their codes.
func (s *Store) Agencies(ctx context.Context) (map[string]map[dialogue.Language]string, error) {
	rows, err := s.db.Query(ctx, agencies)
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
