package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/news"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/searchindex"
	"okno/internal/seal"
)

// Columns are what [Scan] reads of the table.
const Columns = `
id, number, kind, state, coalesce(service, ''), coalesce(agency, ''), coalesce(citizen_id, 0), sealed, ` + datakeys.OfCase + `cases.id),
coalesce(due_on, '0001-01-01'::date), opened_at, updated_at,
coalesce((SELECT other_id FROM case_links WHERE kind = 'duplicate' AND case_links.case_id = cases.id), 0),
EXISTS (SELECT FROM case_links WHERE kind = 'duplicate' AND other_id = cases.id), coalesce(client, '')`

// Scan reads a case. cases.ErrUnknown.
func Scan(ring *seal.Ring, row pgx.Row) (cases.Case, error) {
	var c cases.Case
	var sealed, wrapped []byte
	err := row.Scan(&c.ID, &c.Number, &c.Kind, &c.State, &c.Service, &c.Agency, &c.CitizenID, &sealed, &wrapped,
		&c.DueOn, &c.OpenedAt, &c.UpdatedAt, &c.DuplicateOf, &c.Duplicates, &c.Client)
	if err != nil {
		return c, postgres.NoRows(err, cases.ErrUnknown)
	}
	var p private
	err = datakeys.NewOpener(ring).JSON(wrapped, datakeys.CaseOf(c.ID), sealed, &p)
	c.Contact, c.Subject, c.Body = p.Contact, p.Subject, p.Body
	return c, err
}

const caseByNumber = `SELECT ` + Columns + ` FROM cases WHERE number = $1`

// CaseByNumber gives a case. cases.ErrUnknown.
func (w Steps) CaseByNumber(ctx context.Context, number string) (cases.Case, error) {
	c, err := Scan(w.ring, w.tx.QueryRow(ctx, caseByNumber, number))
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return c, fmt.Errorf("find case: %w", err)
	}
	return c, err
}

const nextSerial = `SELECT nextval('case_serials'), nextval(pg_get_serial_sequence('cases', 'id'))`

const openCase = `
INSERT INTO cases (id, number, kind, state, service, agency, citizen_id, contact_index, sealed, due_on, client) OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, 'registered', nullif($4, ''), coalesce(nullif($5, ''), (SELECT v.agency FROM services s
    JOIN service_versions v ON v.service = s.code AND v.version = s.version WHERE s.code = $4)), nullif($6, 0), $7, $8, $9, nullif($10, ''))`

const addMove = `
INSERT INTO case_moves (case_id, from_state, to_state, by, sealed, mt_id) VALUES ($1, nullif($2, ''), $3, $4, $5, nullif($6::bigint, 0))`

// OpenCase registers a case under a new number.
func (w Steps) OpenCase(ctx context.Context, o cases.Opening) (cases.Case, error) {
	c, err := w.openCase(ctx, o)
	if err != nil {
		return c, fmt.Errorf("open case: %w", err)
	}
	return c, audit.Record(ctx, w.tx, o.By, "case.open", "case:"+c.Number, nil)
}

func (w Steps) openCase(ctx context.Context, o cases.Opening) (c cases.Case, err error) {
	var serial, id int64
	if err := w.tx.QueryRow(ctx, nextSerial).Scan(&serial, &id); err != nil {
		return c, err
	}
	number, err := w.numbering.Number(serial)
	if err != nil {
		return c, err
	}
	key, wrapped, err := w.ring.NewDataKey()
	if err != nil {
		return c, err
	}
	sealed, err := sealCase(key, id, private{Contact: o.Contact, Subject: o.Subject, Body: o.Body})
	if err != nil {
		return c, err
	}
	opened, err := sealMove(key, id, reason{Why: "opened"})
	if err != nil {
		return c, err
	}
	var due *time.Time
	if !o.DueOn.IsZero() {
		due = &o.DueOn
	}
	writes := &pgx.Batch{}
	writes.Queue(openCase, id, number, o.Kind, o.Service, o.Agency, o.CitizenID, contactIndex(w.ring, o.Contact), sealed, due, o.Client)
	datakeys.QueueCases(writes, []datakeys.Owned{{ID: id, Wrapped: wrapped}})
	searchindex.QueueCase(writes, w.ring, id, o.Subject, o.Body)
	writes.Queue(addMove, id, "", cases.Registered, o.By, opened, 0)
	if err := w.tx.SendBatch(ctx, writes).Close(); err != nil {
		return c, err
	}
	w.tx.Hint(news.Cases)
	return w.CaseByNumber(ctx, number)
}

const moveCase = `
UPDATE cases SET state = $3, due_on = $4, updated_at = now(), clocked = false, due_by_clock = due_by_clock AND due_on IS NOT DISTINCT FROM $4 WHERE id = $1 AND state = $2
RETURNING ` + Columns

// MoveCase takes a case from the state that the caller has seen to another. cases.ErrMove when there is no such way,
// cases.ErrMoved when somebody else was faster.
func (w Steps) MoveCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error) {
	if !c.State.May(to) {
		return c, cases.ErrMove
	}
	return w.CorrectCase(ctx, c, to, dueOn, by, why)
}

// CorrectCase is MoveCase whatever the state: what was decided before was wrong. cases.ErrMoved.
func (w Steps) CorrectCase(ctx context.Context, c cases.Case, to cases.State, dueOn time.Time, by, why string) (cases.Case, error) {
	var due *time.Time
	if !dueOn.IsZero() {
		due = &dueOn
	}
	moved, err := Scan(w.ring, w.tx.QueryRow(ctx, moveCase, c.ID, c.State, to, due))
	if errors.Is(err, cases.ErrUnknown) {
		return c, cases.ErrMoved
	}
	if err != nil {
		return c, fmt.Errorf("move case: %w", err)
	}
	w.tx.Hint(news.Cases)
	err = w.addMove(ctx, c, to, by, reason{Why: why})
	if err == nil && c.Duplicates {
		err = w.touchDuplicates(ctx, c.ID)
	}
	if err != nil {
		return c, fmt.Errorf("move case: %w", err)
	}
	return moved, audit.Record(ctx, w.tx, by, "case.move", "case:"+c.Number, map[string]any{"from": c.State, "to": to})
}

func (w Steps) addMove(ctx context.Context, c cases.Case, to cases.State, by string, r reason) error {
	key, err := datakeys.Case(ctx, w.tx, w.ring, c.ID)
	if errors.Is(err, datakeys.ErrDestroyed) { // the matter goes on; what is said of whose it was is not kept
		_, err = w.tx.Exec(ctx, addMove, c.ID, c.State, to, by, nil, 0)
		return err
	}
	if err != nil {
		return err
	}
	sealed, err := sealMove(key, c.ID, r)
	if err == nil {
		_, err = w.tx.Exec(ctx, addMove, c.ID, c.State, to, by, sealed, 0)
	}
	return err
}

const caseNumbers = `SELECT number FROM cases WHERE contact_index = ANY ($1) ORDER BY id`

// CaseNumbers lists the cases that were opened on a number.
func (s *Store) CaseNumbers(ctx context.Context, contact string) ([]string, error) {
	rows, err := s.db.Query(ctx, caseNumbers, s.ring.Indexes(seal.TelephoneNumber, contact))
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
