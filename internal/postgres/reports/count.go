package reports

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/report"
)

const (
	reportMark = `SELECT through, settled FROM report_marks WHERE source = $1`
	keepMark   = `
INSERT INTO report_marks (source, through, settled) VALUES ($1, $2, $3)
ON CONFLICT (source) DO UPDATE SET through = excluded.through, settled = excluded.settled`
)

// ReportMark gives how far a source was counted; of one that never was, the first hour of its ledger, which is now's where the ledger is
// empty.
func (s *Store) ReportMark(ctx context.Context, source report.Source, now time.Time) (m report.Mark, err error) {
	c, err := countingOf(source)
	if err != nil {
		return m, err
	}
	err = s.counting(ctx, func(tx *postgres.Tx) error {
		err := tx.QueryRow(ctx, reportMark, source).Scan(&m.Through, &m.Settled)
		if err != pgx.ErrNoRows {
			return err
		}
		first, err := c.begin(ctx, tx)
		if err == nil && (first.IsZero() || first.After(now)) {
			first = now
		}
		m.Through = first.UTC().Truncate(time.Hour)
		m.Settled = m.Through
		return err
	})
	if err != nil {
		return m, fmt.Errorf("read how far %s is counted: %w", source, err)
	}
	return m, nil
}

// begin is the first moment of the ledger, or zero.
func (c counting) begin(ctx context.Context, tx *postgres.Tx) (first time.Time, err error) {
	sql := c.first
	if c.ids != "" {
		sql = fmt.Sprintf(`SELECT (SELECT %s FROM %s ORDER BY id LIMIT 1)`, c.moment, c.ids)
	}
	var at *time.Time
	if err = tx.QueryRow(ctx, sql).Scan(&at); err == nil && at != nil {
		first = *at
		if c.ids != "" {
			first = first.Add(-c.disorder)
		}
	}
	return first, err
}

const openHours = `SELECT DISTINCT hour FROM report_hours WHERE source = $1 AND hour >= $2 AND open ORDER BY hour`

// OpenHours gives the hours since a moment in which something was under way when they were counted.
func (s *Store) OpenHours(ctx context.Context, source report.Source, since time.Time) (hours []time.Time, err error) {
	rows, err := s.db.Query(ctx, openHours, source, since)
	if err == nil {
		hours, err = pgx.CollectRows(rows, pgx.RowTo[time.Time])
	}
	if err != nil {
		return nil, fmt.Errorf("find open hours of %s: %w", source, err)
	}
	return hours, nil
}

// CountHours counts the hours of a span anew, and keeps the mark with them.
func (s *Store) CountHours(ctx context.Context, source report.Source, span report.Span, after report.Mark) error {
	return s.count(ctx, source, span, &after)
}

// RecountHours is CountHours, and leaves the mark as it is.
func (s *Store) RecountHours(ctx context.Context, source report.Source, span report.Span) error {
	return s.count(ctx, source, span, nil)
}

const (
	// Who counts a source holds the lock until the end: what two count at once is counted by one after the other.
	lockSource  = `SELECT pg_advisory_xact_lock(hashtextextended('report:' || $1, 0))`
	forgetHours = `DELETE FROM report_hours WHERE source = $1 AND hour >= $2 AND hour < $3`
)

func (s *Store) count(ctx context.Context, source report.Source, span report.Span, after *report.Mark) error {
	c, err := countingOf(source)
	if err != nil {
		return err
	}
	err = s.counting(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, lockSource, source); err != nil {
			return err
		}
		args := []any{span.From, span.To}
		if c.ids != "" {
			ids, err := c.bounds(ctx, tx, span)
			if err != nil {
				return err
			}
			args = append(args, ids[0], ids[1])
		}
		if _, err := tx.Exec(ctx, forgetHours, source, span.From, span.To); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, c.insert(), args...); err != nil {
			return err
		}
		if after == nil {
			return nil
		}
		_, err := tx.Exec(ctx, keepMark, source, after.Through, after.Settled)
		return err
	})
	if err != nil {
		return fmt.Errorf("count %s from %s: %w", source, span.From.UTC().Format(time.RFC3339), err)
	}
	return nil
}

// The planner is free, and a day of a large installation takes its time.
const countingSettings = `
SELECT set_config(name, value, true) FROM (VALUES ('statement_timeout', '300s'), ('plan_cache_mode', 'force_custom_plan'), ('enable_seqscan', 'on'),
    ('enable_bitmapscan', 'on'), ('enable_hashjoin', 'on'), ('enable_mergejoin', 'on'), ('enable_material', 'on')) s (name, value)`

func (s *Store) counting(ctx context.Context, fn func(*postgres.Tx) error) error {
	return s.db.Do(ctx, func(tx *postgres.Tx) error {
		if _, err := tx.Exec(ctx, countingSettings); err != nil {
			return err
		}
		return fn(tx)
	})
}
