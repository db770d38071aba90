package reports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/report"
)

// Quarters counts a span's contacts anew from the ledger, by queue and quarter of an hour, in the order of time: as the reports count them, and
// as of now. Quarters without a contact are left out.
func (s *Store) Quarters(ctx context.Context, span report.Span, q report.Quarters) (found []report.Quarter, err error) {
	contacts, err := countingOf(report.Contacts)
	if err != nil {
		return nil, err
	}
	var names, columns []string
	for _, c := range contacts.counts {
		if slices.Contains(q.Counts, c.name) {
			names, columns = append(names, c.name), append(columns, "coalesce("+c.sql+", 0)::bigint")
		}
	}
	sql := fmt.Sprintf(`SELECT queue, date_bin('15 minutes', %s, $1), %s %s AND ($3 = '' OR queue = $3) AND ($4 = '' OR channel = $4)
GROUP BY 1, 2 ORDER BY 2, 1`, contacts.moment, strings.Join(columns, ", "), contacts.rows)
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, sql, span.From, span.To, q.Queue, q.Channel)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (report.Quarter, error) {
			found := report.Quarter{Counts: report.Counts{}}
			values := make([]int64, len(names))
			into := []any{&found.Queue, &found.Begin}
			for i := range values {
				into = append(into, &values[i])
			}
			err := row.Scan(into...)
			for i, name := range names {
				found.Counts[name] = values[i]
			}
			return found, err
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count quarters of an hour since %s: %w", span.From.Format(time.RFC3339), err)
	}
	return found, nil
}
