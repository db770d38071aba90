package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/privacy"
)

// What Postgres would log is asked of Postgres, as this database and role have it.
func TestWhetherPostgresLogsValuesIsRead(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	advice := func(set string) []string {
		pgtest.Exec(t, url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ', current_database()) || $set$`+set+`$set$; END $$`)
		settings, err := pgtest.Open(t, url).Settings(t.Context(), privacy.LogSettings)
		require.NoError(t, err)
		return privacy.LoggedValues(settings)
	}
	for _, set := range []string{"log_statement = none", "log_parameter_max_length = 0", "log_parameter_max_length_on_error = 0"} {
		advice(set)
	}
	require.Empty(t, advice("log_error_verbosity = terse"))
	require.Len(t, advice("log_parameter_max_length = -1"), 1)
	require.Len(t, advice("log_statement = 'all'"), 2)
}
