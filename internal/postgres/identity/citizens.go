package identity

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/citizen"
	"okno/internal/dialogue"
)

const known = `
SELECT coalesce(c.id, 0), coalesce(c.name, ''), coalesce(s.language, c.language, ''), s.notices_stopped_at IS NOT NULL
FROM (SELECT $1::text AS number) n
LEFT JOIN bindings b ON b.number = n.number AND b.ended_at IS NULL
LEFT JOIN citizens c ON c.id = b.citizen_id
LEFT JOIN subscribers s ON s.number = n.number`

// Known tells what is known of a number: whose it is, and what it has chosen.
func (w Steps) Known(ctx context.Context, number string) (citizen.Known, error) {
	var k citizen.Known
	if err := w.tx.QueryRow(ctx, known, number).Scan(&k.CitizenID, &k.Name, &k.Language, &k.Stopped); err != nil {
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

const upsertCitizen = `
INSERT INTO citizens (national_number, name, language) VALUES ($1, $2, nullif($3, ''))
ON CONFLICT (national_number) DO UPDATE SET name = excluded.name, language = excluded.language RETURNING id`

const bind = `
INSERT INTO bindings (citizen_id, number) VALUES ($1, $2)
ON CONFLICT (number) WHERE ended_at IS NULL DO NOTHING`

// SaveCitizen adds or renews a citizen with bound numbers, and gives the id.
func (w Steps) SaveCitizen(ctx context.Context, c citizen.Citizen) (int64, error) {
	if err := citizen.CheckNationalNumber(c.NationalNumber); err != nil {
		return 0, err
	}
	var id int64
	if err := w.tx.QueryRow(ctx, upsertCitizen, c.NationalNumber, c.Name, c.Language).Scan(&id); err != nil {
		return 0, fmt.Errorf("save citizen: %w", err)
	}
	for _, number := range c.Numbers {
		if _, err := w.tx.Exec(ctx, bind, id, number); err != nil {
			return 0, fmt.Errorf("bind number: %w", err)
		}
	}
	return id, nil
}
