package identity

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/dialogue"
)

const known = `
SELECT coalesce(c.id, 0), coalesce(s.language, c.language, ''), s.notices_stopped_at IS NOT NULL
FROM (SELECT $1::text AS number) n
LEFT JOIN bindings b ON b.number = n.number AND b.ended_at IS NULL
LEFT JOIN citizens c ON c.id = b.citizen_id
LEFT JOIN subscribers s ON s.number = n.number`

// Known tells what is known of a number: whose it is, and what it has chosen.
func (w Steps) Known(ctx context.Context, number string) (citizen.Known, error) {
	var k citizen.Known
	if err := w.tx.QueryRow(ctx, known, number).Scan(&k.CitizenID, &k.Language, &k.Stopped); err != nil {
		return k, fmt.Errorf("look up number: %w", err)
	}
	return k, nil
}

const setLanguages = `
INSERT INTO subscribers (number, language) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (number) DO UPDATE SET language = excluded.language`

// QueueLanguages queues [Steps.SetLanguage] for many numbers.
func QueueLanguages(writes *pgx.Batch, numbers, languages []string) {
	writes.Queue(setLanguages, numbers, languages)
}

// SetLanguage remembers the language that a number has chosen.
func (w Steps) SetLanguage(ctx context.Context, number string, l dialogue.Language) error {
	if _, err := w.tx.Exec(ctx, setLanguages, []string{number}, []string{string(l)}); err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}
