package contacts

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/acd"
	"okno/internal/announcement"
	"okno/internal/contact"
	"okno/internal/dialogue"
)

// A place that is lost in this very transaction is one still.
const placeIn = `
SELECT coalesce(c.priority, 0), coalesce(c.queued_at, now())
FROM queues q LEFT JOIN LATERAL (
    SELECT priority, queued_at FROM contacts
    WHERE interaction_id = $1 AND helps IS NULL AND (state NOT IN ('wrap_up', 'ended') OR ended_at = now() OR released_at = now())
    ORDER BY id DESC LIMIT 1) c ON true
WHERE q.name = $2`

// PlaceIn gives the place that an interaction has in its queue, or one behind everybody if it waits in none. found is false where no queue
// has the name.
func (w Steps) PlaceIn(ctx context.Context, interaction int64, queue string) (p contact.Place, found bool, err error) {
	err = w.tx.QueryRow(ctx, placeIn, interaction, queue).Scan(&p.Priority, &p.QueuedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("find place of interaction %d: %w", interaction, err)
	}
	return p, true, nil
}

// As many go first as package acd would serve first; one who is offered to an agent has not been taken yet.
const standOfWait = `
SELECT now(), coalesce(c.announced_at, '0001-01-01'::timestamptz), coalesce(c.announced_place, 0), 1 + (
    SELECT count(*) FROM contacts o WHERE o.queue = c.queue AND o.state IN ('waiting', 'offered') AND o.helps IS NULL AND (o.due_at IS NULL OR o.due_at <= now())
    AND (-o.priority, o.queued_at, o.id) < (-c.priority, c.queued_at, c.id))
FROM contacts c WHERE c.id = $1`

const takesOfQueue = `
SELECT queued_at, coalesce(accepted_at, connected_at) FROM contacts
WHERE queue = $1 AND connected_at > now() - make_interval(secs => $2) AND helps IS NULL AND channel <> 'outgoing' ORDER BY connected_at DESC LIMIT $3`

// StandOfWait tells how the wait of a contact stands.
func (w Steps) StandOfWait(ctx context.Context, c contact.Contact) (s acd.StandOfWait, err error) {
	if err := w.tx.QueryRow(ctx, standOfWait, c.ID).Scan(&s.Now, &s.ToldAt, &s.ToldPlace, &s.Place); err != nil {
		return s, fmt.Errorf("find place of contact %d: %w", c.ID, err)
	}
	rows, err := w.tx.Query(ctx, takesOfQueue, c.Queue, acd.TakesWithin.Seconds(), acd.MostTakes)
	if err != nil {
		return s, fmt.Errorf("read what queue %s did: %w", c.Queue, err)
	}
	s.Takes, err = pgx.CollectRows(rows, pgx.RowToStructByPos[acd.Take])
	return s, err
}

const noteAnnounced = `UPDATE contacts SET announced_at = now(), announced_place = $2 WHERE id = $1`

// NoteAnnounced keeps that a caller is told how the wait stands.
func (w Steps) NoteAnnounced(ctx context.Context, id int64, place int) error {
	if _, err := w.tx.Exec(ctx, noteAnnounced, id, place); err != nil {
		return fmt.Errorf("note what contact %d was told: %w", id, err)
	}
	return nil
}

// What was on when the call came in was heard then.
const newsOf = `
SELECT a.id, a.texts, a.prefixes FROM announcements a, interactions i
WHERE i.id = $1 AND a.off_at IS NULL AND a.on_at > i.started_at AND a.id > i.heard_announcement ORDER BY a.id DESC`

const heardNews = `UPDATE interactions SET heard_announcement = $2 WHERE id = $1`

// TakeNews gives, once, what was switched on for everybody since whoever waits heard of such a thing, in each language; nil: nothing.
func (w Steps) TakeNews(ctx context.Context, c contact.Contact) (map[dialogue.Language]string, error) {
	rows, err := w.tx.Query(ctx, newsOf, c.Interaction)
	var on []announcement.Announcement
	if err == nil {
		on, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a announcement.Announcement, err error) {
			err = row.Scan(&a.ID, &a.Texts, &a.Prefixes)
			return a, err
		})
	}
	if err == nil && len(on) > 0 {
		_, err = w.tx.Exec(ctx, heardNews, c.Interaction, on[0].ID)
	}
	if err != nil {
		return nil, fmt.Errorf("take news for contact %d: %w", c.ID, err)
	}
	return announcement.For(c.Number, on), nil
}
