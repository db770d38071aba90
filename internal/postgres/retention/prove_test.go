package retention_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	store "okno/internal/postgres/retention"
	"okno/internal/retention"
)

// What stays after its time shows for every rule, whoever kept the sweeper from it; and what was deleted is counted with the day.
func TestWhatStaysLongerThanItsRuleShows(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	now := time.Now()
	pgtest.Exec(t, url, ground)
	pgtest.Exec(t, url, kept)
	for _, table := range store.Swept() {
		rule, _ := retention.Of(table)
		add(t, url, table, now.Add(-rule.For-25*time.Hour), "old") // a day more: some moments are days
	}
	proofs, err := db.ProveRetention(t.Context(), now)
	require.NoError(t, err)
	require.Len(t, retention.Broken(proofs), len(store.Swept()), "before anything is deleted, every rule is broken")
	require.ErrorContains(t, retention.Verdict(proofs, now), "not kept")

	pgtest.HoldRow(t, url, `SELECT FROM commands FOR UPDATE`, func() {
		_, _, err = db.SweepOld(t.Context(), now, time.Minute)
		require.NoError(t, err)
		proofs, err = db.ProveRetention(t.Context(), now)
		require.NoError(t, err)
		broken := retention.Broken(proofs)
		require.Len(t, broken, 1)
		require.Equal(t, "commands", broken[0].Table)
		require.EqualValues(t, 1, broken[0].Overdue)
	})
	_, _, err = db.SweepOld(t.Context(), now, time.Minute)
	require.NoError(t, err)
	_, err = db.ProveRetention(t.Context(), now.Add(time.Second))
	require.NoError(t, err)
	proofs, err = db.RetentionProofs(t.Context(), now.Add(-24*time.Hour))
	require.NoError(t, err)
	require.NoError(t, retention.Verdict(proofs, now))
	deleted := map[string]int64{}
	for _, p := range proofs {
		deleted[p.Table] += p.Deleted
	}
	for _, table := range store.Swept() {
		require.Positive(t, deleted[table], table)
	}
	_, err = db.ProveRetention(t.Context(), now.Add(24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, "1", pgtest.Value[string](t, url, `
		SELECT detail -> 'deleted' ->> 'commands' FROM audit WHERE action = 'retention.prove' ORDER BY id DESC LIMIT 1`), "the journal has it the day after")
}
