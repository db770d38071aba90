package conversations

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/announcement"
	"okno/internal/fault"
	"okno/internal/postgres/audit"
)

const announcementsOn = `SELECT id, texts, prefixes, on_at, on_by FROM announcements WHERE off_at IS NULL ORDER BY id DESC`

// Announcements gives those that are on, the newest first.
func (w Steps) Announcements(ctx context.Context) ([]announcement.Announcement, error) {
	return collectAnnouncements(w.tx.Query(ctx, announcementsOn))
}

// Announcements gives those that are on, the newest first.
func (s *Store) Announcements(ctx context.Context) ([]announcement.Announcement, error) {
	return collectAnnouncements(s.db.Query(ctx, announcementsOn))
}

func collectAnnouncements(rows pgx.Rows, err error) (on []announcement.Announcement, _ error) {
	if err == nil {
		on, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a announcement.Announcement, err error) {
			err = row.Scan(&a.ID, &a.Texts, &a.Prefixes, &a.OnAt, &a.By)
			return a, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read announcements: %w", err)
	}
	return on, nil
}

const announce = `INSERT INTO announcements (texts, prefixes, on_by) VALUES ($1, coalesce($2, '{}'::text[]), $3) RETURNING id`

// SwitchOn switches an announcement on. by is as in the journal. The errors of [announcement.Announcement.Check].
func (w Steps) SwitchOn(ctx context.Context, a announcement.Announcement, by string) (id int64, err error) {
	if err := a.Check(); err != nil {
		return 0, err
	}
	if err := w.tx.QueryRow(ctx, announce, a.Texts, a.Prefixes, by).Scan(&id); err != nil {
		return 0, fmt.Errorf("announce: %w", err)
	}
	return id, audit.Record(ctx, w.tx, by, "announcement.on", fmt.Sprintf("announcement:%d", id), map[string]any{"texts": a.Texts, "prefixes": a.Prefixes})
}

const endAnnouncement = `UPDATE announcements SET off_at = now(), off_by = $2 WHERE id = $1 AND off_at IS NULL`

var errNotOn error = &fault.Error{Kind: fault.NotFound, Text: "there is no such announcement, or it is off already"}

// EndAnnouncement switches one off.
func (w Steps) EndAnnouncement(ctx context.Context, id int64, by string) error {
	tag, err := w.tx.Exec(ctx, endAnnouncement, id, by)
	if err != nil {
		return fmt.Errorf("end announcement: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errNotOn
	}
	return audit.Record(ctx, w.tx, by, "announcement.off", fmt.Sprintf("announcement:%d", id), nil)
}
