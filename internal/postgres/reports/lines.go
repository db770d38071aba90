package reports

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/report"
)

// column is how a dimension is read.
func column(d report.Dimension) string {
	switch d {
	case report.Day:
		return `to_char(hour AT TIME ZONE zone, 'YYYY-MM-DD')`
	case report.Hour:
		return `to_char(hour AT TIME ZONE zone, 'HH24')`
	}
	return string(d)
}

// ReportLines gives the counts that a query asks for, folded by its keys. Names of counts and dimensions are those of package report, and no
// one else's.
func (s *Store) ReportLines(ctx context.Context, q report.Query) (lines []report.Line, err error) {
	keys, counts, span := q.By.Keys(), q.Report.Counts(), q.Span()
	var columns, folds []string
	for _, key := range keys {
		columns = append(columns, column(key))
	}
	for _, c := range counts {
		fold := "sum"
		if c.Max {
			fold = "max"
		}
		folds = append(folds, fmt.Sprintf("coalesce(%s((counts->>'%s')::bigint), 0)::bigint", fold, c.Name))
	}
	by := strings.Join(columns, ", ")
	args := []any{q.Report.Sources, span.From, span.To, q.Zone.String()}
	only := ""
	for d, value := range q.Only {
		args = append(args, value)
		only += fmt.Sprintf(" AND %s = $%d", column(d), len(args))
	}
	sql := fmt.Sprintf(`SELECT %s, %s FROM report_hours, (VALUES ($4::text)) z (zone)
WHERE source = ANY ($1) AND hour >= $2 AND hour < $3 AND counts <> '{}'%s GROUP BY %s`,
		by, strings.Join(folds, ", "), only, by)
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l report.Line, err error) {
			l = report.Line{Key: make([]string, len(keys)), Counts: report.Counts{}}
			values := make([]int64, len(counts))
			var into []any
			for i := range l.Key {
				into = append(into, &l.Key[i])
			}
			for i := range values {
				into = append(into, &values[i])
			}
			err = row.Scan(into...)
			for i, c := range counts {
				if values[i] != 0 {
					l.Counts[c.Name] = values[i]
				}
			}
			return l, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	return lines, nil
}

const countedThrough = `
SELECT CASE WHEN count(*) = cardinality($1::text[]) THEN min(through) END FROM report_marks WHERE source = ANY ($1)`

// CountedThrough gives the moment before which all of some sources were counted; zero: not all were.
func (s *Store) CountedThrough(ctx context.Context, sources []report.Source) (time.Time, error) {
	var at *time.Time
	err := s.db.Read(ctx, func(tx *postgres.Tx) error { return tx.QueryRow(ctx, countedThrough, sources).Scan(&at) })
	if err != nil || at == nil {
		return time.Time{}, err
	}
	return *at, nil
}

const dialogueVersions = `SELECT version, name, created_at FROM dialogues WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at, version`

// DialogueVersions gives the versions that were first used in a span.
func (s *Store) DialogueVersions(ctx context.Context, span report.Span) (all []report.Version, err error) {
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, dialogueVersions, span.From, span.To)
		if err == nil {
			all, err = pgx.CollectRows(rows, pgx.RowToStructByPos[report.Version])
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read versions of the dialogue: %w", err)
	}
	return all, nil
}
