package evaluations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/contact"
	"okno/internal/evaluation"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/streams"
)

const subjectColumns = `
c.id, c.interaction_id, coalesce((SELECT citizen_id FROM interactions WHERE id = c.interaction_id), 0), c.queue, c.channel, c.connected_at, c.agent_id,
(SELECT name FROM agents WHERE id = c.agent_id)`

// served says of a contact c that it is over, and that an agent was connected with the citizen in it.
const served = `c.state = 'ended' AND c.connected_at IS NOT NULL AND c.agent_id IS NOT NULL AND c.helps IS NULL`

func subjectInto(s *evaluation.Subject) []any {
	return []any{&s.Contact, &s.Interaction, &s.Citizen, &s.Queue, &s.Channel, &s.At, &s.Agent, &s.AgentName}
}

const subject = `SELECT ` + subjectColumns + `, c.ended_at < now() - make_interval(secs => $2) FROM contacts c WHERE c.id = $1 AND ` + served

// ContactToEvaluate gives a contact that is over. [contact.ErrUnknown] of any other.
func (w Steps) ContactToEvaluate(ctx context.Context, id int64) (s evaluation.Subject, err error) {
	if err = w.tx.QueryRow(ctx, subject, id, evaluation.Latest.Seconds()).Scan(append(subjectInto(&s), &s.Late)...); err != nil {
		return s, fmt.Errorf("find contact %d to evaluate: %w", id, postgres.NoRows(err, contact.ErrUnknown))
	}
	return s, nil
}

const (
	evaluations = `
SELECT ` + subjectColumns + `, e.form, e.version, v.title, v.questions, e.by_agent, (SELECT name FROM agents WHERE id = e.by_agent), e.at,
       coalesce(e.score, 0), e.score IS NOT NULL, e.sealed, coalesce(e.replied_at, '0001-01-01'::timestamptz), coalesce(e.agreed, false), e.sealed_reply,
       ` + datakeys.OfInteraction + `e.interaction_id), e.replied_at IS NULL AND e.at > now() - make_interval(secs => $1)
FROM evaluations e JOIN contacts c ON c.id = e.contact_id JOIN evaluation_form_versions v ON v.form = e.form AND v.version = e.version `

	evaluationOf      = evaluations + `WHERE e.contact_id = $2 FOR UPDATE OF e`
	evaluationsOf     = evaluations + `WHERE e.agent_id = $2 ORDER BY e.at DESC LIMIT $3`
	latestEvaluations = evaluations + `ORDER BY e.at DESC LIMIT $2`
)

func (w Steps) read(ctx context.Context, query string, args ...any) ([]evaluation.Evaluation, error) {
	rows, err := w.tx.Query(ctx, query, append([]any{evaluation.Changeable.Seconds()}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("read evaluations: %w", err)
	}
	opener := datakeys.NewOpener(w.ring)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e evaluation.Evaluation, err error) {
		var sealed, reply, wrapped []byte
		err = row.Scan(append(subjectInto(&e.Subject), &e.Form.Name, &e.Form.Version, &e.Form.Title, &e.Form.Questions, &e.By, &e.ByName, &e.At,
			&e.Score, &e.Scored, &sealed, &e.RepliedAt, &e.Reply.Agreed, &reply, &wrapped, &e.Changeable)...)
		if err == nil {
			err = opener.JSON(wrapped, datakeys.EvaluationOf(e.Interaction, e.Contact), sealed, &e.Filled)
		}
		if err == nil {
			err = opener.JSON(wrapped, datakeys.ReplyOf(e.Interaction, e.Contact), reply, &e.Reply)
		}
		return e, err
	})
}

// EvaluationOf gives that of a contact, and keeps others from it. [evaluation.ErrUnknown].
func (w Steps) EvaluationOf(ctx context.Context, id int64) (e evaluation.Evaluation, err error) {
	found, err := w.read(ctx, evaluationOf, id)
	if err == nil && len(found) == 0 {
		err = evaluation.ErrUnknown
	}
	if err != nil {
		return e, err
	}
	return found[0], nil
}

// EvaluationsOfAgent lists those of an agent's work, the newest first.
func (s *Store) EvaluationsOfAgent(ctx context.Context, agent int64, limit int) ([]evaluation.Evaluation, error) {
	return s.list(ctx, evaluationsOf, agent, limit)
}

// LatestEvaluations lists them, the newest first.
func (s *Store) LatestEvaluations(ctx context.Context, limit int) ([]evaluation.Evaluation, error) {
	return s.list(ctx, latestEvaluations, limit)
}

func (s *Store) list(ctx context.Context, query string, args ...any) (found []evaluation.Evaluation, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) (err error) {
		found, err = In(tx, s.ring).read(ctx, query, args...)
		return err
	})
	return found, err
}

const (
	addEvaluation = `
INSERT INTO evaluations (contact_id, interaction_id, agent_id, by_agent, form, version, score, sealed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING`
	changeEvaluation = `UPDATE evaluations SET score = $2, sealed = $3 WHERE contact_id = $1`
)

// AddEvaluation keeps how an agent by evaluates a contact by the form of its queue, and tells whose work it was; what was filled in was checked.
// [evaluation.ErrOther] when somebody was first, [evaluation.ErrErased].
func (w Steps) AddEvaluation(ctx context.Context, by string, e evaluation.Evaluation) error {
	sealed, err := w.seal(ctx, e.Interaction, datakeys.EvaluationOf(e.Interaction, e.Contact), e.Filled)
	if err != nil {
		return err
	}
	tag, err := w.tx.Exec(ctx, addEvaluation, e.Contact, e.Interaction, e.Agent, e.By, e.Form.Name, e.Form.Version, scoreOrNil(e), sealed)
	if err != nil {
		return fmt.Errorf("evaluate contact %d: %w", e.Contact, err)
	}
	if tag.RowsAffected() == 0 {
		return evaluation.ErrOther
	}
	if err := streams.Emit(w.tx, streams.Agent(e.Agent), "evaluated", map[string]any{"contact": e.Contact}); err != nil {
		return err
	}
	return w.journal(ctx, by, "evaluation.add", e, nil)
}

// ChangeEvaluation replaces what was filled in, which was checked. was is as [Steps.EvaluationOf] gave it. [evaluation.ErrErased].
func (w Steps) ChangeEvaluation(ctx context.Context, by string, was, to evaluation.Evaluation) error {
	sealed, err := w.seal(ctx, to.Interaction, datakeys.EvaluationOf(to.Interaction, to.Contact), to.Filled)
	if err == nil {
		_, err = w.tx.Exec(ctx, changeEvaluation, to.Contact, scoreOrNil(to), sealed)
	}
	if err != nil {
		return fmt.Errorf("change evaluation of contact %d: %w", to.Contact, err)
	}
	return w.journal(ctx, by, "evaluation.change", to, map[string]any{"was": scoreOrNil(was)})
}

const reply = `UPDATE evaluations SET replied_at = now(), agreed = $2, sealed_reply = $3 WHERE contact_id = $1`

// ReplyToEvaluation keeps what the agent says, which was checked. e is as [Steps.EvaluationOf] gave it. [evaluation.ErrErased].
func (w Steps) ReplyToEvaluation(ctx context.Context, by string, e evaluation.Evaluation, r evaluation.Reply) error {
	sealed, err := w.seal(ctx, e.Interaction, datakeys.ReplyOf(e.Interaction, e.Contact), r)
	if err == nil {
		_, err = w.tx.Exec(ctx, reply, e.Contact, r.Agreed, sealed)
	}
	if err != nil {
		return fmt.Errorf("reply to evaluation of contact %d: %w", e.Contact, err)
	}
	return w.journal(ctx, by, "evaluation.reply", e, map[string]any{"agreed": r.Agreed})
}

func (w Steps) seal(ctx context.Context, interaction int64, place string, written any) ([]byte, error) {
	key, err := datakeys.Interaction(ctx, w.tx, w.ring, interaction)
	if errors.Is(err, datakeys.ErrDestroyed) {
		return nil, evaluation.ErrErased
	}
	if err != nil {
		return nil, err
	}
	return datakeys.SealJSON(key, place, written)
}

// journal records what was done, and nothing of what was written.
func (w Steps) journal(ctx context.Context, by, action string, e evaluation.Evaluation, more map[string]any) error {
	detail := map[string]any{"agent": e.Agent, "form": e.Form.Name, "version": e.Form.Version, "score": scoreOrNil(e)}
	for name, value := range more {
		detail[name] = value
	}
	return audit.Record(ctx, w.tx, by, action, fmt.Sprintf("contact:%d", e.Contact), detail)
}

func scoreOrNil(e evaluation.Evaluation) *int {
	if !e.Scored {
		return nil
	}
	return &e.Score
}

// What can be evaluated: contacts of the last week that nobody has evaluated, and that are not the work of whoever asks.
const toEvaluate = `
    FROM contacts c JOIN evaluation_queues q ON q.queue = c.queue
    WHERE c.queued_at > now() - make_interval(secs => $2) AND ` + served + ` AND c.agent_id <> $1
      AND NOT EXISTS (SELECT FROM evaluations WHERE contact_id = c.id)
      AND EXISTS (SELECT FROM data_keys WHERE kind = 'i' AND owner_id = c.interaction_id)`

const listToEvaluate = `SELECT ` + subjectColumns + toEvaluate + ` ORDER BY c.queued_at DESC LIMIT $3`

// ToEvaluate lists what can be evaluated, the newest first.
func (s *Store) ToEvaluate(ctx context.Context, asks int64, limit int) ([]evaluation.Subject, error) {
	rows, err := s.db.Query(ctx, listToEvaluate, asks, evaluation.Sampled.Seconds(), limit)
	if err != nil {
		return nil, fmt.Errorf("list contacts to evaluate: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (one evaluation.Subject, err error) {
		return one, row.Scan(subjectInto(&one)...)
	})
}

// The agent of whom the fewest contacts were evaluated of late is next, and then any contact of that agent is: of an agent with many contacts not
// more are drawn than of one with few.
const nextToEvaluate = `
WITH open AS MATERIALIZED (
    SELECT c.id, c.agent_id` + toEvaluate + `
), agent AS (
    SELECT agent_id FROM (SELECT DISTINCT agent_id FROM open) a
    ORDER BY (SELECT count(*) FROM evaluations e WHERE e.agent_id = a.agent_id AND e.at > now() - make_interval(secs => $2)), random() LIMIT 1
)
SELECT id FROM open JOIN agent USING (agent_id) ORDER BY random() LIMIT 1`

// NextToEvaluate draws one of what can be evaluated. False: there is nothing.
func (s *Store) NextToEvaluate(ctx context.Context, asks int64) (id int64, found bool, err error) {
	err = s.db.QueryRow(ctx, nextToEvaluate, asks, evaluation.Sampled.Seconds()).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("draw contact to evaluate: %w", err)
	}
	return id, true, nil
}
