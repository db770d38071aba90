package agentdesk_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A leader sees who is there and what waits, and nothing of any citizen.
func TestTheFloorIsSeenByWhoeverLeadsIt(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	for _, path := range []string{"/desk/wall", "/desk/wall/day"} {
		status, _ := o.get(t, cookie, path)
		require.Equal(t, http.StatusForbidden, status, path)
	}
	require.Equal(t, "forbidden", p.Sends("direct", m{"agent": 1, "status": "offline"})["code"])
	require.Equal(t, "forbidden", p.Sends("requeue", m{"contact": contact, "queue": ""})["code"])
	o.becomes(t, "supervisor")

	status, wall := o.get(t, cookie, "/desk/wall")
	require.Equal(t, http.StatusOK, status)
	agent := wall["agents"].([]any)[0].(m)
	require.Equal(t, "Алия", agent["name"])
	require.Equal(t, true, agent["connected"])
	hand := agent["hands"].([]any)[0].(m)
	require.Equal(t, contact, hand["contact"])
	require.Equal(t, "connected", hand["state"])
	require.Empty(t, wall["waiting"])
	require.NotContains(t, wall, "citizen")

	p = o.open(t, cookie, nil)
	id := agent["id"]
	for _, wrong := range []m{{"agent": id, "status": "asleep"}, {"agent": id, "status": "paused"}, {"agent": id, "status": "offline", "reason": "lunch"}} {
		require.Equal(t, "bad_command", p.Sends("direct", wrong)["code"])
	}
	require.Equal(t, "no_agent", p.Sends("direct", m{"agent": 999, "status": "offline"})["code"])
	pgtest.Exec(t, o.URL, `INSERT INTO pause_limits VALUES ('supervisor', 'training', 600), ('agent', 'training', 60)`)
	require.Equal(t, true, p.Sends("direct", m{"agent": id, "status": "paused", "reason": "training"})["ok"])
	require.Equal(t, true, p.Sends("requeue", m{"contact": contact, "queue": ""})["ok"])
	_, wall = o.get(t, cookie, "/desk/wall")
	agent = wall["agents"].([]any)[0].(m)
	require.Equal(t, "training", agent["reason"])
	since, err := time.Parse(time.RFC3339, agent["since"].(string))
	require.NoError(t, err)
	until, err := time.Parse(time.RFC3339, agent["pause_until"].(string))
	require.NoError(t, err)
	require.Equal(t, 10*time.Minute, until.Sub(since), "the limit is that of the role")
	p.Until("the agent sees it, too", func(got m) bool {
		return got["type"] == "snapshot" && got["agent"].(m)["pause_until"] == agent["pause_until"]
	})
	require.Empty(t, agent["hands"])
	waits := wall["waiting"].([]any)[0].(m)
	require.Equal(t, contact, waits["contact"])
	require.Equal(t, "sms", waits["channel"])

	_, day := o.get(t, cookie, "/desk/wall/day")
	quarter := day["today"].([]any)[0].(m)
	require.Equal(t, "general", quarter["queue"])
	require.Equal(t, m{"offered": 1., "answered": 1., "answered_in_target": 1., "abandoned": 0., "abandoned_short": 0., "wait": quarter["counts"].(m)["wait"]}, quarter["counts"])
	require.Empty(t, day["before"])
	require.Equal(t, m{"seconds": 20., "percent": 80.}, day["targets"].(m)["general"])
	inTarget := func() any {
		_, day := o.get(t, cookie, "/desk/wall/day")
		return day["today"].([]any)[0].(m)["counts"].(m)["answered_in_target"]
	}
	pgtest.Exec(t, o.URL, `UPDATE contacts SET connected_at = queued_at + interval '30 s' WHERE connected_at IS NOT NULL`)
	require.Equal(t, 0., inTarget())
	pgtest.Exec(t, o.URL, `UPDATE queues SET target_seconds = 45`)
	require.Equal(t, 1., inTarget(), "each queue has its own target")
}
