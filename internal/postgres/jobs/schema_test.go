package jobs_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// Everything of River's that a schema can differ in.
const shape = `
SELECT array_agg(line ORDER BY line) FROM (
    SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
    FROM information_schema.columns WHERE table_name LIKE 'river\_%' AND table_name <> 'river_migration'
    UNION ALL
    SELECT 'index ' || indexdef FROM pg_indexes WHERE tablename LIKE 'river\_%' AND tablename <> 'river_migration'
    UNION ALL
    SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid <> 0 AND conrelid::regclass::text LIKE 'river\_%' AND conrelid::regclass::text <> 'river_migration'
    UNION ALL
    SELECT 'table ' || relname || ' ' || relpersistence::text FROM pg_class WHERE relname LIKE 'river\_%' AND relkind = 'r' AND relname <> 'river_migration'
    UNION ALL
    SELECT 'state ' || row_number() OVER (ORDER BY enumsortorder) || ' ' || enumlabel FROM pg_enum
    UNION ALL
    SELECT 'function ' || proname || ' ' || provolatile::text FROM pg_proc WHERE proname LIKE 'river%'
    UNION ALL
    SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'river\_%'
) s`

// A newer River with another migration fails here: then that becomes a migration of ours.
func TestTheSchemaIsRivers(t *testing.T) {
	t.Parallel()
	ours := pgtest.Value[[]string](t, pgtest.URL(t), shape)

	url := pgtest.URL(t)
	pgtest.Exec(t, url, `DROP TABLE river_job, river_leader, river_queue, river_notification; DROP FUNCTION river_job_state_in_bitmask; DROP TYPE river_job_state`)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	require.NoError(t, err)
	_, err = migrator.Migrate(t.Context(), rivermigrate.DirectionUp, nil)
	require.NoError(t, err)
	require.Equal(t, pgtest.Value[[]string](t, url, shape), ours)
}
