package notifications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"okno/internal/notification"
	"okno/internal/postgres"
)

const listColumns = `l.id, l.public_id::text, l.client, l.state, l.recipients, l.estimate, l.not_before, l.expires_at, l.created_at, l.started_at, l.stopped_at, l.finished_at`

func scanList(row pgx.Row, more ...any) (l notification.List, err error) {
	var estimate []byte
	var before, expires, started, stopped, finished *time.Time
	err = row.Scan(append([]any{&l.ID, &l.PublicID, &l.Client, &l.State, &l.Recipients, &estimate, &before, &expires, &l.CreatedAt, &started, &stopped, &finished}, more...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return l, notification.ErrUnknown
	}
	if err == nil {
		err = json.Unmarshal(estimate, &l.Estimate)
	}
	if err != nil {
		return l, fmt.Errorf("read list of notices: %w", err)
	}
	for at, from := range map[*time.Time]*time.Time{&l.NotBefore: before, &l.ExpiresAt: expires, &l.StartedAt: started, &l.StoppedAt: stopped, &l.FinishedAt: finished} {
		if from != nil {
			*at = *from
		}
	}
	return l, nil
}

const (
	listByID   = `SELECT ` + listColumns + ` FROM notification_lists l WHERE l.id = $1`
	listOf     = `SELECT ` + listColumns + ` FROM notification_lists l WHERE l.public_id = $2::uuid AND l.client = $1`
	lockListOf = listOf + ` FOR UPDATE`
	// Whoever has no number is shown as one whose phone is off.
	countStates = `
SELECT CASE WHEN n.state = 'waiting' AND $2 THEN 'stopped' WHEN n.state = 'waiting' THEN 'queued'
            WHEN n.state = 'unreachable' AND $3::timestamptz <= now() THEN 'failed' WHEN n.state = 'unreachable' THEN 'sent' ELSE n.state END, sum(n.n)::int
FROM (SELECT state, count(*) AS n FROM notifications WHERE list_id = $1 GROUP BY state) n GROUP BY 1`
)

// isID says whether an id from outside is one: no other is looked for.
func isID(publicID string) bool {
	_, err := uuid.Parse(publicID)
	return err == nil && len(publicID) == 36
}

// NotificationListByID gives a list.
func (w Steps) NotificationListByID(ctx context.Context, id int64) (notification.List, error) {
	return scanList(w.tx.QueryRow(ctx, listByID, id))
}

// LockNotificationList gives a list of a client and keeps others from it. [notification.ErrUnknown].
func (w Steps) LockNotificationList(ctx context.Context, client, publicID string) (l notification.List, err error) {
	if !isID(publicID) {
		return l, notification.ErrUnknown
	}
	return scanList(w.tx.QueryRow(ctx, lockListOf, client, publicID))
}

// NotificationList gives a list of a client with the counts of its messages. What the operators say of messages is counted within seconds.
// [notification.ErrUnknown].
func (s *Store) NotificationList(ctx context.Context, client, publicID string) (l notification.List, err error) {
	if !isID(publicID) {
		return l, notification.ErrUnknown
	}
	if l, err = scanList(s.db.QueryRow(ctx, listOf, client, publicID)); err != nil {
		return l, err
	}
	rows, err := s.db.Query(ctx, countStates, l.ID, !l.StoppedAt.IsZero(), postgres.OrNil(l.ExpiresAt))
	if err == nil {
		l.Counts = map[notification.Standing]int{}
		var state notification.Standing
		var n int
		_, err = pgx.ForEachRow(rows, []any{&state, &n}, func() error {
			l.Counts[state] = n
			return nil
		})
	}
	if err != nil {
		return l, fmt.Errorf("count list of notices: %w", err)
	}
	return l, nil
}

// A message that is not final is looked at as it stands now. $1 is the moment.
const oneColumns = `
n.public_id::text, coalesce(l.public_id::text, ''), n.nth,
CASE WHEN n.state = 'waiting' AND l.stopped_at IS NOT NULL THEN 'stopped' WHEN n.state = 'waiting' THEN 'queued'
     WHEN n.state = 'unreachable' AND coalesce(n.expires_at, l.expires_at) <= $1 THEN 'failed' WHEN n.state = 'unreachable' THEN 'sent'
     WHEN n.state IN ('queued', 'sent') THEN o.state ELSE n.state END,
CASE WHEN n.state = 'unreachable' AND coalesce(n.expires_at, l.expires_at) <= $1 THEN 'expired' WHEN n.state IN ('queued', 'sent') THEN o.failure ELSE n.failure END,
n.segments, n.created_at
FROM notifications n LEFT JOIN notification_lists l ON l.id = n.list_id
CROSS JOIN LATERAL (` + outcome + `) o`

const (
	oneByID = `SELECT ` + oneColumns + ` WHERE n.id = $2`
	oneOf   = `SELECT ` + oneColumns + ` WHERE n.public_id = $3::uuid AND n.client = $2`
	pageOf  = `
SELECT ` + oneColumns + ` WHERE n.list_id = $2 AND n.nth > $3 ORDER BY n.nth LIMIT $4`
)

func into(o *notification.One) []any {
	return []any{&o.PublicID, &o.List, &o.Nth, &o.State, &o.Reason, &o.Segments, &o.CreatedAt}
}

func scanOne(row pgx.CollectableRow) (o notification.One, err error) {
	err = row.Scan(into(&o)...)
	return o, err
}

func one(rows pgx.Rows, err error) (o notification.One, _ error) {
	if err == nil {
		o, err = pgx.CollectExactlyOneRow(rows, scanOne)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return o, notification.ErrUnknown
	}
	if err != nil {
		return o, fmt.Errorf("read notice: %w", err)
	}
	return o, nil
}

// NotificationByID gives a message.
func (w Steps) NotificationByID(ctx context.Context, id int64, now time.Time) (notification.One, error) {
	return one(w.tx.Query(ctx, oneByID, now, id))
}

// Notification gives a message of a client as it stands now. [notification.ErrUnknown].
func (s *Store) Notification(ctx context.Context, client, publicID string, now time.Time) (notification.One, error) {
	if !isID(publicID) {
		return notification.One{}, notification.ErrUnknown
	}
	return one(s.db.Query(ctx, oneOf, now, client, publicID))
}

// NotificationsOf gives a page of the messages of a list of a client, those after the nth. [notification.ErrUnknown].
func (s *Store) NotificationsOf(ctx context.Context, client, publicID string, after, most int, now time.Time) ([]notification.One, error) {
	l, err := s.listOf(ctx, client, publicID)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, pageOf, now, l.ID, after, most)
	if err != nil {
		return nil, fmt.Errorf("read notices of list: %w", err)
	}
	return pgx.CollectRows(rows, scanOne)
}

func (s *Store) listOf(ctx context.Context, client, publicID string) (l notification.List, err error) {
	if !isID(publicID) {
		return l, notification.ErrUnknown
	}
	return scanList(s.db.QueryRow(ctx, listOf, client, publicID))
}
