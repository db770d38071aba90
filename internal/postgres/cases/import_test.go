package cases_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// importer takes registers over for a database with the service 031 of the agency gp.
func importer(t testing.TB, db *store.Store) *casework.Importer {
	t.Helper()
	return casework.NewImporter(func(ctx context.Context, fn func(casework.ImportWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, func(code string) bool { return code == "031" }, func(code string) bool { return code == "gp" }, time.Now)
}

// A register is taken over line by line: what is wrong is told, what is mended is added the next time, and nothing comes twice.
func TestARegisterOfCasesIsTakenOver(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	pgtest.Do(t, db, func(w *store.Work) error {
		_, err := w.SaveCitizen(t.Context(), citizen.Citizen{NationalNumber: "900513000008", Name: "Айгүл", Language: dialogue.Russian, Numbers: []string{pgtest.HerNumber}})
		require.NoError(t, err)
		return w.SaveAgency(t.Context(), "gp", map[dialogue.Language]string{"ru": "П"})
	})
	in := importer(t, db)
	take := func(dry bool, lines ...string) casework.Report {
		t.Helper()
		file := "key;kind;subject;state;service;agency;national_number;contact;body;due_on;opened_at\n" + strings.Join(lines, "\n")
		r, err := in.Import(t.Context(), "old-system", strings.NewReader(file), "cli:anna", dry, nil)
		require.NoError(t, err)
		return r
	}
	good := "A-1;application;Справка о судимости;in_progress;;gp;900513000008;+77010000001;Весь текст;2027-01-15;2026-10-01T09:00:00Z"
	r := take(true, good)
	require.Equal(t, casework.Report{Added: 1}, r)
	require.Zero(t, pgtest.Value[int](t, url, `SELECT count(*) FROM cases`), "a dry run")
	r = take(false, good,
		"A-2;appeal;Яма;;;;;8 701 000 00 02;;;",
		"A-3;callback;x;;;;;;;;",
		"A-4;appeal;x;flying;;;;;;;",
		"A-5;appeal;;;;;;;;;",
		"A-6;appeal;x;;999;;;;;;",
		"A-7;appeal;x;;;nobody;;;;;",
		"A-8;appeal;x;;;;900513000009;;;;",
		"A-9;appeal;x;;;;900514000009;12;;;",
		"A-10;appeal;x;;;;;;;tomorrow;2999-01-01T00:00:00Z",
		"A-1;appeal;x;;;;;;;;")
	require.Equal(t, 2, r.Added)
	for _, says := range []string{"line 4: kind: one of application, appeal, inquiry, queue_place", "line 5: state: one of", "line 6: subject", "line 7: service: there is no such service",
		"line 8: agency: there is no such agency", "line 9: national_number", "line 10: contact", "line 11: due_on: a date like YYYY-MM-DD", "line 11: opened_at: it is in the future",
		"line 12: key: it stands in line 2 already"} {
		require.ErrorContains(t, r.Err, says)
	}
	require.NotContains(t, r.Err.Error(), "900513000009", "nothing of what stands there")
	require.Equal(t, "Справка о судимости", pgtest.Opened[string](t, url, `SELECT subject FROM cases ORDER BY id LIMIT 1`))

	// Mended and taken over again: what there is stays.
	r = take(false, good, "A-2;appeal;Другая;;;;;;;;", "A-4;appeal;x;closed;;;;;;;")
	require.Equal(t, casework.Report{Added: 1, Before: 2}, r)
	require.Equal(t, 3, pgtest.Value[int](t, url, `SELECT count(*) FROM cases`))
	pgtest.Do(t, db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), pgtest.Value[string](t, url, `SELECT number FROM cases ORDER BY id LIMIT 1`))
		require.NoError(t, err)
		require.Equal(t, cases.InProgress, c.State)
		require.Equal(t, []string{"gp", "Весь текст", "2027-01-15", "2026-10-01"}, []string{c.Agency, c.Body, c.DueOn.Format(time.DateOnly), c.OpenedAt.UTC().Format(time.DateOnly)})
		require.NotZero(t, c.CitizenID)
		_, err = w.MoveCase(t.Context(), c, cases.Ready, time.Time{}, "okno", "w")
		return err
	})

	// Another source has keys of its own.
	r, err := in.Import(t.Context(), "other", strings.NewReader("key,kind,subject\nA-1,appeal,x\n"), "cli:anna", false, nil)
	require.NoError(t, err)
	require.Equal(t, 1, r.Added)
	_, err = in.Import(t.Context(), "other", strings.NewReader("key,kind\nA-1,appeal\n"), "cli:anna", false, nil)
	require.ErrorContains(t, err, "line 1: header: column subject is missing")
	_, err = in.Import(t.Context(), "other", strings.NewReader("key,kind,subject\nA-9,appeal,\xcf\xf0\n"), "cli:anna", false, nil)
	require.NoError(t, err)
}

// Two who take the same register over at once add each case once; one that broke off goes on.
func TestARegisterThatBrokeOffGoesOn(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	var lines strings.Builder
	lines.WriteString("key,kind,subject\n")
	for i := range 2500 {
		fmt.Fprintf(&lines, "K%d,inquiry,Вопрос %d\n", i, i)
	}
	ctx, cut := context.WithCancel(t.Context())
	r, err := importer(t, db).Import(ctx, "s", strings.NewReader(lines.String()), "cli:anna", false, func(casework.Report) { cut() })
	require.Error(t, err)
	require.True(t, errors.Is(err, context.Canceled) || r.Added > 0, err)
	require.Equal(t, 1000, pgtest.Value[int](t, url, `SELECT count(*) FROM cases`))
	ended := make(chan casework.Report, 2)
	for _, node := range []*store.Store{db, pgtest.Open(t, url)} {
		go func() {
			r, err := importer(t, node).Import(context.WithoutCancel(t.Context()), "s", strings.NewReader(lines.String()), "cli:anna", false, nil)
			if err != nil {
				t.Error(err)
			}
			ended <- r
		}()
	}
	one, two := <-ended, <-ended
	require.Equal(t, 1500, one.Added+two.Added)
	require.Equal(t, 3500, one.Before+two.Before)
	require.Equal(t, 2500, pgtest.Value[int](t, url, `SELECT count(DISTINCT number) FROM cases`))
}
