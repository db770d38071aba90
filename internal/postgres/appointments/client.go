package appointments

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"okno/internal/appointment"
	"okno/internal/cases"
	"okno/internal/postgres"
)

// What a case has had last is looked up for each case of the page: the places of a case are few.
const (
	filed = `
SELECT c.updated_at, c.number, ` + columns + `
FROM cases c JOIN LATERAL (SELECT * FROM appointments WHERE case_id = c.id ORDER BY id DESC LIMIT 1) a ON true
JOIN office_counters k ON k.id = a.counter_id WHERE c.client = $1 AND c.kind = 'appointment' `
	appointmentsOfClient = filed + `
AND (c.updated_at, c.id) > (coalesce($2::timestamptz, '-infinity'), $3) ORDER BY c.updated_at, c.id LIMIT $4`
	appointmentOfClient = filed + `AND c.number = $2`
)

func scanFiled(row pgx.CollectableRow) (f appointment.Filed, err error) {
	return f, row.Scan(&f.UpdatedAt, &f.Number, &f.ID, &f.CaseID, &f.Office, &f.Counter, &f.Service, &f.From, &f.To, &f.State, &f.Until)
}

// AppointmentsOfClient gives a page of the appointments that a client booked.
func (s *Store) AppointmentsOfClient(ctx context.Context, p appointment.ClientPage) (found []appointment.Filed, err error) {
	rows, err := s.db.Query(ctx, appointmentsOfClient, p.Client, postgres.OrNil(p.UpdatedSince), p.AfterID, p.Limit)
	if err == nil {
		found, err = pgx.CollectRows(rows, scanFiled)
	}
	if err != nil {
		return nil, fmt.Errorf("list appointments of client: %w", err)
	}
	return found, nil
}

// AppointmentOfClient gives an appointment that a client booked, by the number of its case. cases.ErrUnknown.
func (s *Store) AppointmentOfClient(ctx context.Context, client, number string) (f appointment.Filed, err error) {
	rows, err := s.db.Query(ctx, appointmentOfClient, client, number)
	if err == nil {
		f, err = pgx.CollectExactlyOneRow(rows, scanFiled)
	}
	if err = postgres.NoRows(err, cases.ErrUnknown); err != nil && err != cases.ErrUnknown {
		return f, fmt.Errorf("find appointment of client: %w", err)
	}
	return f, err
}
