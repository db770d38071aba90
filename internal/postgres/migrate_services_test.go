package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// The catalogue of before is the first version of each service.
func TestServicesOutliveTheMigrationToVersions(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	migrateTo(t, url, 84)
	pgtest.Exec(t, url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	pgtest.Exec(t, url, `INSERT INTO services (code, category, agency, stage, owner, valid_from, valid_until, review_by, version)
		VALUES ('031', 'c', 'moj', 4, 'o', '2026-01-01', '2027-12-31', '2027-01-01', 3)`)
	pgtest.Exec(t, url, `INSERT INTO service_texts VALUES ('031', 'ru', 'имя', 'заголовок', 'кратко', 'вслух', 'd', 'f', 't', 'p', '{а,б}')`)
	db := pgtest.Open(t, url)
	_, err := db.Migrate(context.Background())
	require.NoError(t, err)
	all, err := db.Services(t.Context())
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, 3, all[0].Version)
	text := all[0].Texts["ru"]
	require.Equal(t, []string{"имя", "заголовок", "кратко", "вслух", "d", "f", "t", "p"},
		[]string{text.Name, text.Title, text.Short, text.Spoken, text.Documents, text.Fee, text.Term, text.Place})
	require.Equal(t, []string{"а", "б"}, text.Keywords)
	migrateTo(t, url, 84)
	require.Equal(t, "вслух", pgtest.Value[string](t, url, `SELECT spoken FROM service_texts WHERE service = '031' AND keywords = '{а,б}'`))
	require.Equal(t, 4, pgtest.Value[int](t, url, `SELECT stage FROM services`))
}
