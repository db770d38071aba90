package contacts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/news"
	"okno/internal/postgres/audit"
)

// pauseLimit is the limit of the pause that the agent a is on, in seconds; 0: there is none.
const pauseLimit = `coalesce((SELECT seconds FROM pause_limits WHERE role = a.role AND reason = a.status_reason AND a.status = 'paused'), 0)`

const pauseLimits = `SELECT role, reason, seconds FROM pause_limits`

func scanPauses(rows pgx.Rows) (acd.PauseLimits, error) {
	var limits acd.PauseLimits
	var role access.Role
	var reason string
	var seconds int
	_, err := pgx.ForEachRow(rows, []any{&role, &reason, &seconds}, func() error {
		if limits == nil {
			limits = acd.PauseLimits{}
		}
		if limits[role] == nil {
			limits[role] = map[string]time.Duration{}
		}
		limits[role][reason] = time.Duration(seconds) * time.Second
		return nil
	})
	return limits, err
}

func (s *Store) pauseLimits(ctx context.Context) (acd.PauseLimits, error) {
	rows, err := s.db.Query(ctx, pauseLimits)
	if err != nil {
		return nil, err
	}
	return scanPauses(rows)
}

const (
	lockPauseLimits   = `LOCK pause_limits IN SHARE ROW EXCLUSIVE MODE`
	forgetPauseLimits = `DELETE FROM pause_limits WHERE role = ANY ($1)`
	addPauseLimit     = `INSERT INTO pause_limits (role, reason, seconds) VALUES ($1, $2, $3)`
)

// KeepPauseLimits replaces the limits of each role that is there, and says whether that changed anything. The limits were checked.
func (w Steps) KeepPauseLimits(ctx context.Context, limits acd.PauseLimits, by, why string) (changed bool, err error) {
	if len(limits) == 0 {
		return false, nil
	}
	if changed, err = w.keepPauseLimits(ctx, limits); err != nil {
		return false, fmt.Errorf("keep limits of pauses: %w", err)
	}
	if !changed {
		return false, nil
	}
	w.tx.Hint(news.Contacts)
	return true, audit.Record(ctx, w.tx, by, "pause.change", "pauses", map[string]any{"roles": slices.Sorted(maps.Keys(limits)), "why": why})
}

// lockedPauseLimits gives the limits, and keeps others from them.
func (w Steps) lockedPauseLimits(ctx context.Context) (acd.PauseLimits, error) {
	if _, err := w.tx.Exec(ctx, lockPauseLimits); err != nil {
		return nil, err
	}
	rows, err := w.tx.Query(ctx, pauseLimits)
	if err != nil {
		return nil, err
	}
	return scanPauses(rows)
}

func (w Steps) keepPauseLimits(ctx context.Context, limits acd.PauseLimits) (changed bool, err error) {
	kept, err := w.lockedPauseLimits(ctx)
	if err != nil {
		return false, err
	}
	writes := &pgx.Batch{}
	writes.Queue(forgetPauseLimits, slices.Collect(maps.Keys(limits)))
	for role, own := range limits {
		if !maps.Equal(own, kept[role]) {
			changed = true
		}
		for reason, limit := range own {
			writes.Queue(addPauseLimit, role, reason, int(limit/time.Second))
		}
	}
	if !changed {
		return false, nil
	}
	return true, w.tx.SendBatch(ctx, writes).Close()
}
