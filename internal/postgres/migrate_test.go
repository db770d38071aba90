package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

func TestMigrateTwiceRunsNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	ran, err := db.Migrate(context.Background())
	require.NoError(t, err)
	require.Empty(t, ran)
}
