package evaluations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/evaluation"
	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const forms = `
SELECT f.name, v.version, v.title, v.questions, ARRAY (SELECT queue FROM evaluation_queues WHERE form = f.name ORDER BY queue), f.ended_at IS NOT NULL
FROM evaluation_forms f JOIN evaluation_form_versions v ON v.form = f.name AND v.version = f.version ORDER BY f.ended_at IS NOT NULL, f.name`

// EvaluationForms lists all forms in their newest versions, those that have ended at the end.
func (s *Store) EvaluationForms(ctx context.Context) ([]evaluation.Form, error) {
	rows, err := s.db.Query(ctx, forms)
	if err != nil {
		return nil, fmt.Errorf("list evaluation forms: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[evaluation.Form])
}

const formOfQueue = `
SELECT f.name, v.version, v.title, v.questions FROM evaluation_queues q
JOIN evaluation_forms f ON f.name = q.form JOIN evaluation_form_versions v ON v.form = f.name AND v.version = f.version WHERE q.queue = $1`

// FormOfQueue gives the form by which contacts of a queue are evaluated now. [evaluation.ErrNoForm].
func (w Steps) FormOfQueue(ctx context.Context, queue string) (f evaluation.Form, err error) {
	if err = w.tx.QueryRow(ctx, formOfQueue, queue).Scan(&f.Name, &f.Version, &f.Title, &f.Questions); err != nil {
		return f, fmt.Errorf("find evaluation form of queue %s: %w", queue, postgres.NoRows(err, evaluation.ErrNoForm))
	}
	return f, nil
}

const (
	addForm    = `INSERT INTO evaluation_forms (name) VALUES ($1) ON CONFLICT DO NOTHING RETURNING version`
	changeForm = `UPDATE evaluation_forms SET version = version + 1 WHERE name = $1 AND version = $2 AND ended_at IS NULL RETURNING version`
	addVersion = `INSERT INTO evaluation_form_versions (form, version, title, questions) VALUES ($1, $2, $3, $4)`
	dropQueues = `DELETE FROM evaluation_queues WHERE form = $1`
	addQueues  = `
INSERT INTO evaluation_queues (queue, form) SELECT name, $1 FROM queues WHERE name = ANY ($2) ORDER BY name ON CONFLICT DO NOTHING`
)

var (
	errFormChanged error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has changed or ended this form meanwhile, or there is one of this name"}
	errQueueTaken  error = &fault.Error{Kind: fault.Invalid, Field: "queues", Text: "one of the queues has another form, or is not there"}
)

// SaveEvaluationForm adds a form of version 0, or a version to the one that was seen. by is as in the journal. The errors of
// [evaluation.Form.Check].
func (w Steps) SaveEvaluationForm(ctx context.Context, f evaluation.Form, by string) error {
	if err := f.Check(); err != nil {
		return err
	}
	query, args := addForm, []any{f.Name}
	if f.Version != 0 {
		query, args = changeForm, append(args, f.Version)
	}
	if err := w.tx.QueryRow(ctx, query, args...).Scan(&f.Version); err != nil {
		return postgres.NoRows(err, errFormChanged)
	}
	_, err := w.tx.Exec(ctx, addVersion, f.Name, f.Version, f.Title, f.Questions)
	if err == nil {
		_, err = w.tx.Exec(ctx, dropQueues, f.Name)
	}
	if err != nil {
		return fmt.Errorf("save evaluation form %s: %w", f.Name, err)
	}
	tag, err := w.tx.Exec(ctx, addQueues, f.Name, f.Queues)
	if err != nil {
		return fmt.Errorf("save queues of evaluation form %s: %w", f.Name, err)
	}
	if tag.RowsAffected() != int64(len(f.Queues)) {
		return errQueueTaken
	}
	return audit.Record(ctx, w.tx, by, "evaluation_form.save", "evaluation_form:"+f.Name,
		map[string]any{"version": f.Version, "title": f.Title, "questions": f.Questions, "queues": f.Queues})
}

const endForm = `UPDATE evaluation_forms SET ended_at = now() WHERE name = $1 AND version = $2 AND ended_at IS NULL RETURNING version`

// EndEvaluationForm ends the version of a form that was seen: no queue has it any more, and what was evaluated by it stays.
func (w Steps) EndEvaluationForm(ctx context.Context, name string, version int64, by string) error {
	err := w.tx.QueryRow(ctx, endForm, name, version).Scan(&version)
	if errors.Is(err, pgx.ErrNoRows) {
		return errFormChanged
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, dropQueues, name)
	}
	if err != nil {
		return fmt.Errorf("end evaluation form %s: %w", name, err)
	}
	return audit.Record(ctx, w.tx, by, "evaluation_form.end", "evaluation_form:"+name, map[string]any{"version": version})
}
