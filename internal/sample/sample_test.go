package sample_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/report"
	"okno/internal/sample"
	"okno/sms/text"
)

func TestTheRegionLoadsOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	url := pgtest.URL(t)
	db := pgtest.Open(t, url)
	for range 2 {
		require.NoError(t, db.Do(ctx, func(w *store.Work) error {
			return sample.Load(ctx, w, "hash", text.Segments, time.Now())
		}))
	}
	for query, want := range map[string]int{
		`SELECT count(*) FROM service_versions WHERE sample`:                      45,
		`SELECT count(*) FROM service_versions, jsonb_object_keys(texts)`:         45 * 3,
		`SELECT count(DISTINCT state) FROM cases`:                                 8,
		`SELECT count(*) FROM cases`:                                              8,
		`SELECT count(*) FROM offices`:                                            2,
		`SELECT count(*) FROM queues`:                                             2,
		`SELECT count(*) FROM agents WHERE role = 'agent'`:                        4,
		`SELECT count(*) FROM agents WHERE role = 'supervisor'`:                   1,
		`SELECT count(*) FROM bindings`:                                           5,
		`SELECT count(*) FROM service_versions WHERE valid_until <= current_date`: 0,
		`SELECT count(*) FROM service_versions, jsonb_each(texts) t WHERE t.value->>'spoken' = '' OR t.value->>'name' = ''`: 0,
	} {
		require.Equal(t, want, pgtest.Value[int](t, url, query), query)
	}

	// The region is populated once as well, and nobody is told.
	for range 2 {
		require.NoError(t, db.Do(ctx, func(w *store.Work) error { return sample.Populate(ctx, w, time.Now()) }))
	}
	for query, want := range map[string]int{
		`SELECT count(*) FROM citizens`:                                                                                               sample.AllCitizens,
		`SELECT count(*) FROM cases`:                                                                                                  sample.AllCases,
		`SELECT count(*) FROM cases WHERE agency IS NULL`:                                                                             0,
		`SELECT count(*) FROM interactions WHERE ended_at IS NOT NULL`:                                                                sample.AllContacts,
		`SELECT (count(*) > 1500)::int FROM service_asks`:                                                                             1,
		`SELECT count(*) FROM contacts WHERE state <> 'ended' OR connected_at IS NOT NULL AND agent_id IS NULL`:                       0,
		`SELECT count(*) FROM (SELECT started_at < lag(started_at) OVER (ORDER BY id) AS back FROM interactions) i WHERE back`:        0,
		`SELECT count(*) FROM mt_messages`:                                                                                            0,
		`SELECT count(*) FROM exchange_deliveries`:                                                                                    0,
		`SELECT count(*) FROM cases c WHERE state <> (SELECT to_state FROM case_moves WHERE case_id = c.id ORDER BY id DESC LIMIT 1)`: 0,
		`SELECT count(*) FROM case_moves WHERE at > now()`:                                                                            0,
	} {
		require.Equal(t, want, pgtest.Value[int](t, url, query), query)
	}

	// Each report has something to show, and the funnel is of these conversations.
	now := time.Now()
	require.NoError(t, report.Rebuild(ctx, db, report.Span{From: now.AddDate(0, 0, -sample.Days-8).Truncate(time.Hour), To: now.Truncate(time.Hour).Add(time.Hour)}, now,
		func(report.Source, report.Span) {}))
	sum := func(source, count string) int64 {
		return pgtest.Value[int64](t, url, `SELECT coalesce(sum((counts->>$2)::bigint), 0)::bigint FROM report_hours WHERE source = $1`, source, count)
	}
	require.EqualValues(t, sample.AllContacts, sum("nodes", "left"), "each has one last stop")
	require.EqualValues(t, sample.AllContacts, sum("nodes", "finished")+sum("nodes", "left_with_operator")+sum("nodes", "gave_up"))
	require.Equal(t, sum("interactions", "incomplete"), sum("nodes", "gave_up_unanswered"))
	require.Equal(t, sum("interactions", "abandoned"), sum("nodes", "gave_up_waiting"))
	require.EqualValues(t, sample.AllContacts, sum("interactions", "begun"))
	require.Positive(t, sum("nodes", "left_with_operator"))
	for _, doing := range []string{"talking", "wrap_up", "available", "paused_lunch"} {
		require.Positive(t, sum("agents", doing), doing)
	}
}
