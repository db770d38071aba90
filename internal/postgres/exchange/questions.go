package exchange

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/exchange"
	"okno/internal/news"
	"okno/internal/postgres"
	kept "okno/internal/postgres/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/identity"
)

const askAgencies = `
INSERT INTO exchange_questions (kind, agency, interaction_id, effect, case_id, citizen_id, asked_at, until)
SELECT $1, e.agency, $2, $3, nullif($4::bigint, 0), nullif($5::bigint, 0), $6, $7 FROM exchange_endpoints e
WHERE e.answers AND NOT e.paused AND ($8 = '' OR e.agency = $8)
ON CONFLICT (interaction_id, effect, agency) DO NOTHING`

const stillOpen = `SELECT count(*) FROM exchange_questions WHERE interaction_id = $1 AND effect = $2 AND state = 'open' AND until > $3`

// AskAgencies has an agency asked, or all that answer where the question names none, once for each effect; it gives how many are waited for.
func (w Steps) AskAgencies(ctx context.Context, q exchange.Question) (open int, err error) {
	tag, err := w.tx.Exec(ctx, askAgencies, q.Kind, q.Interaction, q.Effect, q.CaseID, q.CitizenID, q.AskedAt, q.Until, q.Agency)
	if err == nil {
		if tag.RowsAffected() > 0 {
			w.tx.Hint(news.Questions)
		}
		err = w.tx.QueryRow(ctx, stillOpen, q.Interaction, q.Effect, q.AskedAt).Scan(&open)
	}
	if err != nil {
		return 0, fmt.Errorf("ask agencies: %w", err)
	}
	return open, nil
}

const answersOf = `
SELECT agency, state, sealed, (SELECT wrapped FROM data_keys WHERE kind = 'i' AND owner_id = q.interaction_id) FROM exchange_questions q
WHERE interaction_id = $1 AND effect = $2 ORDER BY agency`

// Answers gives what became of the questions of an effect.
func (w Steps) Answers(ctx context.Context, interaction int64, effect string) (a exchange.Answers, err error) {
	rows, err := w.tx.Query(ctx, answersOf, interaction, effect)
	if err != nil {
		return a, fmt.Errorf("read answers: %w", err)
	}
	var agency, state string
	var sealed, wrapped []byte
	opener := datakeys.NewOpener(w.ring)
	_, err = pgx.ForEachRow(rows, []any{&agency, &state, &sealed, &wrapped}, func() error {
		switch state {
		case "open":
			a.Open++
		case "failed":
			a.Failed++
		default:
			a.Answered++
		}
		if len(sealed) == 0 {
			return nil
		}
		var fees []exchange.Fee
		err := opener.JSON(wrapped, datakeys.AnswersOf(interaction), sealed, &fees)
		for i := range fees {
			fees[i].Agency = agency
		}
		a.Fees = append(a.Fees, fees...)
		return err
	})
	if err != nil {
		return a, fmt.Errorf("read answers: %w", err)
	}
	return a, nil
}

// A question whose effect nobody waits for any more is asked all the same: what an agency answers late is sent on.
const claimQuestions = `
WITH mine AS (
    SELECT id FROM exchange_questions WHERE state = 'open' AND (claimed_until IS NULL OR claimed_until < $1) ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE exchange_questions q SET claimed_until = $2 FROM mine WHERE q.id = mine.id
RETURNING q.id, q.kind, q.agency, q.interaction_id, q.effect, coalesce(q.case_id, 0), coalesce(q.citizen_id, 0), q.asked_at, q.until`

// ClaimQuestions takes up to so many open questions in hand that nobody has, until a moment.
func (s *Store) ClaimQuestions(ctx context.Context, now, until time.Time, most int) ([]exchange.Question, error) {
	if most <= 0 {
		return nil, nil
	}
	rows, err := s.db.Query(ctx, claimQuestions, now, until, most)
	if err != nil {
		return nil, fmt.Errorf("claim questions: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (q exchange.Question, err error) {
		return q, row.Scan(&q.ID, &q.Kind, &q.Agency, &q.Interaction, &q.Effect, &q.CaseID, &q.CitizenID, &q.AskedAt, &q.Until)
	})
}

const askedCase = `SELECT ` + kept.Columns + ` FROM cases WHERE id = $1`

const askedCitizen = `SELECT sealed, ` + datakeys.OfCitizen + `id) FROM citizens WHERE id = $1`

// QuestionAbout gives what a question is about: a case, or the national number of a citizen.
func (s *Store) QuestionAbout(ctx context.Context, q exchange.Question) (c cases.Case, national string, err error) {
	if q.CaseID != 0 {
		c, err = kept.Scan(s.ring, s.db.QueryRow(ctx, askedCase, q.CaseID))
		return c, "", err
	}
	var sealed, wrapped []byte
	if err := s.db.QueryRow(ctx, askedCitizen, q.CitizenID).Scan(&sealed, &wrapped); err != nil {
		return c, "", fmt.Errorf("find whom a question is about: %w", err)
	}
	p, err := identity.OpenPerson(s.ring, q.CitizenID, wrapped, sealed)
	return c, p.NationalNumber, err
}

const keepAnswer = `
UPDATE exchange_questions SET state = CASE WHEN $2 = '' THEN 'answered' ELSE 'failed' END, problem = nullif($2, ''), sealed = $3, answered_at = $4
WHERE id = $1 AND state = 'open'`

const openBeside = `SELECT count(*) FROM exchange_questions WHERE interaction_id = $1 AND effect = $2 AND state = 'open'`

// KeepAnswer keeps what came of a question; problem is "" of one that was answered. open is how many of its effect are still waited for.
func (s *Store) KeepAnswer(ctx context.Context, q exchange.Question, fees []exchange.Fee, problem string, at time.Time) (open int, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		var sealed []byte
		if len(fees) > 0 {
			key, err := datakeys.Interaction(ctx, tx, s.ring, q.Interaction)
			if err == nil {
				sealed, err = datakeys.SealJSON(key, datakeys.AnswersOf(q.Interaction), fees)
			}
			if err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, keepAnswer, q.ID, problem, sealed, at); err != nil {
			return err
		}
		return tx.QueryRow(ctx, openBeside, q.Interaction, q.Effect).Scan(&open)
	})
	if err != nil {
		return 0, fmt.Errorf("keep answer: %w", err)
	}
	return open, nil
}
