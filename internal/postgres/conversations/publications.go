package conversations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/fault"
	"okno/internal/news"
	"okno/internal/postgres/audit"
	"okno/internal/publication"
)

const publishedDialogue = `SELECT coalesce(version, '') FROM dialogue_publications ORDER BY id DESC LIMIT 1`

// PublishedDialogue gives the version that new sessions are to begin with; "": none is published.
func (s *Store) PublishedDialogue(ctx context.Context) (string, error) {
	return lastPublished(s.db.QueryRow(ctx, publishedDialogue))
}

func lastPublished(row pgx.Row) (version string, err error) {
	if err = row.Scan(&version); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("read the published dialogue: %w", err)
	}
	return version, nil
}

const publications = `
SELECT coalesce(p.version, ''), coalesce(d.name, ''), coalesce(p.was, ''), p.by, p.why, p.at
FROM dialogue_publications p LEFT JOIN dialogues d USING (version) ORDER BY p.id DESC LIMIT $1`

// Publications lists them, the newest first.
func (s *Store) Publications(ctx context.Context, most int) ([]publication.Publication, error) {
	rows, err := s.db.Query(ctx, publications, most)
	if err != nil {
		return nil, fmt.Errorf("list publications: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[publication.Publication])
}

const (
	lockPublications = `LOCK dialogue_publications IN SHARE ROW EXCLUSIVE MODE` // whoever reads goes on
	addPublication   = `INSERT INTO dialogue_publications (version, was, by, why) VALUES (nullif($1, ''), nullif($2, ''), $3, $4)`
)

var errPublished error = &fault.Error{Kind: fault.Conflict, Text: "somebody else has published a dialogue meanwhile"}

// AddPublication puts p.Version in the place of p.Was. [fault.Conflict] when another is published by now.
func (w Steps) AddPublication(ctx context.Context, p publication.Publication) error {
	if _, err := w.tx.Exec(ctx, lockPublications); err != nil {
		return fmt.Errorf("lock publications: %w", err)
	}
	published, err := lastPublished(w.tx.QueryRow(ctx, publishedDialogue))
	if err != nil {
		return err
	}
	if published != p.Was {
		return errPublished
	}
	if _, err := w.tx.Exec(ctx, addPublication, p.Version, p.Was, p.By, p.Why); err != nil {
		return fmt.Errorf("publish dialogue %s: %w", p.Version, err)
	}
	w.tx.Hint(news.Catalogue)
	action, subject := "dialogue.publish", p.Version
	if p.Version == "" {
		action, subject = "dialogue.withdraw", p.Was
	}
	return audit.Record(ctx, w.tx, p.By, action, "dialogue:"+subject, map[string]any{"why": p.Why, "was": p.Was})
}
