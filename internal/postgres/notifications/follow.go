package notifications

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/notification"
)

const (
	toFollow = `SELECT id, client, coalesce(expires_at, created_at) FROM notifications WHERE follow_at <= $1 ORDER BY follow_at LIMIT $2 FOR UPDATE SKIP LOCKED`
	standing = `SELECT n.id, ` + oneColumns + ` WHERE n.id = ANY ($2)`
	// Of what is over, the outcome is kept: the segments are forgotten sooner.
	noteStanding = `
UPDATE notifications n SET follow_at = f.at, state = CASE WHEN f.at IS NULL THEN f.state ELSE n.state END,
    failure = CASE WHEN f.at IS NULL THEN f.failure ELSE n.failure END
FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[]) f (id, at, state, failure) WHERE n.id = f.id`
)

// FollowNotifications looks at the outcomes of up to most messages by themselves that are due, and gives how many there were, and those that are
// over. next says when one is looked at again; zero: it is over.
func (w Steps) FollowNotifications(ctx context.Context, most int, now time.Time, next func(o notification.One, expires time.Time) time.Time) (n int, ended []notification.Ended, err error) {
	if n, ended, err = w.follow(ctx, most, now, next); err != nil {
		return 0, nil, fmt.Errorf("follow notices: %w", err)
	}
	return n, ended, nil
}

func (w Steps) follow(ctx context.Context, most int, now time.Time, next func(o notification.One, expires time.Time) time.Time) (n int, ended []notification.Ended, err error) {
	rows, err := w.tx.Query(ctx, toFollow, now, most)
	if err != nil {
		return 0, nil, err
	}
	type due struct {
		id      int64
		client  string
		expires time.Time
	}
	all := map[int64]due{}
	var ids []int64
	var d due
	if _, err = pgx.ForEachRow(rows, []any{&d.id, &d.client, &d.expires}, func() error {
		all[d.id], ids = d, append(ids, d.id)
		return nil
	}); err != nil || len(ids) == 0 {
		return 0, nil, err
	}
	if rows, err = w.tx.Query(ctx, standing, now, ids); err != nil {
		return 0, nil, err
	}
	var o notification.One
	var id int64
	var at []*time.Time
	var states, failures []string
	ids = nil
	if _, err = pgx.ForEachRow(rows, append([]any{&id}, into(&o)...), func() error {
		again := next(o, all[id].expires)
		ids, states, failures = append(ids, id), append(states, string(o.State)), append(failures, o.Reason)
		if again.IsZero() {
			at, ended = append(at, nil), append(ended, notification.Ended{Client: all[id].client, One: o})
		} else {
			at = append(at, &again)
		}
		return nil
	}); err != nil {
		return 0, nil, err
	}
	_, err = w.tx.Exec(ctx, noteStanding, ids, at, states, failures)
	return len(ids), ended, err
}
