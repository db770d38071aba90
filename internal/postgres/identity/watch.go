package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/otp"
	"okno/internal/postgres"
	"okno/internal/postgres/audit"
	"okno/internal/postgres/streams"
)

// OTPStream is the stream of the events of one-time passwords: desks of supervisors follow it.
const OTPStream = "otp"

// What may still be verified is left out; and decoys, which were not sent. Of a message the first segment tells.
const countHours = `
SELECT date_trunc('hour', c.created_at, 'UTC'), c.client, c.prefix, CASE WHEN c.channel = 'sms' THEN coalesce(s.link, '') ELSE c.channel END,
       count(*), count(*) FILTER (WHERE s.state = 'delivered'),
       count(*) FILTER (WHERE s.state IN ('undeliverable', 'expired', 'failed')), count(*) FILTER (WHERE c.state = 'verified')
FROM challenges c
LEFT JOIN LATERAL (SELECT id FROM mt_messages WHERE challenge_id = c.id ORDER BY id LIMIT 1) m ON true
LEFT JOIN mt_segments s ON s.id = m.id * 256 + 1
WHERE c.expires_at >= $1 AND c.created_at >= $1 AND NOT c.decoy AND (c.state <> 'sent' OR c.expires_at <= $2)
GROUP BY 1, 2, 3, 4`

const dropHours = `DELETE FROM otp_hours WHERE hour >= $1`

const addHours = `
INSERT INTO otp_hours (hour, client, prefix, route, sent, delivered, undelivered, verified)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[])`

// hourLine is a row of otp_hours.
type hourLine struct {
	Hour                                   time.Time
	Client, Prefix, Route                  string
	Sent, Delivered, Undelivered, Verified int
}

// CountPasswords counts anew what came of the passwords of this hour and the one before: receipts come late.
func (s *Store) CountPasswords(ctx context.Context, now time.Time) error {
	since := now.UTC().Truncate(time.Hour).Add(-time.Hour)
	var lines []hourLine
	err := s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, countHours, since, now)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[hourLine])
		return err
	})
	if err == nil {
		err = s.do(ctx, func(w Steps) error {
			if _, err := w.tx.Exec(ctx, dropHours, since); err != nil {
				return err
			}
			_, err := w.tx.Exec(ctx, addHours, postgres.Column(lines, func(l hourLine) time.Time { return l.Hour }),
				postgres.Column(lines, func(l hourLine) string { return l.Client }), postgres.Column(lines, func(l hourLine) string { return l.Prefix }),
				postgres.Column(lines, func(l hourLine) string { return l.Route }), postgres.Column(lines, func(l hourLine) int { return l.Sent }),
				postgres.Column(lines, func(l hourLine) int { return l.Delivered }), postgres.Column(lines, func(l hourLine) int { return l.Undelivered }),
				postgres.Column(lines, func(l hourLine) int { return l.Verified }))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("count passwords: %w", err)
	}
	return nil
}

const watchedPasswords = `
WITH ended AS (
    SELECT client, prefix, max(coalesce(lifted_at, until)) AS at FROM otp_blocks WHERE until > $1 GROUP BY 1, 2
), recent AS (
    SELECT c.client, c.prefix, count(*) AS sent, count(*) FILTER (WHERE c.state = 'verified') AS verified
    FROM challenges c LEFT JOIN ended e ON e.client = c.client AND e.prefix = c.prefix
    WHERE c.expires_at >= $1 AND c.created_at >= $1 AND NOT c.decoy AND (c.state <> 'sent' OR c.expires_at <= $2) AND (e.at IS NULL OR c.created_at >= e.at)
    GROUP BY 1, 2
), past AS (
    SELECT client, prefix, sum(sent) AS sent, sum(verified) AS verified FROM otp_hours
    WHERE hour >= $1 - interval '7 days' AND hour <= $1 - interval '1 hour' GROUP BY 1, 2
)
SELECT r.client, r.prefix, coalesce(p.sent, 0)::int, coalesce(p.verified, 0)::int, r.sent::int, r.verified::int
FROM recent r LEFT JOIN past p ON p.client = r.client AND p.prefix = r.prefix`

// WatchedPasswords gives the clients and prefixes with passwords in the last hour, and in the week before.
func (s *Store) WatchedPasswords(ctx context.Context, now time.Time) (watched []otp.Watched, err error) {
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, watchedPasswords, now.Add(-time.Hour), now)
		if err != nil {
			return err
		}
		watched, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (w otp.Watched, err error) {
			return w, row.Scan(&w.Client, &w.Prefix, &w.Past.Sent, &w.Past.Verified, &w.Recent.Sent, &w.Recent.Verified)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("watch passwords: %w", err)
	}
	return watched, nil
}

const holdPasswords = `
INSERT INTO otp_blocks (client, prefix, reason, began_at, until, verified, sent, verified_before, sent_before) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
WHERE NOT EXISTS (SELECT FROM otp_blocks WHERE client = $1 AND prefix = $2 AND until > $4 AND lifted_at IS NULL)`

// HoldPasswords holds a client's passwords to a prefix, unless they are held already, and raises the alarm: a row in the journal, and
// an event in [OTPStream].
func (s *Store) HoldPasswords(ctx context.Context, one otp.Watched, reason string, now, until time.Time) (held bool, err error) {
	err = s.do(ctx, func(w Steps) error {
		tag, err := w.tx.Exec(ctx, holdPasswords, one.Client, one.Prefix, reason, now, until,
			one.Recent.Verified, one.Recent.Sent, one.Past.Verified, one.Past.Sent)
		if held = err == nil && tag.RowsAffected() > 0; !held {
			return err
		}
		detail := map[string]any{"client": one.Client, "prefix": one.Prefix, "reason": reason, "until": until.UTC().Format(time.RFC3339)}
		if err := streams.Emit(w.tx, OTPStream, "otp.held", detail); err != nil {
			return err
		}
		return audit.Record(ctx, w.tx, "okno", "otp.hold", "client:"+one.Client, detail)
	})
	if err != nil {
		return false, fmt.Errorf("hold passwords of %s: %w", one.Client, err)
	}
	return held, nil
}

const liftHolds = `
UPDATE otp_blocks SET lifted_at = now(), lifted_by = $3 WHERE client = $1 AND ($2 = '' OR prefix = $2) AND until > now() AND lifted_at IS NULL`

// LiftHolds lets a client's passwords to a prefix go again, or those to all prefixes for "", and gives how many were held.
func (w Steps) LiftHolds(ctx context.Context, name, prefix, by string) (lifted int, err error) {
	tag, err := w.tx.Exec(ctx, liftHolds, name, prefix, by)
	if err != nil {
		return 0, fmt.Errorf("lift holds of %s: %w", name, err)
	}
	if tag.RowsAffected() == 0 {
		return 0, nil
	}
	detail := map[string]any{"client": name, "prefix": prefix}
	if err := streams.Emit(w.tx, OTPStream, "otp.lifted", detail); err != nil {
		return 0, err
	}
	return int(tag.RowsAffected()), audit.Record(ctx, w.tx, by, "otp.lift", "client:"+name, detail)
}

const holds = `
SELECT client, prefix, reason, began_at, until, coalesce(lifted_at, 'epoch'), coalesce(lifted_by, ''), verified, sent, verified_before, sent_before FROM otp_blocks
WHERE until > $1 AND lifted_at IS NULL ORDER BY client, prefix`

// Holds gives which passwords are held.
func (s *Store) Holds(ctx context.Context, now time.Time) (held []otp.Block, err error) {
	rows, err := s.db.Query(ctx, holds, now)
	if err == nil {
		held, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (b otp.Block, err error) {
			err = row.Scan(&b.Client, &b.Prefix, &b.Reason, &b.BeganAt, &b.Until, &b.LiftedAt, &b.LiftedBy, &b.Recent.Verified, &b.Recent.Sent, &b.Past.Verified, &b.Past.Sent)
			return b, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read holds: %w", err)
	}
	return held, nil
}

const passwordReport = `
SELECT client, prefix, route, sum(sent)::int, sum(delivered)::int, sum(undelivered)::int, sum(verified)::int FROM otp_hours
WHERE hour >= $1 AND ($2 = '' OR client = $2) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`

// PasswordReport gives what came of passwords since a moment, of one client or of all (""). The last minute may be missing.
func (s *Store) PasswordReport(ctx context.Context, since time.Time, name string) (lines []otp.ReportLine, err error) {
	err = s.db.Read(ctx, func(tx *postgres.Tx) error {
		rows, err := tx.Query(ctx, passwordReport, since, name)
		if err != nil {
			return err
		}
		lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l otp.ReportLine, err error) {
			return l, row.Scan(&l.Client, &l.Prefix, &l.Route, &l.Sent, &l.Delivered, &l.Undelivered, &l.Verified)
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("report passwords: %w", err)
	}
	return lines, nil
}
