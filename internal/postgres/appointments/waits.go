package appointments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/appointment"
	"okno/internal/cases"
	kept "okno/internal/postgres/cases"
	"okno/internal/seal"
)

const joinWaitingList = `INSERT INTO appointment_waits (case_id, office, service) VALUES ($1, $2, $3)`

const waitingAhead = `
SELECT count(o.case_id) FROM appointment_waits m
LEFT JOIN appointment_waits o ON o.office = m.office AND o.service = m.service AND o.ended_at IS NULL AND (o.since, o.case_id) < (m.since, m.case_id)
WHERE m.case_id = $1 AND m.ended_at IS NULL GROUP BY m.case_id`

// JoinWaitingList has a case wait, and gives how many wait longer.
func (w Steps) JoinWaitingList(ctx context.Context, caseID int64, office, service string) (ahead int, err error) {
	if _, err = w.tx.Exec(ctx, joinWaitingList, caseID, office, service); err == nil {
		ahead, err = w.WaitingAhead(ctx, caseID)
	}
	if err != nil {
		return 0, fmt.Errorf("join waiting list: %w", err)
	}
	return ahead, nil
}

// WaitingAhead gives how many wait longer than a case. appointment.ErrNone of one that does not wait.
func (w Steps) WaitingAhead(ctx context.Context, caseID int64) (ahead int, err error) {
	err = w.tx.QueryRow(ctx, waitingAhead, caseID).Scan(&ahead)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, appointment.ErrNone
	}
	return ahead, err
}

const waitsOf = `
SELECT count(*) FROM ` + casesOf + ` JOIN LATERAL (SELECT case_id FROM appointment_waits WHERE case_id = c.id AND ended_at IS NULL OFFSET 0) m ON true
WHERE NOT EXISTS (SELECT FROM appointments a WHERE a.case_id = c.id AND a.state = 'held' AND a.until > $3)`

// LiveWaits gives on how many waiting lists a citizen, or a number alone, is without an offer.
func (w Steps) LiveWaits(ctx context.Context, citizen int64, number string, now time.Time) (n int, err error) {
	var indexes [][]byte
	if number != "" {
		indexes = w.ring.Indexes(seal.TelephoneNumber, number)
	}
	if err := w.tx.QueryRow(ctx, waitsOf, citizen, indexes, now).Scan(&n); err != nil {
		return 0, fmt.Errorf("count waits: %w", err)
	}
	return n, nil
}

// A slot that somebody did not take, or could not be told of, is not offered to them again; nor is a second one at the same time.
const nextWaiting = `
SELECT m.case_id, m.service FROM appointment_waits m
WHERE m.office = $1 AND m.service = ANY ($2) AND m.ended_at IS NULL AND NOT EXISTS (
    SELECT FROM appointments a JOIN office_counters k ON k.id = a.counter_id
    WHERE a.case_id = m.case_id AND (a.state = 'held' OR a.state = 'lapsed' AND k.name = $3 AND a.starts_at = $4))
ORDER BY m.since, m.case_id LIMIT 1 FOR UPDATE OF m SKIP LOCKED`

// NextWaiting gives the case that has waited longest for one of the services and can be offered the slot, with its service.
// appointment.ErrNone.
func (w Steps) NextWaiting(ctx context.Context, office string, services []string, s appointment.Slot) (c cases.Case, service string, err error) {
	var id int64
	err = w.tx.QueryRow(ctx, nextWaiting, office, services, s.Counter, s.From).Scan(&id, &service)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, "", appointment.ErrNone
	}
	if err == nil {
		c, err = kept.Scan(w.ring, w.tx.QueryRow(ctx, caseByID, id))
	}
	if err != nil {
		return c, "", fmt.Errorf("find who waits: %w", err)
	}
	return c, service, nil
}
