package notifications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/notification"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/seal"
)

// The lock is that of cases: a key is used for one request, whatever it asks for.
const (
	lockKey     = `SELECT pg_advisory_xact_lock(hashtextextended('client request ' || $1 || ' ' || $2, 0))`
	requestOf   = `SELECT digest, coalesce(notification_list_id, 0), coalesce(notification_id, 0) FROM client_requests WHERE client = $1 AND key = $2`
	keepRequest = `INSERT INTO client_requests (client, key, digest, notification_list_id, notification_id) VALUES ($1, $2, $3, nullif($4, 0), nullif($5, 0))`
)

// NotificationRequest gives what a key of a client was used for, and keeps others from the key until the transaction ends.
func (w Steps) NotificationRequest(ctx context.Context, client, key string) (r notification.Request, err error) {
	if _, err = w.tx.Exec(ctx, lockKey, client, key); err == nil {
		err = w.tx.QueryRow(ctx, requestOf, client, key).Scan(&r.Digest, &r.List, &r.One)
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return r, fmt.Errorf("find request of client: %w", err)
	}
	return r, nil
}

// KeepNotificationRequest keeps what a key of a client was used for.
func (w Steps) KeepNotificationRequest(ctx context.Context, client, key string, r notification.Request) error {
	if _, err := w.tx.Exec(ctx, keepRequest, client, key, r.Digest, r.List, r.One); err != nil {
		return fmt.Errorf("keep request of client: %w", err)
	}
	return nil
}

const spend = `
INSERT INTO notification_days AS d (day, client, sent) VALUES ($1, $2, $3)
ON CONFLICT (day, client) DO UPDATE SET sent = d.sent + excluded.sent RETURNING sent`

// SpendNotices counts notices of a client on the day of a moment; the count goes back with the transaction. [notification.ErrBudget].
func (w Steps) SpendNotices(ctx context.Context, client string, n, limit int, now time.Time) error {
	var sent int
	if err := w.tx.QueryRow(ctx, spend, now.UTC().Truncate(24*time.Hour), client, n).Scan(&sent); err != nil {
		return fmt.Errorf("count notices of client: %w", err)
	}
	if limit > 0 && sent > limit {
		return notification.ErrBudget
	}
	return nil
}

// kept is what is sealed of a notification until it is an SMS.
type kept struct {
	Number string `json:"n,omitempty"`
	Text   string `json:"t"`
}

// row are a notification's values.
func (w Steps) row(ctx context.Context, m notification.Message) (index []byte, citizen *int64, sealed []byte, err error) {
	raw, err := json.Marshal(kept{m.Number, m.Text})
	if err != nil {
		return nil, nil, nil, err
	}
	if m.Number != "" {
		return w.ring.Index(seal.TelephoneNumber, m.Number), nil, w.ring.Seal(placeOfNotification, raw), nil
	}
	id, err := w.identity.CitizenByNational(ctx, m.NationalKind, m.NationalNumber)
	return nil, &id, w.ring.Seal(placeOfNotification, raw), err
}

const addList = `
INSERT INTO notification_lists (client, recipients, estimate, not_before, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id, public_id::text`

// AddNotificationList keeps a list that nobody has started.
func (w Steps) AddNotificationList(ctx context.Context, l notification.List) (notification.List, error) {
	estimate, err := json.Marshal(l.Estimate)
	if err == nil {
		err = w.tx.QueryRow(ctx, addList, l.Client, l.Recipients, estimate, postgres.OrNil(l.NotBefore), postgres.OrNil(l.ExpiresAt), l.CreatedAt).
			Scan(&l.ID, &l.PublicID)
	}
	if err != nil {
		return l, fmt.Errorf("add list of notices: %w", err)
	}
	return l, nil
}

// AddNotifications keeps the messages of a list, in their order.
func (w Steps) AddNotifications(ctx context.Context, l notification.List, all []notification.Message) error {
	// The whole list is copied at once; a citizen who is named by a national number is looked up before: a copy lets nothing else through.
	rows := make([][]any, len(all))
	for i, m := range all {
		index, citizen, sealed, err := w.row(ctx, m)
		if err != nil {
			return fmt.Errorf("add notices of list: %w", err)
		}
		rows[i] = []any{l.Client, l.ID, i + 1, index, citizen, sealed, m.Segments, l.CreatedAt}
	}
	_, err := w.tx.CopyFrom(ctx, pgx.Identifier{"notifications"},
		[]string{"client", "list_id", "nth", "number_index", "citizen_id", "sealed", "segments", "created_at"}, pgx.CopyFromRows(rows))
	if err != nil {
		return fmt.Errorf("add notices of list: %w", err)
	}
	return nil
}

const addOne = `
INSERT INTO notifications (client, number_index, citizen_id, sealed, segments, expires_at, created_at, follow_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT $7::timestamptz WHERE EXISTS (SELECT FROM webhook_endpoints WHERE client = $1))) RETURNING id`

// AddNotification keeps a message by itself. Its outcome is followed if its client has a webhook.
func (w Steps) AddNotification(ctx context.Context, client string, m notification.Message, expires, now time.Time) (id int64, err error) {
	index, citizen, sealed, err := w.row(ctx, m)
	if err == nil {
		err = w.tx.QueryRow(ctx, addOne, client, index, citizen, sealed, m.Segments, expires, now).Scan(&id)
	}
	if err != nil {
		return 0, fmt.Errorf("add notice: %w", err)
	}
	return id, nil
}

// JournalNotification journals what a client did with a list or a message.
func (w Steps) JournalNotification(ctx context.Context, client, action, publicID string, detail map[string]any) error {
	return audit.Record(ctx, w.tx, "client:"+client, action, "notification:"+publicID, detail)
}
