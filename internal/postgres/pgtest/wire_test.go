package pgtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/fault"
	"okno/internal/postgres"
)

func TestAWireIsCutAtACommit(t *testing.T) {
	t.Parallel()
	url := URL(t)
	wire := NewWire(t, url)
	db, err := postgres.Open(wire.URL, postgres.Options{})
	require.NoError(t, err)
	t.Cleanup(db.Close)
	add := func(name string) error {
		return db.Do(t.Context(), func(tx *postgres.Tx) error {
			_, err := tx.Exec(t.Context(), `INSERT INTO sms_links (name) VALUES ($1)`, name)
			return err
		})
	}
	wire.Decide("INTO sms_links", Commits, LosesReply, LosesOrder)
	require.NoError(t, add("a"))
	require.NoError(t, db.Do(t.Context(), func(tx *postgres.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE sms_nodes SET told_at = now()`)
		return err
	}), "it is about other tables")
	require.ErrorIs(t, add("b"), fault.ErrUncertain)
	require.ErrorIs(t, add("c"), fault.ErrUncertain)
	require.Zero(t, wire.Undecided())
	require.NoError(t, add("d"))
	require.Equal(t, "a,b,d", Value[string](t, url, `SELECT string_agg(name, ',' ORDER BY name) FROM sms_links`))
}
