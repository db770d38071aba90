package catalogue

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/catalogue"
	"okno/internal/postgres"
	"okno/internal/postgres/datakeys"
	"okno/internal/seal"
)

// question is the purpose of the blind indexes of questions in vain.
const question = "question in vain"

const addAsks = `
INSERT INTO service_asks (interaction_id, channel, language, service, query_index, sealed)
SELECT interaction_id, channel, language, nullif(service, ''), query_index, sealed
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::bytea[]) a (interaction_id, channel, language, service, query_index, sealed)`

// Ask is a question with the key of its interaction.
type Ask struct {
	catalogue.Asked
	Key *seal.DataKey // nil: the key was destroyed, and the words are not kept
}

// QueueAsks queues questions to be written.
func QueueAsks(writes *pgx.Batch, ring *seal.Ring, asks []Ask) {
	indexes, sealed := make([][]byte, len(asks)), make([][]byte, len(asks))
	for i, a := range asks {
		if a.Query != "" && a.Key != nil {
			indexes[i] = ring.Index(question, a.Query)
			sealed[i] = a.Key.Seal(datakeys.QuestionOf(a.Interaction), []byte(a.Query))
		}
	}
	writes.Queue(addAsks, postgres.Column(asks, func(a Ask) int64 { return a.Interaction }), postgres.Column(asks, func(a Ask) string { return string(a.Channel) }),
		postgres.Column(asks, func(a Ask) string { return string(a.Language) }), postgres.Column(asks, func(a Ask) string { return a.Code }), indexes, sealed)
}

// NoteAsked keeps a question of a citizen.
func (w Steps) NoteAsked(ctx context.Context, a catalogue.Asked) error {
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, a.Interaction)
	if err != nil {
		return fmt.Errorf("note a question: %w", err)
	}
	writes := &pgx.Batch{}
	QueueAsks(writes, w.ring, []Ask{{Asked: a, Key: key}})
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return fmt.Errorf("note a question: %w", err)
	}
	return nil
}

// countDays counts whole days in UTC anew: done again, it comes to the same.
const countDays = `
INSERT INTO service_days (day, service, channel, language, times)
SELECT date_trunc('day', at, 'UTC'), service, channel, language, count(*) FROM service_asks
WHERE at >= $1 AND at < $2 AND service IS NOT NULL GROUP BY 1, 2, 3, 4
ON CONFLICT (day, service, channel, language) DO UPDATE SET times = excluded.times`

// CountAsks counts the questions of the day of a moment, and of the day before.
func (s *Store) CountAsks(ctx context.Context, now time.Time) error {
	today := now.UTC().Truncate(24 * time.Hour)
	if _, err := s.db.Exec(ctx, countDays, today.AddDate(0, 0, -1), today.AddDate(0, 0, 1)); err != nil {
		return fmt.Errorf("count questions: %w", err)
	}
	return nil
}

const serviceUse = `SELECT service, sum(times) FROM service_days WHERE day >= $1 GROUP BY service`

// ServiceUse gives how often each service was asked for since a day, by code. It may lag by an hour.
func (s *Store) ServiceUse(ctx context.Context, since time.Time) (map[string]int, error) {
	rows, err := s.db.Query(ctx, serviceUse, since.UTC())
	use := map[string]int{}
	if err == nil {
		var code string
		var times int
		_, err = pgx.ForEachRow(rows, []any{&code, &times}, func() error {
			use[code] = times
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read use of services: %w", err)
	}
	return use, nil
}

const vainQuestions = `
SELECT v.language, v.times, v.citizens, a.sealed, a.interaction_id, ` + datakeys.OfInteraction + `a.interaction_id)
FROM (SELECT query_index, min(language) AS language, count(*) AS times, count(DISTINCT interaction_id) AS citizens, max(interaction_id) AS newest
      FROM service_asks WHERE at >= $1 AND service IS NULL AND query_index IS NOT NULL
      GROUP BY query_index HAVING count(DISTINCT interaction_id) >= $2 ORDER BY count(*) DESC LIMIT $3) v
CROSS JOIN LATERAL (SELECT sealed, interaction_id FROM service_asks
                    WHERE interaction_id = v.newest AND query_index = v.query_index LIMIT 1) a`

// VainQuestions gives what several citizens asked since a moment and nothing answered, the most frequent first.
func (s *Store) VainQuestions(ctx context.Context, since time.Time, most int) ([]catalogue.VainQuestion, error) {
	rows, err := s.db.Query(ctx, vainQuestions, since, catalogue.LeastCitizens, most)
	var found []catalogue.VainQuestion
	if err == nil {
		opener := datakeys.NewOpener(s.ring)
		var q catalogue.VainQuestion
		var sealed, wrapped []byte
		var interaction int64
		_, err = pgx.ForEachRow(rows, []any{&q.Language, &q.Times, &q.Citizens, &sealed, &interaction, &wrapped}, func() error {
			text, err := opener.Text(wrapped, datakeys.QuestionOf(interaction), sealed)
			if q.Query = text; err == nil && text != "" { // "": the key was destroyed
				found = append(found, q)
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read questions in vain: %w", err)
	}
	return found, nil
}
