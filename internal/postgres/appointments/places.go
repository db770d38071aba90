package appointments

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/postgres"
	kept "okno/internal/postgres/cases"
	"okno/internal/seal"
)

const takenPlaces = `
SELECT k.name, a.starts_at, a.ends_at FROM appointments a JOIN office_counters k ON k.id = a.counter_id
WHERE a.office = $1 AND a.starts_at >= $2 AND a.starts_at < $3 AND a.state IN ('held', 'booked')`

// TakenPlaces gives the places of an office that somebody has and that begin within a time.
func (w Steps) TakenPlaces(ctx context.Context, office string, from, to time.Time) ([]appointment.Taken, error) {
	rows, err := w.tx.Query(ctx, takenPlaces, office, from, to)
	if err != nil {
		return nil, fmt.Errorf("list places: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[appointment.Taken])
}

// freePlaces are the places of a slot that nobody has. No slot is longer than eight hours.
const freePlaces = `
FROM office_counters k CROSS JOIN generate_series(1, $5::int) p
WHERE k.office = $1 AND k.name = $2 AND NOT EXISTS (
    SELECT FROM appointments a
    WHERE a.office = $1 AND a.starts_at > $3::timestamptz - interval '8 hours' AND a.starts_at < $4::timestamptz AND a.ends_at > $3::timestamptz
      AND a.counter_id = k.id AND a.place = p AND a.state IN ('held', 'booked'))`

// Whoever comes at the same time mostly wants another place: the constraint makes the two wait for each other only where they do not.
const takePlace = `
INSERT INTO appointments (office, counter_id, place, service, starts_at, ends_at, state, until)
SELECT $1, k.id, p, $6, $3, $4, CASE WHEN $7::timestamptz IS NULL THEN 'booked' ELSE 'held' END, $7 ` + freePlaces + `
ORDER BY random() LIMIT 1
ON CONFLICT DO NOTHING RETURNING id`

const anyFree = `SELECT EXISTS (SELECT ` + freePlaces + `)`

// mostTries bounds how often a place that somebody else took first is looked for anew: each try sees what was committed meanwhile.
const mostTries = 20

// TakePlace takes a place of one of the slots, for no case yet: booked, or held until a moment. appointment.ErrTaken.
func (w Steps) TakePlace(ctx context.Context, office, service string, slots []appointment.Slot, heldUntil time.Time) (appointment.Appointment, error) {
	for _, s := range slots {
		a := appointment.Appointment{Office: office, Counter: s.Counter, Service: service, From: s.From, To: s.To, State: appointment.Booked, Until: heldUntil}
		if !heldUntil.IsZero() {
			a.State = appointment.Held
		}
		found, err := w.take(ctx, &a, s.Places)
		if err != nil {
			return a, fmt.Errorf("take place: %w", err)
		}
		if found {
			return a, nil
		}
	}
	return appointment.Appointment{}, appointment.ErrTaken
}

func (w Steps) take(ctx context.Context, a *appointment.Appointment, places int) (found bool, err error) {
	for range mostTries {
		slot := []any{a.Office, a.Counter, a.From, a.To, places}
		err := w.tx.QueryRow(ctx, takePlace, append(slot, a.Service, postgres.OrNil(a.Until))...).Scan(&a.ID)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err == nil, err
		}
		var free bool
		if err := w.tx.QueryRow(ctx, anyFree, slot...).Scan(&free); err != nil || !free {
			return false, err
		}
	}
	return false, nil
}

const givePlace = `UPDATE appointments SET case_id = $2 WHERE id = $1`

// GivePlace says whose a place is that was taken in the same transaction. A case has one at a time: cases.ErrMoved.
func (w Steps) GivePlace(ctx context.Context, id, caseID int64) error {
	_, err := w.tx.Exec(ctx, givePlace, id, caseID)
	if postgres.Violates(err, "appointments_case_live") { // moved at the same time, by somebody else
		return cases.ErrMoved
	}
	if err != nil {
		return fmt.Errorf("give place: %w", err)
	}
	return nil
}

const columns = `
a.id, coalesce(a.case_id, 0), a.office, k.name, a.service, a.starts_at, a.ends_at, a.state, coalesce(a.until, '0001-01-01 00:00:00+00')`

const places = ` FROM appointments a JOIN office_counters k ON k.id = a.counter_id `

func scan(row pgx.CollectableRow) (a appointment.Appointment, err error) {
	return a, row.Scan(&a.ID, &a.CaseID, &a.Office, &a.Counter, &a.Service, &a.From, &a.To, &a.State, &a.Until)
}

func (w Steps) list(ctx context.Context, query string, args ...any) ([]appointment.Appointment, error) {
	rows, err := w.tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}

const takeOffer = `
UPDATE appointments a SET state = 'booked', until = NULL FROM office_counters k
WHERE k.id = a.counter_id AND a.case_id = $1 AND a.state = 'held' AND a.until > $2 RETURNING ` + columns

const endWait = `UPDATE appointment_waits SET ended_at = now() WHERE case_id = $1 AND ended_at IS NULL`

// TakeOffer makes a place that is held for a case a booked one. appointment.ErrNone, also when the offer has lapsed.
func (w Steps) TakeOffer(ctx context.Context, caseID int64, now time.Time) (appointment.Appointment, error) {
	taken, err := w.list(ctx, takeOffer, caseID, now)
	if err == nil && len(taken) == 0 {
		return appointment.Appointment{}, appointment.ErrNone
	}
	if err == nil {
		_, err = w.tx.Exec(ctx, endWait, caseID)
	}
	if err != nil {
		return appointment.Appointment{}, fmt.Errorf("take offer: %w", err)
	}
	return taken[0], nil
}

const releasePlaces = `
UPDATE appointments a SET state = $2, until = NULL FROM office_counters k
WHERE k.id = a.counter_id AND a.case_id = $1 AND a.state IN ('held', 'booked') RETURNING ` + columns

// ReleasePlaces gives up what a case has, and its place on a waiting list; it gives what has become free.
func (w Steps) ReleasePlaces(ctx context.Context, caseID int64, to appointment.State) ([]appointment.Appointment, error) {
	freed, err := w.list(ctx, releasePlaces, caseID, to)
	if err == nil {
		_, err = w.tx.Exec(ctx, endWait, caseID)
	}
	if err != nil {
		return nil, fmt.Errorf("release places: %w", err)
	}
	return freed, nil
}

const settlePlace = `UPDATE appointments SET state = $2, until = NULL WHERE id = $1`

// SettlePlace notes what came of a place.
func (w Steps) SettlePlace(ctx context.Context, id int64, to appointment.State) error {
	if _, err := w.tx.Exec(ctx, settlePlace, id, to); err != nil {
		return fmt.Errorf("settle place: %w", err)
	}
	return nil
}

const toSettle = `
SELECT ` + columns + places + `JOIN cases c ON c.id = a.case_id
WHERE a.state IN ('held', 'booked') AND (a.ends_at < $1 OR c.state IN ('closed', 'rejected', 'withdrawn'))
ORDER BY a.id LIMIT $2 FOR UPDATE OF a SKIP LOCKED`

// PlacesToSettle gives up to so many places that were over before a moment, or whose case has ended.
func (w Steps) PlacesToSettle(ctx context.Context, before time.Time, most int) ([]appointment.Appointment, error) {
	over, err := w.list(ctx, toSettle, before, most)
	if err != nil {
		return nil, fmt.Errorf("list places to settle: %w", err)
	}
	return over, nil
}

const lockPlace = `SELECT ` + columns + places + `WHERE a.id = $1 FOR UPDATE OF a`

const caseByID = `SELECT ` + kept.Columns + ` FROM cases WHERE id = $1`

// Appointment gives one with its case, and keeps others from it until the transaction ends. appointment.ErrNone.
func (w Steps) Appointment(ctx context.Context, id int64) (a appointment.Appointment, c cases.Case, err error) {
	found, err := w.list(ctx, lockPlace, id)
	if err == nil && (len(found) == 0 || found[0].CaseID == 0) {
		return a, c, appointment.ErrNone
	}
	if err == nil {
		a = found[0]
		c, err = kept.Scan(w.ring, w.tx.QueryRow(ctx, caseByID, a.CaseID))
	}
	if err != nil {
		return a, c, fmt.Errorf("find appointment: %w", err)
	}
	a.Number = c.Number
	return a, c, nil
}

const ofCase = `SELECT ` + columns + places + `WHERE a.case_id = $1 AND a.state IN ('held', 'booked')`

// AppointmentOf gives what a case has now: a place that is booked, or held for it. appointment.ErrNone.
func (w Steps) AppointmentOf(ctx context.Context, caseID int64) (a appointment.Appointment, err error) {
	found, err := w.list(ctx, ofCase, caseID)
	if err != nil {
		return a, fmt.Errorf("find appointment: %w", err)
	}
	if len(found) == 0 {
		return a, appointment.ErrNone
	}
	return found[0], nil
}

const lastOf = `SELECT c.number, ` + columns + places + `JOIN cases c ON c.id = a.case_id WHERE a.case_id = $1 ORDER BY a.id DESC LIMIT 1`

// LastAppointment gives what a case has, or had last. appointment.ErrNone.
func (w Steps) LastAppointment(ctx context.Context, caseID int64) (a appointment.Appointment, err error) {
	found, err := w.numbered(ctx, lastOf, caseID)
	if err != nil {
		return a, fmt.Errorf("find appointment: %w", err)
	}
	if len(found) == 0 {
		return a, appointment.ErrNone
	}
	return found[0], nil
}

// casesOf are the appointments of a citizen, or of a number alone: two statements, because one with OR reads the whole table; and coalesce keeps
// a plan from going by all cases without a citizen.
const casesOf = `(
    SELECT id, number FROM cases WHERE citizen_id = $1 AND $1 <> 0 AND kind = 'appointment'
    UNION ALL SELECT id, number FROM cases WHERE contact_index = ANY ($2) AND coalesce(citizen_id, 0) = 0 AND kind = 'appointment') c`

const liveOf = `
SELECT c.number, ` + columns + `
FROM ` + casesOf + ` JOIN LATERAL (SELECT * FROM appointments WHERE case_id = c.id OFFSET 0) a ON true JOIN office_counters k ON k.id = a.counter_id
WHERE a.state IN ('held', 'booked') AND a.ends_at > $3
ORDER BY a.starts_at`

// LiveAppointments gives what a citizen, or a number alone, has and has been offered, in the order of time.
func (w Steps) LiveAppointments(ctx context.Context, citizen int64, number string, now time.Time) (live []appointment.Appointment, err error) {
	var indexes [][]byte
	if number != "" {
		indexes = w.ring.Indexes(seal.TelephoneNumber, number)
	}
	live, err = w.numbered(ctx, liveOf, citizen, indexes, now)
	if err != nil {
		return nil, fmt.Errorf("list appointments: %w", err)
	}
	return live, nil
}

const onDay = `
SELECT c.number, ` + columns + places + `JOIN cases c ON c.id = a.case_id
WHERE a.office = $1 AND a.starts_at >= $2 AND a.starts_at < $3 AND a.state NOT IN ('cancelled', 'moved', 'lapsed') ORDER BY a.starts_at, k.name, a.place`

// AppointmentsOn lists the places of an office that begin within a time, but those that were given up.
func (w Steps) AppointmentsOn(ctx context.Context, office string, from, to time.Time) ([]appointment.Appointment, error) {
	found, err := w.numbered(ctx, onDay, office, from, to)
	if err != nil {
		return nil, fmt.Errorf("list appointments: %w", err)
	}
	return found, nil
}

// numbered lists places with the numbers of their cases.
func (w Steps) numbered(ctx context.Context, query string, args ...any) ([]appointment.Appointment, error) {
	rows, err := w.tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a appointment.Appointment, err error) {
		return a, row.Scan(&a.Number, &a.ID, &a.CaseID, &a.Office, &a.Counter, &a.Service, &a.From, &a.To, &a.State, &a.Until)
	})
}
