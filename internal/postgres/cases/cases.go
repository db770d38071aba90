package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

// Columns are what [Scan] reads of the table.
const Columns = `
id, number, kind, state, coalesce(service, ''), coalesce(agency, ''), coalesce(citizen_id, 0), contact, subject,
coalesce(due_on, '0001-01-01'::date), opened_at, updated_at`

// Scan reads a case. cases.ErrUnknown.
func Scan(row pgx.Row) (cases.Case, error) {
	var c cases.Case
	err := row.Scan(&c.ID, &c.Number, &c.Kind, &c.State, &c.Service, &c.Agency, &c.CitizenID, &c.Contact, &c.Subject,
		&c.DueOn, &c.OpenedAt, &c.UpdatedAt)
	return c, postgres.NoRows(err, cases.ErrUnknown)
}

const caseByNumber = `SELECT ` + Columns + ` FROM cases WHERE number = $1`

// CaseByNumber gives a case. cases.ErrUnknown.
func (w Steps) CaseByNumber(ctx context.Context, number string) (cases.Case, error) {
	c, err := Scan(w.tx.QueryRow(ctx, caseByNumber, number))
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, fmt.Errorf("find case: %w", err)
	}
	return c, err
}

const nextSerial = `SELECT nextval('case_serials')`

const openCase = `
INSERT INTO cases (number, kind, state, service, agency, citizen_id, contact, subject, due_on)
VALUES ($1, $2, 'registered', nullif($3, ''), nullif($4, ''), nullif($5, 0), $6, $7, $8)
RETURNING ` + Columns

const addMove = `
INSERT INTO case_moves (case_id, from_state, to_state, by, why, told) VALUES ($1, nullif($2, ''), $3, $4, $5, $6)`

// OpenCase registers a case under a new number.
func (w Steps) OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error) {
	var serial int64
	if err := w.tx.QueryRow(ctx, nextSerial).Scan(&serial); err != nil {
		return cases.Case{}, fmt.Errorf("number case: %w", err)
	}
	number, err := w.numbering.Number(serial)
	if err != nil {
		return cases.Case{}, err
	}
	var due *time.Time
	if !o.DueOn.IsZero() {
		due = &o.DueOn
	}
	c, err := Scan(w.tx.QueryRow(ctx, openCase, number, o.Kind, o.Service, o.Agency, o.CitizenID, o.Contact, o.Subject, due))
	if err != nil {
		return c, fmt.Errorf("open case: %w", err)
	}
	if _, err := w.tx.Exec(ctx, addMove, c.ID, "", c.State, o.By, "opened", ""); err != nil {
		return c, fmt.Errorf("open case: %w", err)
	}
	return c, audit.Record(ctx, w.tx, o.By, "case.open", "case:"+c.Number, nil)
}

const openCallback = `
SELECT number FROM cases WHERE contact = $1 AND kind = 'callback' AND state NOT IN ('closed', 'rejected', 'withdrawn')
ORDER BY opened_at DESC LIMIT 1`

// OpenCallback gives the callback that is open for a number.
func (w Steps) OpenCallback(ctx context.Context, contact string) (number string, found bool, err error) {
	err = w.tx.QueryRow(ctx, openCallback, contact).Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("find callback: %w", err)
	}
	return number, true, nil
}

const moveCase = `
UPDATE cases SET state = $3, due_on = $4, updated_at = now() WHERE id = $1 AND state = $2
RETURNING ` + Columns

// MoveCase takes a case from the state that the caller has seen to another. cases.ErrMove when there is no such way,
// cases.ErrMoved when somebody else was faster.
func (w Steps) MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why, told string) (cases.Case, error) {
	if !c.State.May(to) {
		return c, cases.ErrMove
	}
	var due *time.Time
	if !dueOn.IsZero() {
		due = &dueOn
	}
	moved, err := Scan(w.tx.QueryRow(ctx, moveCase, c.ID, c.State, to, due))
	if errors.Is(err, cases.ErrUnknown) {
		return c, cases.ErrMoved
	}
	if err != nil {
		return c, fmt.Errorf("move case: %w", err)
	}
	if _, err := w.tx.Exec(ctx, addMove, c.ID, c.State, to, by, why, told); err != nil {
		return c, fmt.Errorf("move case: %w", err)
	}
	return moved, audit.Record(ctx, w.tx, by, "case.move", "case:"+c.Number, map[string]any{"from": c.State, "to": to})
}

const caseNumbers = `SELECT number FROM cases WHERE contact = $1 ORDER BY id`

// CaseNumbers lists the cases that were opened on a number.
func (s *Store) CaseNumbers(ctx context.Context, contact string) ([]string, error) {
	rows, err := s.db.Query(ctx, caseNumbers, contact)
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
