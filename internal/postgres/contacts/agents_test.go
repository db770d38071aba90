package contacts_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// The leases of many desks are renewed at once: not one that has ended, whose time has to be noted, and not one whose agent something else is
// about to change.
func TestDesksAreRenewedTogether(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 3)
	ctx := t.Context()
	alive, ended, busy := h.Agents[0].ID, h.Agents[1].ID, h.Agents[2].ID
	pgtest.Exec(t, h.URL, `UPDATE agents SET connected_until = CASE login WHEN 'agent2' THEN now() ELSE now() + interval '20 seconds' END`)
	other, err := pgx.Connect(ctx, h.URL)
	require.NoError(t, err)
	defer other.Close(ctx)
	tx, err := other.Begin(ctx)
	require.NoError(t, err)
	_, err = tx.Exec(ctx, `UPDATE agents SET name = 'Марат' WHERE id = $1`, busy)
	require.NoError(t, err)

	renew := func() []int64 {
		renewed, err := h.DB.RenewDesks(ctx, []int64{alive, ended, busy}, []string{"page 1", "page 2", "page 3"}, time.Minute)
		require.NoError(t, err)
		return renewed
	}
	require.Equal(t, []int64{alive}, renew())
	require.NoError(t, tx.Commit(ctx))
	require.ElementsMatch(t, []int64{alive, busy}, renew())
	require.Equal(t, "page 1,test,page 3", pgtest.Value[string](t, h.URL, `SELECT string_agg(connected_node, ',' ORDER BY id) FROM agents`))
	require.Equal(t, []int64{alive, busy}, pgtest.Value[[]int64](t, h.URL, `SELECT array_agg(id ORDER BY id) FROM agents WHERE connected_until > now() + interval '30 seconds'`))
}
