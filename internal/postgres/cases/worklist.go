package cases

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/cases"
	"okno/internal/fault"
	"okno/internal/message"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/messages"
	"okno/internal/seal"
)

const lineColumns = `
SELECT c.id, c.number, c.kind, c.state, coalesce(c.service, ''), coalesce(c.agency, ''), c.priority, coalesce(c.queue, ''),
       coalesce((SELECT login FROM agents WHERE id = c.assignee), ''), c.due_at, c.opened_at
FROM cases c WHERE `

// isOpen is the condition of the indexes of open cases.
const isOpen = `state NOT IN ('closed', 'rejected', 'withdrawn')`

// Each view goes by an index that gives its order. A page goes on behind ($1, $2).
var worklists = map[cases.View]struct{ rows, order string }{
	cases.Mine: {`c.assignee = $3 AND c.id > $2 AND $1::timestamptz IS NOT NULL AND c.` + isOpen, `c.id`},
	cases.Queued: {`c.id IN (SELECT id FROM cases q WHERE q.queue IN (SELECT queue FROM agent_queues WHERE agent_id = $3) AND q.assignee IS NULL
    AND q.` + isOpen + `) AND c.id > $2 AND $1::timestamptz IS NOT NULL`, `c.id`},
	cases.Overdue: {`c.due_at < now() AND (c.due_at, c.id) > ($1, $2) AND $3::bigint IS NOT NULL`, `c.due_at, c.id`},
	cases.DueSoon: {`c.due_at >= now() AND (c.due_at, c.id) > ($1, $2) AND $3::bigint IS NOT NULL`, `c.due_at, c.id`},
	cases.AllOpen: {`c.` + isOpen + ` AND c.id < $2 AND $1::timestamptz IS NOT NULL AND $3::bigint IS NOT NULL`, `c.id DESC`},
}

// narrowed gives the conditions of a filter, with the values that they compare behind those of args. Only what narrows is in the statement, so
// that each combination has a plan of its own.
func narrowed(f cases.Filter, args []any) (string, []any) {
	conditions := ""
	for _, c := range []struct{ of, value string }{
		{` AND c.queue = $%d`, f.Queue}, {` AND c.state = $%d`, string(f.State)}, {` AND c.service = $%d`, f.Service}, {` AND c.agency = $%d`, f.Agency},
		{` AND c.assignee = (SELECT id FROM agents WHERE login = $%d)`, strings.TrimPrefix(f.Assignee, cases.NoOne)},
	} {
		if c.value != "" {
			args = append(args, c.value)
			conditions += fmt.Sprintf(c.of, len(args))
		}
	}
	if f.Assignee == cases.NoOne {
		conditions += ` AND c.assignee IS NULL`
	}
	if f.Overdue {
		conditions += ` AND c.due_at < now()`
	}
	return conditions, args
}

// Worklist gives a page of what a filter lists for an agent. The filter was checked.
func (s *Store) Worklist(ctx context.Context, f cases.Filter, agent int64, after cases.After, most int) (lines []cases.Line, err error) {
	view := worklists[f.View]
	if f.View == cases.AllOpen && after.ID == 0 {
		after.ID = math.MaxInt64
	}
	conditions, args := narrowed(f, []any{after.DueAt, after.ID, agent, most}) // a zero time is before all terms
	rows, err := s.db.Query(ctx, lineColumns+view.rows+conditions+` ORDER BY `+view.order+` LIMIT $4`, args...)
	if err == nil {
		lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l cases.Line, err error) {
			var due *time.Time
			err = row.Scan(&l.ID, &l.Number, &l.Kind, &l.State, &l.Service, &l.Agency, &l.Priority, &l.Queue, &l.Assignee, &due, &l.OpenedAt)
			if due != nil {
				l.DueAt = *due
			}
			return l, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list cases: %w", err)
	}
	return lines, nil
}

const (
	assignedCase = `
SELECT ` + Columns + `, coalesce(assignee, 0), coalesce(queue, ''), priority, due_at FROM cases WHERE number = $1`
	lockCase = assignedCase + ` FOR UPDATE`
)

// AssignedCase gives a case with whose it is to work on. cases.ErrUnknown.
func (w Steps) AssignedCase(ctx context.Context, number string) (cases.Assigned, error) {
	return w.assigned(ctx, assignedCase, number)
}

// CaseToWork is [Steps.AssignedCase] that keeps others from the case until the transaction ends.
func (w Steps) CaseToWork(ctx context.Context, number string) (cases.Assigned, error) {
	return w.assigned(ctx, lockCase, number)
}

func (w Steps) assigned(ctx context.Context, statement, number string) (work cases.Assigned, err error) {
	row := w.tx.QueryRow(ctx, statement, number)
	var due *time.Time
	work.Case, err = Scan(w.ring, scanning(func(into ...any) error {
		return row.Scan(append(into, &work.Agent, &work.Queue, &work.Priority, &due)...)
	}))
	if due != nil {
		work.DueAt = *due
	}
	if err != nil && !errors.Is(err, cases.ErrUnknown) {
		return work, fmt.Errorf("find case: %w", err)
	}
	return work, err
}

// scanning is a row that reads more than it is asked for.
type scanning func(into ...any) error

// Scan reads the row.
func (s scanning) Scan(into ...any) error { return s(into...) }

const assignCase = `UPDATE cases SET assignee = nullif($2::bigint, 0), queue = coalesce(nullif($3, ''), queue), updated_at = now() WHERE id = $1`

const knownQueue = `SELECT EXISTS (SELECT FROM queues WHERE name = $1)`

var errNoQueue error = &fault.Error{Kind: fault.Invalid, Field: "queue", Text: "there is no such queue"}

// AssignCase gives a case to an agent, or to a queue and to nobody. It stands in the case's history.
func (w Steps) AssignCase(ctx context.Context, c cases.Case, to cases.Assignment, by string) error {
	if to.Queue != "" {
		var known bool
		if err := w.tx.QueryRow(ctx, knownQueue, to.Queue).Scan(&known); err != nil {
			return fmt.Errorf("assign case: %w", err)
		}
		if !known {
			return errNoQueue
		}
	}
	if _, err := w.tx.Exec(ctx, assignCase, c.ID, to.Agent, to.Queue); err != nil {
		return fmt.Errorf("assign case: %w", err)
	}
	whom := to.Login
	if whom == "" {
		whom = to.Queue
	}
	if err := w.addMove(ctx, c, c.State, by, reason{Why: "→ " + whom}); err != nil {
		return fmt.Errorf("assign case: %w", err)
	}
	return audit.Record(ctx, w.tx, by, "case.assign", "case:"+c.Number, map[string]any{"to": whom})
}

var movesOf = `
SELECT m.id, m.case_id, coalesce(m.from_state, ''), m.to_state, m.at, m.by,
       coalesce((SELECT name FROM agents WHERE id = CASE WHEN m.by LIKE 'agent:%' THEN substr(m.by, 7)::bigint END), ''),
       m.sealed, ` + datakeys.OfCase + `m.case_id), coalesce(` + messages.Delivery("m.mt_id") + `, '')
FROM unnest($1::bigint[]) c (id) CROSS JOIN LATERAL (
    SELECT * FROM case_moves WHERE case_id = c.id ORDER BY id DESC LIMIT 200) m
ORDER BY m.id`

// CaseMoves gives the history of a case, the oldest first.
func (w Steps) CaseMoves(ctx context.Context, id int64) ([]cases.Move, error) {
	return Moves(ctx, w.tx, w.ring, id)
}

// Moves gives the histories of cases, the oldest move first: of each case the last 200.
func Moves(ctx context.Context, tx *postgres.Tx, ring *seal.Ring, ids ...int64) (moves []cases.Move, err error) {
	rows, err := tx.Query(ctx, movesOf, ids)
	if err == nil {
		opener := datakeys.NewOpener(ring)
		moves, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m cases.Move, err error) {
			var sealed, wrapped []byte
			if err = row.Scan(&m.ID, &m.Case, &m.From, &m.To, &m.At, &m.By, &m.Name, &sealed, &wrapped, &m.Delivery); err != nil {
				return m, err
			}
			var r reason
			err = opener.JSON(wrapped, datakeys.MovesOf(m.Case), sealed, &r)
			m.Why, m.Told = r.Why, r.Told
			return m, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read history of cases: %w", err)
	}
	return moves, nil
}

const mostDeliveries = 50 // so many of the last are told: older ones have come to their end

var deliveriesOfMoves = `
SELECT m.id, coalesce(` + messages.Delivery("m.mt_id") + `, '') FROM case_moves m
WHERE m.case_id = ANY ($1) AND m.mt_id IS NOT NULL ORDER BY m.id DESC LIMIT $2`

// Deliveries gives what became of the messages by which citizens were told of steps of cases, by the ids of the moves.
func Deliveries(ctx context.Context, tx *postgres.Tx, ids ...int64) (map[int64]message.Delivery, error) {
	found := map[int64]message.Delivery{}
	rows, err := tx.Query(ctx, deliveriesOfMoves, ids, mostDeliveries)
	if err == nil {
		var move int64
		var d message.Delivery
		_, err = pgx.ForEachRow(rows, []any{&move, &d}, func() error {
			found[move] = d
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read deliveries of steps of cases: %w", err)
	}
	return found, nil
}

// CaseDeliveries gives what became of the messages by which the citizen was told of a case, by the ids of its moves.
func (w Steps) CaseDeliveries(ctx context.Context, id int64) (map[int64]message.Delivery, error) {
	return Deliveries(ctx, w.tx, id)
}

// JournalView journals that somebody looked at a case, and why.
func (w Steps) JournalView(ctx context.Context, c cases.Case, by, reason string) error {
	detail := map[string]any{"citizen": c.CitizenID}
	if reason != "" {
		detail["reason"] = reason
	}
	return audit.Record(ctx, w.tx, by, "case.view", "case:"+c.Number, detail)
}

const (
	lastMove = `SELECT id, sealed FROM case_moves WHERE case_id = $1 ORDER BY id DESC LIMIT 1`
	noteTold = `UPDATE case_moves SET sealed = $2, mt_id = nullif($3::bigint, 0) WHERE id = $1`
)

// NoteTold keeps with the last move of a case what the citizen was told of it.
func (w Steps) NoteTold(ctx context.Context, c cases.Case, told cases.Told) error {
	if told.Text == "" {
		return nil
	}
	if err := w.noteTold(ctx, c.ID, told); err != nil && !errors.Is(err, datakeys.ErrDestroyed) {
		return fmt.Errorf("note what was told: %w", err)
	}
	return nil
}

func (w Steps) noteTold(ctx context.Context, id int64, told cases.Told) error {
	key, err := datakeys.Case(ctx, w.tx, w.ring, id)
	if err != nil {
		return err
	}
	var move int64
	var sealed []byte
	if err := w.tx.QueryRow(ctx, lastMove, id).Scan(&move, &sealed); err != nil {
		return err
	}
	var r reason
	if err := datakeys.OpenJSON(key, datakeys.MovesOf(id), sealed, &r); err != nil {
		return err
	}
	r.Told = told.Text
	if sealed, err = sealMove(key, id, r); err == nil {
		_, err = w.tx.Exec(ctx, noteTold, move, sealed, told.MT)
	}
	return err
}
