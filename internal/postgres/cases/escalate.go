package cases

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/calendar"
	"okno/internal/cases"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
)

const toEscalate = `
SELECT id, kind, coalesce(agency, ''), coalesce(service, ''), CASE WHEN due_by_clock THEN NULL ELSE due_on END FROM cases WHERE clocked AND escalates_at <= $2
ORDER BY escalates_at LIMIT $1 FOR UPDATE SKIP LOCKED`

const (
	addEscalation = `INSERT INTO case_escalations (case_id, began_at, level, did) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	raiseCase     = `UPDATE cases SET priority = priority + 1 WHERE id = $1`
	queueCase     = `UPDATE cases SET queue = $2, assignee = NULL WHERE id = $1 AND EXISTS (SELECT FROM queues WHERE name = $2)`
)

// Escalate does the levels of escalation that are due, of up to so many cases, and gives of how many.
func (s *Store) Escalate(ctx context.Context, set calendar.Set, rules cases.Rules, now time.Time, most int) (n int, err error) {
	err = s.db.Do(ctx, func(tx *postgres.Tx) error {
		found, err := readTimed(ctx, tx, toEscalate, most, now)
		if n = len(found); err != nil || n == 0 {
			return err
		}
		writes := &pgx.Batch{}
		for _, c := range found {
			clock, rule, problem := tell(set, rules, c)
			if problem == nil {
				c.escalate(writes, clock, rule, now)
			}
			c.keep(writes, set, clock, rule, problem)
		}
		if err := tx.SendBatch(ctx, writes).Close(); err != nil {
			return err
		}
		return audit.Record(ctx, tx, "okno", "case.escalate", "cases", map[string]any{"cases": n})
	})
	if err != nil {
		return 0, fmt.Errorf("escalate cases: %w", err)
	}
	return n, nil
}

// escalate queues the levels of a case that are due and that were not done since it was opened.
func (c *timed) escalate(writes *pgx.Batch, clock cases.Clock, rule cases.Rule, now time.Time) {
	for i, at := range clock.Levels {
		if c.done[i] || at.After(now) {
			continue
		}
		c.done[i] = true
		level := rule.Escalate[i]
		did := level.Do
		if level.Do == cases.EscalateQueue {
			did += " " + level.Queue
		}
		writes.Queue(addEscalation, c.id, clock.Began, i, did)
		switch level.Do {
		case cases.EscalateRaise:
			writes.Queue(raiseCase, c.id)
		case cases.EscalateQueue:
			writes.Queue(queueCase, c.id, level.Queue)
		}
	}
}
