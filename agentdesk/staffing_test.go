package agentdesk_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// The same day of the week before had ten calls in a quarter of an hour, of three minutes each.
func TestASupervisorStaffsADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	day := time.Now().UTC().AddDate(0, 0, 1)
	pgtest.Exec(t, o.URL, `
WITH i AS (INSERT INTO interactions (channel, language, started_at, ended_at) SELECT 'voice', 'ru', now(), now() FROM generate_series(1, 10) RETURNING id)
INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, agent_id, queued_at, connected_at, released_at, ended_at)
SELECT i.id, 'general', 'voice', 'ru', '', 'x', 'ended', (SELECT min(id) FROM agents), q.at, q.at, q.at + interval '150 s', q.at + interval '180 s'
FROM i CROSS JOIN (SELECT '`+day.AddDate(0, 0, -7).Format(time.DateOnly)+` 09:50Z'::timestamptz AS at) q`)
	ask := func(query string) (int, m) {
		return o.asks(t, cookie, http.MethodGet, "/desk/staffing?queue=general&"+query, nil)
	}
	status, _ := ask("")
	require.Equal(t, http.StatusForbidden, status)
	o.becomes(t, "supervisor")
	_, answer := ask("weeks=1")
	quarter := answer["quarters"].([]any)[0].(m)
	require.Equal(t, day.Format(time.DateOnly), answer["day"])
	require.Equal(t, []any{"09:45", 10., 180., 4., 4.}, []any{quarter["from"], quarter["calls"], quarter["handle"], quarter["needed"], quarter["agents"]})
	require.Greater(t, quarter["in_time"], 0.8)
	_, answer = ask("weeks=1&calls=200&agents=4")
	quarter = answer["quarters"].([]any)[0].(m)
	require.Equal(t, []any{20., 4., 0.}, []any{quarter["calls"], quarter["agents"], quarter["in_time"]}, "twice the calls")
	_, answer = o.asks(t, cookie, http.MethodGet, "/desk/staffing?queue=other", nil)
	require.Empty(t, answer["quarters"])
	for field, wrong := range map[string]string{"weeks": "53", "share": "100", "target": "x", "calls": "NaN", "handle": "-1", "agents": "-1", "day": "завтра"} {
		status, answer = ask(field + "=" + wrong)
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]})
	}
}
