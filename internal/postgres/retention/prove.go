package retention

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/retention"
)

const keepLook = `
INSERT INTO retention_days (day, kind, keeps, looked_at, oldest, overdue)
VALUES (date_trunc('day', $1::timestamptz, 'UTC'), $2, make_interval(secs => $3), $1, $4, $5)
ON CONFLICT (day, kind) DO UPDATE SET looked_at = excluded.looked_at, oldest = excluded.oldest, overdue = excluded.overdue`

// ProveRetention looks at each table that has a rule with a time for rows that should have ended, keeps what it found with the day, and
// writes a line of the journal: what was deleted since the look before, and what is overdue. Each table is looked at in a transaction of its own.
func (s *Store) ProveRetention(ctx context.Context, now time.Time) ([]retention.Proof, error) {
	var proofs []retention.Proof
	overdue := map[string]int64{}
	for _, sweep := range sweeps {
		rule, _ := retention.Of(sweep.table) // a test holds that there is one
		p := retention.Proof{Day: now.UTC().Truncate(24 * time.Hour), Table: sweep.table, Keeps: rule.For, LookedAt: now}
		var oldest *time.Time
		err := s.db.Do(ctx, func(tx *postgres.Tx) error {
			if err := tx.QueryRow(ctx, sweep.look, now.Add(-rule.For-retention.Grace)).Scan(&oldest, &p.Overdue); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, keepLook, now, sweep.table, rule.For.Seconds(), oldest, p.Overdue)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("look at %s: %w", sweep.table, err)
		}
		if oldest != nil {
			p.Oldest = *oldest
		}
		if p.Overdue > 0 {
			overdue[p.Table] = p.Overdue
		}
		proofs = append(proofs, p)
	}
	return proofs, s.journal(ctx, now, overdue)
}

const deletedLately = `
SELECT kind, deleted FROM retention_days WHERE day = date_trunc('day', $1::timestamptz, 'UTC') - interval '1 day' AND deleted > 0`

// journal records what was deleted on the day before, and what is overdue.
func (s *Store) journal(ctx context.Context, now time.Time, overdue map[string]int64) error {
	err := s.db.Do(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, deletedLately, now)
		if err != nil {
			return err
		}
		deleted := map[string]int64{}
		var kind string
		var n int64
		if _, err := pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
			deleted[kind] = n
			return nil
		}); err != nil {
			return err
		}
		day := now.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
		return audit.Record(ctx, tx, "okno", "retention.prove", "day:"+day, map[string]any{"deleted": deleted, "overdue": overdue})
	})
	if err != nil {
		return fmt.Errorf("record retention: %w", err)
	}
	return nil
}

const proofsSince = `
SELECT day, kind, extract(epoch FROM keeps)::float8, deleted, coalesce(looked_at, '0001-01-01'::timestamptz), coalesce(oldest, '0001-01-01'::timestamptz),
       coalesce(overdue, 0)
FROM retention_days WHERE day >= date_trunc('day', $1::timestamptz, 'UTC') ORDER BY day, kind`

// RetentionProofs gives what is known of the rules since a day, the oldest first.
func (s *Store) RetentionProofs(ctx context.Context, since time.Time) ([]retention.Proof, error) {
	rows, err := s.db.Query(ctx, proofsSince, since)
	if err != nil {
		return nil, fmt.Errorf("read proofs of retention: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p retention.Proof, err error) {
		var seconds float64
		err = row.Scan(&p.Day, &p.Table, &seconds, &p.Deleted, &p.LookedAt, &p.Oldest, &p.Overdue)
		p.Keeps = time.Duration(seconds) * time.Second
		return p, err
	})
}
