package cases_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/postgres/datakeys"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A body is kept whole and sealed; a case that an older version opened has none.
func TestABodyIsKeptBesideTheSubject(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	body := strings.Repeat("Затопило подвал. ", cases.MostBody/17)
	var c, old cases.Case
	pgtest.Do(t, db, func(w *store.Work) (err error) {
		if c, err = w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Contact: "+77010000001", Subject: "подвал", Body: body, By: "citizen"}); err != nil {
			return err
		}
		old, err = w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Contact: "+77010000001", Subject: "подвал", By: "citizen"})
		return err
	})
	key, err := pgtest.Keys.Unwrap(pgtest.Value[[]byte](t, url, `SELECT wrapped FROM data_keys WHERE kind = 'c' AND owner_id = $1`, old.ID))
	require.NoError(t, err)
	sealed := key.Seal(datakeys.CaseOf(old.ID), []byte(`{"contact": "+77010000001", "subject": "как раньше"}`))
	pgtest.Exec(t, url, fmt.Sprintf(`UPDATE cases SET sealed = '\x%x' WHERE id = %d`, sealed, old.ID))
	pgtest.Do(t, db, func(w *store.Work) error {
		read, err := w.CaseByNumber(t.Context(), c.Number)
		require.Equal(t, [2]string{"подвал", body}, [2]string{read.Subject, read.Body})
		require.NoError(t, err)
		read, err = w.CaseByNumber(t.Context(), old.Number)
		require.Equal(t, [2]string{"как раньше", ""}, [2]string{read.Subject, read.Body})
		return err
	})
	require.NotContains(t, pgtest.Dump(t, url), "Затопило")
}
