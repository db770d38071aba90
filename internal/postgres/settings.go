package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

const settings = `SELECT name, current_setting(name) FROM unnest($1::text[]) name`

// Settings gives the values that settings have for this node's connections.
func (db *DB) Settings(ctx context.Context, names []string) (map[string]string, error) {
	rows, err := db.Query(ctx, settings, names)
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	found := make(map[string]string, len(names))
	var name, value string
	_, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error {
		found[name] = value
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	return found, nil
}
