package notifications

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/message"
	"okno/internal/notification"
	"okno/internal/postgres/messages"
)

const (
	oneToQueue = `SELECT id, coalesce(citizen_id, 0), sealed, segments FROM notifications WHERE id = $1 AND state = 'waiting' FOR UPDATE`
	// Locked, so that a citizen who is erased at this moment is sent nothing.
	toQueue    = `SELECT id, coalesce(citizen_id, 0), sealed, segments FROM notifications WHERE list_id = $1 AND state = 'waiting' ORDER BY id LIMIT $2 FOR UPDATE`
	noteQueued = `
UPDATE notifications n SET state = CASE WHEN q.mt = 0 THEN 'unreachable' ELSE 'queued' END, mt_id = nullif(q.mt, 0), sealed = ''
FROM unnest($1::bigint[], $2::bigint[]) q (id, mt) WHERE n.id = q.id`
)

type waiting struct {
	ID, Citizen int64
	Sealed      []byte
	Segments    int
}

// queue makes SMS of notifications. A citizen to whom no trusted number is bound gets none.
func (w Steps) queue(ctx context.Context, due, expires time.Time, sql string, args ...any) (int, error) {
	rows, err := w.tx.Query(ctx, sql, args...)
	if err != nil {
		return 0, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[waiting])
	if err != nil || len(all) == 0 {
		return 0, err
	}
	ids, mts := make([]int64, len(all)), make([]int64, len(all))
	var sms []message.MT
	var places []int
	for i, one := range all {
		ids[i] = one.ID
		raw, err := w.ring.Open(placeOfNotification, one.Sealed)
		if err != nil {
			return 0, err
		}
		var what kept
		if err := json.Unmarshal(raw, &what); err != nil {
			return 0, err
		}
		if what.Number == "" && one.Citizen != 0 {
			if what.Number, err = w.identity.ProofNumber(ctx, one.Citizen); err != nil {
				return 0, err
			}
		}
		if what.Number == "" {
			continue
		}
		places = append(places, i)
		sms = append(sms, message.MT{Lane: message.Notice, Destination: what.Number, Text: what.Text, Segments: one.Segments, DueAt: due, ExpiresAt: expires})
	}
	if len(sms) > 0 {
		added, err := w.messages.EnqueueMTs(ctx, sms)
		if err != nil {
			return 0, err
		}
		for i, mt := range added {
			mts[places[i]] = mt
		}
	}
	_, err = w.tx.Exec(ctx, noteQueued, ids, mts)
	return len(all), err
}

// QueueNotification makes an SMS of a message by itself.
func (w Steps) QueueNotification(ctx context.Context, id int64, due, expires time.Time) error {
	if _, err := w.queue(ctx, due, expires, oneToQueue, id); err != nil {
		return fmt.Errorf("queue notice %d: %w", id, err)
	}
	return nil
}

// QueueNotifications makes SMS of up to n messages of a list that the caller has locked, and gives how many there were.
func (w Steps) QueueNotifications(ctx context.Context, list int64, n int, expires time.Time) (int, error) {
	n, err := w.queue(ctx, time.Time{}, expires, toQueue, list, n)
	if err != nil {
		return 0, fmt.Errorf("queue notices of list %d: %w", list, err)
	}
	return n, nil
}

const eraseWaiting = `
UPDATE notifications SET sealed = '', state = CASE WHEN l.stopped THEN 'stopped' ELSE 'failed' END, failure = CASE WHEN l.stopped THEN '' ELSE 'expired' END
FROM (SELECT stopped_at IS NOT NULL AS stopped FROM notification_lists WHERE id = $1) l
WHERE id = ANY (ARRAY (SELECT id FROM notifications WHERE list_id = $1 AND state = 'waiting' ORDER BY id LIMIT $2))`

// EraseNotifications lets up to n messages that were not queued end, erases their texts, and gives how many there were.
func (w Steps) EraseNotifications(ctx context.Context, list int64, n int) (int, error) {
	tag, err := w.tx.Exec(ctx, eraseWaiting, list, n)
	if err != nil {
		return 0, fmt.Errorf("erase notices of list %d: %w", list, err)
	}
	return int(tag.RowsAffected()), nil
}

// outcome gives the state of a notification n by the segments of its SMS, and why it failed: a row (state, failure).
const outcome = `
SELECT CASE WHEN w.state = 'queued' THEN 'queued' WHEN w.stopped THEN 'skipped' WHEN w.withdrawn THEN 'stopped' WHEN w.state = 'delivered' THEN 'delivered'
            WHEN w.state IN ('submitted', 'accepted') THEN 'sent' ELSE 'failed' END AS state,
       CASE WHEN w.state IS NULL THEN 'erased' WHEN w.stopped OR w.withdrawn OR w.state IN ('queued', 'submitted', 'accepted', 'delivered') THEN ''
            WHEN w.state = 'failed' THEN 'refused' ELSE w.state END AS failure
FROM (SELECT ` + messages.Worst + ` AS state, bool_or(s.failure = 'stopped') AS stopped, bool_or(s.failure = 'withdrawn') AS withdrawn
      FROM (SELECT state, coalesce(failure, '') AS failure FROM mt_segments s WHERE s.id BETWEEN n.mt_id * 256 + 1 AND n.mt_id * 256 + 255 OFFSET 0) s) w`

// The outcomes of a page of messages in a state, and the last of them.
const follow = `
WITH page AS MATERIALIZED (
    SELECT id, mt_id FROM notifications WHERE list_id = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4
), told AS MATERIALIZED (
    SELECT n.id, o.state, o.failure FROM page n CROSS JOIN LATERAL (` + outcome + `) o
), changed AS (
    UPDATE notifications n SET state = t.state, failure = t.failure FROM told t WHERE n.id = t.id AND t.state <> $2
)
SELECT count(*), coalesce(max(id), 0), count(*) FILTER (WHERE state = $2) FROM told`

const (
	lockForTick = `SELECT ` + listColumns + `, followed FROM notification_lists l WHERE id = $1 FOR UPDATE`
	noteFollow  = `UPDATE notification_lists SET followed = $2 WHERE id = $1`
	hasState    = `SELECT EXISTS (SELECT FROM notifications WHERE list_id = $1 AND state = ANY ($2))`
)

// TickNotifications keeps others from a list, looks at the outcomes of a page of its messages, and gives how it stands.
// [notification.ErrUnknown].
func (w Steps) TickNotifications(ctx context.Context, list int64, page int, _ time.Time) (t notification.Tick, err error) {
	var followed int64
	if t.List, err = scanList(w.tx.QueryRow(ctx, lockForTick, list), &followed); err != nil {
		return t, err
	}
	if t.List.State == notification.Finished || t.List.State == notification.Draft {
		return t, w.has(ctx, &t.Waiting, list, "waiting")
	}
	var n, still int
	var last int64
	// What is queued is at most a window, so all of it is looked at.
	if err = w.tx.QueryRow(ctx, follow, list, "queued", 0, 2*notification.Window).Scan(&n, &last, &t.Queued); err != nil {
		return t, fmt.Errorf("follow list %d: %w", list, err)
	}
	if err = w.tx.QueryRow(ctx, follow, list, "sent", followed, page).Scan(&n, &last, &still); err != nil {
		return t, fmt.Errorf("follow list %d: %w", list, err)
	}
	if n < page {
		last = 0 // from the beginning
	}
	if last != followed {
		if _, err = w.tx.Exec(ctx, noteFollow, list, last); err != nil {
			return t, fmt.Errorf("follow list %d: %w", list, err)
		}
	}
	if err = w.has(ctx, &t.Waiting, list, "waiting"); err == nil {
		err = w.has(ctx, &t.Awaiting, list, "queued", "sent", "unreachable")
	}
	return t, err
}

func (w Steps) has(ctx context.Context, into *bool, list int64, states ...string) error {
	if err := w.tx.QueryRow(ctx, hasState, list, states).Scan(into); err != nil {
		return fmt.Errorf("look at list %d: %w", list, err)
	}
	return nil
}

const endList = `
UPDATE notification_lists SET state = CASE WHEN stopped_at IS NULL AND started_at IS NOT NULL THEN 'finished' ELSE 'stopped' END, finished_at = $2 WHERE id = $1`

// EndNotificationList notes that nothing of a list is awaited any more.
func (w Steps) EndNotificationList(ctx context.Context, list int64, now time.Time) error {
	if _, err := w.tx.Exec(ctx, endList, list, now); err != nil {
		return fmt.Errorf("end list %d: %w", list, err)
	}
	return nil
}

const startList = `UPDATE notification_lists SET state = 'running', started_at = $2, expires_at = $3 WHERE id = $1`

// StartNotificationList lets a list that the caller has locked be sent.
func (w Steps) StartNotificationList(ctx context.Context, l notification.List, now, expires time.Time) error {
	if _, err := w.tx.Exec(ctx, startList, l.ID, now, expires); err != nil {
		return fmt.Errorf("start list %d: %w", l.ID, err)
	}
	return nil
}

const stopList = `UPDATE notification_lists SET state = 'stopped', stopped_at = $2 WHERE id = $1`

// What an operator has, or a bind has claimed, is not withdrawn: it is no longer in the queue.
const withdraw = `
WITH waiting AS MATERIALIZED (
    SELECT s.id, s.due_at FROM (SELECT mt_id AS id FROM notifications WHERE list_id = $1 AND state = 'queued' ORDER BY id) m
    CROSS JOIN LATERAL (SELECT id, due_at FROM mt_segments s WHERE ` + messages.SegmentsOf + ` AND s.state = 'queued' OFFSET 0) s
), gone AS (
    DELETE FROM mt_queue WHERE ctid = ANY (ARRAY (
        SELECT q.ctid FROM waiting w CROSS JOIN LATERAL (
            SELECT ctid FROM mt_queue WHERE lane = 'notice' AND due_at = w.due_at AND id = w.id OFFSET 0) q))
    RETURNING id
)
UPDATE mt_segments SET state = 'failed', failure = 'withdrawn', final_at = now() WHERE id = ANY (ARRAY (SELECT id FROM gone))`

// StopNotificationList stops a list that the caller has locked, and withdraws what is queued and was not submitted. The texts of that go with
// the daily erasure.
func (w Steps) StopNotificationList(ctx context.Context, l notification.List, now time.Time) error {
	_, err := w.tx.Exec(ctx, stopList, l.ID, now)
	if err == nil {
		_, err = w.tx.Exec(ctx, withdraw, l.ID)
	}
	if err != nil {
		return fmt.Errorf("stop list %d: %w", l.ID, err)
	}
	return nil
}
