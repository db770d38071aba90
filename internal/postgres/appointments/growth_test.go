package appointments_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/appointment"
	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const office = `
INSERT INTO offices (code, version) VALUES ('o', 1);
INSERT INTO office_counters (office, name) VALUES ('o', 'c');
INSERT INTO agencies (code, name) VALUES ('gp', '{}');
INSERT INTO services (code, version) VALUES ('031', 1);
INSERT INTO service_versions (service, version, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
VALUES ('031', 1, 'test', 'c', 'gp', 3, 'o', now(), now(), now(), '{}')`

// What years leave behind: appointments that are over and to come, people who waited and who wait, questions to agencies, places in queues.
const years = `
WITH c AS (
    INSERT INTO cases (number, kind, state, contact_index, sealed)
    SELECT lpad(n::text, 9, '0'), 'appointment', CASE WHEN n % 10 = 0 THEN 'accepted' ELSE 'closed' END, sha256((n % 5000)::text::bytea), 'x' FROM generate_series(1, 20000) n RETURNING id
), a AS (
    INSERT INTO appointments (case_id, office, counter_id, place, service, starts_at, ends_at, state)
    SELECT id, 'o', (SELECT min(id) FROM office_counters), 1, '031', now() + (id - 18000) * interval '20 minutes', now() + (id - 17999) * interval '20 minutes',
           CASE WHEN id % 10 = 0 THEN 'booked' ELSE 'kept' END FROM c
), w AS (
    INSERT INTO appointment_waits (case_id, office, service, since, ended_at) SELECT id, 'o', '03' || id % 10, now() - id * interval '1 minute', CASE WHEN id % 10 > 0 THEN now() END FROM c
), q AS (
    INSERT INTO exchange_questions (kind, agency, interaction_id, effect, case_id, until, state) SELECT 'case.asked', 'gp', id, '1', id, now(), 'answered' FROM c
)
INSERT INTO case_places (case_id, sequence, at, place) SELECT id, s, now(), 1 FROM c, generate_series(1, 2) s`

// Statements that were planned for empty tables, or for those of a quiet day, look at no more than they need when the tables are large.
func TestPlansHoldAsAppointmentsGrow(t *testing.T) { // by itself: see [pgtest.Reads]
	for name, then := range map[string][]string{"planned for empty tables": {years}, "planned for large ones": {years, "ANALYZE"}} {
		t.Run(name, func(t *testing.T) {
			url := pgtest.URL(t)
			db := pgtest.Open(t, url+"&pool_max_conns=1")
			pgtest.Exec(t, url, office)
			for round := range 6 { // the sixth time a statement is run its plan is kept
				visit(t, db, 100+round)
			}
			for _, statement := range then {
				pgtest.Exec(t, url, statement)
			}
			visit(t, db, 1)
			before := pgtest.Reads(t, url, db)
			for round := range 5 {
				visit(t, db, 2+round)
			}
			require.Less(t, pgtest.Reads(t, url, db)-before, int64(25_000), "rows and index entries read, with 20,000 of each kind there: most are those who wait at the office")
		})
	}
}

// visit is what a citizen, an office and an agency have to do with appointments and questions.
func visit(t *testing.T, db *store.Store, round int) {
	t.Helper()
	ctx := context.Background()
	number := fmt.Sprintf("+7701000%04d", round)
	now := time.Now()
	slot := appointment.Slot{Counter: "c", From: now.AddDate(3, 0, round), To: now.AddDate(3, 0, round).Add(20 * time.Minute), Places: 1}
	pgtest.Do(t, db, func(w *store.Work) error {
		_, err := w.LiveAppointments(ctx, 0, number, now)
		require.NoError(t, err)
		_, err = w.LiveWaits(ctx, 0, number, now)
		require.NoError(t, err)
		taken, err := w.TakenPlaces(ctx, "o", now, now.AddDate(0, 0, 3))
		require.NoError(t, err)
		require.LessOrEqual(t, len(taken), 30)
		a, err := appointment.Book(ctx, w, appointment.Booking{Office: "o", Service: "031", Slots: []appointment.Slot{slot}, Contact: number, Subject: "s", By: "citizen"}, now)
		require.NoError(t, err)
		_, err = w.AppointmentOf(ctx, a.CaseID)
		require.NoError(t, err)
		_, err = w.PlaceOf(ctx, a.CaseID, now)
		require.Error(t, err)
		_, _, err = w.Appointment(ctx, a.ID)
		require.NoError(t, err)
		_, err = w.AppointmentsOn(ctx, "o", now, now.AddDate(0, 0, 1))
		require.NoError(t, err)
		_, err = w.AskAgencies(ctx, exchange.Question{Kind: exchange.FeesAsked, Interaction: int64(round), Effect: "9", CaseID: a.CaseID, AskedAt: now, Until: now})
		require.NoError(t, err)
		_, err = w.Answers(ctx, int64(round), "9")
		return err
	})
	_, err := db.ClaimQuestions(ctx, now, now, 10)
	require.NoError(t, err)
	pgtest.Do(t, db, func(w *store.Work) error {
		_, _, err := w.NextWaiting(ctx, "o", []string{"nothing"}, slot)
		require.ErrorIs(t, err, appointment.ErrNone)
		return nil
	})
}
