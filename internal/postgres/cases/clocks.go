package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/fault"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const newestRules = `SELECT definition FROM case_rules ORDER BY version DESC LIMIT 1`

// RuleFile gives the rules as they were imported; none if nobody has imported any.
func (s *Store) RuleFile(ctx context.Context) (f cases.RuleFile, err error) {
	var raw []byte
	err = s.db.QueryRow(ctx, newestRules).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return f, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		return f, fmt.Errorf("read rules of cases: %w", err)
	}
	return f, nil
}

const (
	lockRules = `LOCK case_rules IN SHARE ROW EXCLUSIVE MODE`
	addRules  = `INSERT INTO case_rules (version, by, why, definition) SELECT coalesce(max(version), 0) + 1, $1, $2, $3 FROM case_rules`
)

// KeepRules keeps new rules, and says whether they are others than before. The terms of open cases are counted anew by [Store.Reclock].
func (w Steps) KeepRules(ctx context.Context, f cases.RuleFile, by, why string) (changed bool, err error) {
	definition, err := json.Marshal(f)
	if err != nil {
		return false, err
	}
	if err := w.checkQueues(ctx, f.Queues()); err != nil {
		return false, err
	}
	var before []byte
	if _, err = w.tx.Exec(ctx, lockRules); err == nil {
		err = w.tx.QueryRow(ctx, newestRules).Scan(&before)
	}
	if err == nil {
		var kept cases.RuleFile
		if err = json.Unmarshal(before, &kept); err == nil {
			before, err = json.Marshal(kept)
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	if err == nil && string(before) == string(definition) {
		return false, nil
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, addRules, by, why, definition)
	}
	if err != nil {
		return false, fmt.Errorf("keep rules of cases: %w", err)
	}
	return true, audit.Record(ctx, w.tx, by, "case.rules", "cases", map[string]any{"why": why})
}

const unknownQueues = `SELECT name FROM unnest($1::text[]) n (name) WHERE NOT EXISTS (SELECT FROM queues WHERE queues.name = n.name) LIMIT 1`

// checkQueues gives an error of kind invalid for a queue that there is not.
func (w Steps) checkQueues(ctx context.Context, names []string) error {
	var unknown string
	err := w.tx.QueryRow(ctx, unknownQueues, names).Scan(&unknown)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil
	case err != nil:
		return fmt.Errorf("keep rules of cases: %w", err)
	}
	return &fault.Error{Kind: fault.Invalid, Field: "queue", Text: fmt.Sprintf("there is no queue %q", unknown)}
}

const reclock = `
WITH page AS (SELECT id, state FROM cases WHERE id > $1 ORDER BY id LIMIT $2),
     open AS (SELECT id FROM page WHERE state NOT IN ('ready', 'closed', 'rejected', 'withdrawn')),
     stale AS (UPDATE cases SET clocked = false WHERE id IN (SELECT id FROM open) AND clocked RETURNING 1)
SELECT (SELECT count(*) FROM stale), coalesce(max(id), 0), count(*) FROM page`

// Reclock has the times of all open cases counted anew, because a calendar or a rule has changed. It gives how many there are.
func (s *Store) Reclock(ctx context.Context) (all int, err error) {
	for last, more := int64(0), true; more; {
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			var stale, read int
			err := tx.QueryRow(ctx, reclock, last, postgres.BatchOf).Scan(&stale, &last, &read)
			all, more = all+stale, read == postgres.BatchOf
			return err
		})
		if err != nil {
			return all, fmt.Errorf("count terms anew: %w", err)
		}
	}
	return all, nil
}

const unclocked = `
SELECT id, kind, coalesce(agency, ''), coalesce(service, ''), CASE WHEN due_by_clock THEN NULL ELSE due_on END FROM cases WHERE NOT clocked
ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED`

const stepsOf = `SELECT case_id, coalesce(from_state, ''), to_state, at, by FROM case_moves WHERE case_id = ANY ($1) ORDER BY case_id, id`

const keepClock = `
UPDATE cases SET clocked = true, began_at = $2, responded_at = $3, first_due_at = $4, due_at = $5, escalates_at = $6, clock_problem = $7,
    due_by_clock = $8, due_on = CASE WHEN $8 THEN $9 ELSE due_on END, queue = coalesce(queue, (SELECT name FROM queues WHERE name = $10))
WHERE id = $1`

const escalated = `SELECT case_id, began_at, level FROM case_escalations WHERE case_id = ANY ($1)`

// timed is a case whose times are counted.
type timed struct {
	id              int64
	kind            cases.Kind
	agency, service string
	promised        time.Time // the day that somebody has said; zero: nobody has
	steps           []cases.Step
	done            map[int]bool // levels, since the last opening
	doneAt          map[int]time.Time
}

// KeepClocks counts the times of up to so many cases that changed, and gives how many there were.
func (s *Store) KeepClocks(ctx context.Context, set calendar.Set, rules cases.Rules, most int) (n int, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		found, err := readTimed(ctx, tx, unclocked, most)
		if n = len(found); err != nil || n == 0 {
			return err
		}
		writes := &pgx.Batch{}
		for _, c := range found {
			clock, rule, problem := tell(set, rules, c)
			c.keep(writes, set, clock, rule, problem)
		}
		return tx.SendBatch(ctx, writes).Close()
	})
	if err != nil {
		return 0, fmt.Errorf("keep clocks of cases: %w", err)
	}
	return n, nil
}

func readTimed(ctx context.Context, tx *postgres.Tx, which string, args ...any) ([]*timed, error) {
	rows, err := tx.Query(ctx, which, args...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*timed, error) {
		c := &timed{doneAt: map[int]time.Time{}}
		var promised *time.Time
		err := row.Scan(&c.id, &c.kind, &c.agency, &c.service, &promised)
		if promised != nil {
			c.promised = *promised
		}
		return c, err
	})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	byID, ids := map[int64]*timed{}, postgres.Column(found, func(c *timed) int64 { return c.id })
	for _, c := range found {
		byID[c.id] = c
	}
	reads := &pgx.Batch{}
	reads.Queue(stepsOf, ids).Query(func(rows pgx.Rows) error {
		var id int64
		var s cases.Step
		_, err := pgx.ForEachRow(rows, []any{&id, &s.From, &s.To, &s.At, &s.By}, func() error {
			byID[id].steps = append(byID[id].steps, s)
			return nil
		})
		return err
	})
	reads.Queue(escalated, ids).Query(func(rows pgx.Rows) error {
		var id int64
		var began time.Time
		var level int
		_, err := pgx.ForEachRow(rows, []any{&id, &began, &level}, func() error {
			if began.After(byID[id].doneAt[level]) {
				byID[id].doneAt[level] = began
			}
			return nil
		})
		return err
	})
	return found, tx.SendBatch(ctx, reads).Close()
}

// tell counts the times of a case. problem says why nobody can.
func tell(set calendar.Set, rules cases.Rules, c *timed) (clock cases.Clock, rule cases.Rule, problem error) {
	rule, found := rules.For(c.kind, c.agency, c.service)
	days, ok := set.Of(c.agency)
	if found && !ok {
		return clock, rule, errors.New("there is no calendar")
	}
	clock, problem = rule.Tell(days, c.steps, c.promised)
	c.done = map[int]bool{}
	for level, began := range c.doneAt {
		c.done[level] = began.Equal(clock.Began.Truncate(time.Microsecond))
	}
	return clock, rule, problem
}

// keep queues what a case's times are.
func (c *timed) keep(writes *pgx.Batch, set calendar.Set, clock cases.Clock, rule cases.Rule, problem error) {
	var why *string
	if problem != nil {
		text := problem.Error()
		why, clock.Due, clock.FirstDue, clock.Levels = &text, time.Time{}, time.Time{}, nil
	}
	var next time.Time
	for level, at := range clock.Levels {
		if !c.done[level] && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	ours := c.promised.IsZero() && !rule.Resolution.IsZero()
	var day *time.Time
	if days, ok := set.Of(c.agency); ok && !clock.Due.IsZero() {
		d := calendar.DateOf(clock.Due.In(days.Zone))
		at := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
		day = &at
	}
	writes.Queue(keepClock, c.id, moment(clock.Began), moment(clock.Responded), moment(clock.FirstDue), moment(clock.Due), moment(next), why, ours, day, rule.Queue)
}

// moment is NULL of a time that is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

const clockProblems = `SELECT count(*) FROM cases WHERE clock_problem IS NOT NULL AND state NOT IN ('ready', 'closed', 'rejected', 'withdrawn')`

const overdueCases = `SELECT coalesce(agency, ''), count(*) FROM cases WHERE due_at < $1 GROUP BY 1`

// Overdue gives how many cases are past their term, by agency, and of how many nobody can tell.
func (s *Store) Overdue(ctx context.Context, now time.Time) (byAgency map[string]int, unknown int, err error) {
	byAgency = map[string]int{}
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		if err := tx.QueryRow(ctx, clockProblems).Scan(&unknown); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, overdueCases, now)
		if err != nil {
			return err
		}
		var agency string
		var n int
		_, err = pgx.ForEachRow(rows, []any{&agency, &n}, func() error {
			byAgency[agency] = n
			return nil
		})
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count cases past their term: %w", err)
	}
	return byAgency, unknown, nil
}
