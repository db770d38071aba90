package postgres

import (
	"context"
	"fmt"

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
func (w *Work) Known(ctx context.Context, number string) (citizen.Known, error) {
	var k citizen.Known
	if err := w.tx.QueryRow(ctx, known, number).Scan(&k.CitizenID, &k.Name, &k.Language, &k.Stopped); err != nil {
		return k, fmt.Errorf("look up number: %w", err)
	}
	return k, nil
}

const setLanguages = `
INSERT INTO subscribers (number, language) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT (number) DO UPDATE SET language = excluded.language`

// SetLanguage remembers the language that a number has chosen.
func (w *Work) SetLanguage(ctx context.Context, number string, l dialogue.Language) error {
	if _, err := w.tx.Exec(ctx, setLanguages, []string{number}, []string{string(l)}); err != nil {
		return fmt.Errorf("set language: %w", err)
	}
	return nil
}

const stoppedNumber = `SELECT FROM subscribers u WHERE u.notices_stopped_at IS NOT NULL AND u.number = `

// What waits has failed with the word that stops it; what has expired is the sweep's.
const setNotices = `
WITH chosen AS (
    INSERT INTO subscribers (number, notices_stopped_at) VALUES ($1, CASE WHEN $2 THEN now() END)
    ON CONFLICT (number) DO UPDATE SET notices_stopped_at = excluded.notices_stopped_at
), waiting AS MATERIALIZED (
    SELECT s.id, s.due_at FROM mt_messages m, mt_segments s
    WHERE $2 AND m.destination = $1 AND m.lane = 'notice' AND ` + segmentsOf + ` AND s.state = 'queued' AND s.expires_at > now()
), stopped AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT q.ctid FROM waiting w CROSS JOIN LATERAL (
            SELECT ctid FROM mt_queue WHERE lane = 'notice' AND due_at = w.due_at AND id = w.id OFFSET 0) q))
    RETURNING id
)
UPDATE mt_segments SET state = 'failed', failure = 'stopped', final_at = now() WHERE id = ANY (ARRAY (SELECT id FROM stopped))`

// SetNotices remembers that a number wants notices no more, or again.
func (w *Work) SetNotices(ctx context.Context, number string, stopped bool) error {
	if _, err := w.tx.Exec(ctx, setNotices, number, stopped); err != nil {
		return fmt.Errorf("set notices: %w", err)
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
func (w *Work) SaveCitizen(ctx context.Context, c citizen.Citizen) (int64, error) {
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
