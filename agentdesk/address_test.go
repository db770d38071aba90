package agentdesk_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/postgres/pgtest"
)

// forYou waits for what waits for an agent alone.
func forYou(p *page, what string, want func([]any) bool) []any {
	frame, _ := p.Until(what, func(frame m) bool { return frame["type"] == "snapshot" && want(frame["for_you"].([]any)) })
	return frame["for_you"].([]any)
}

// A supervisor gives a contact that waits to one agent, whose desk shows that it waits, and the wallboard for whom. The agent promises the citizen a call,
// keeps it, and sees when it is due.
func TestWhatIsForAnAgentIsShown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pgtest.Exec(t, o.URL, `UPDATE agents SET capacity = 0; UPDATE queues SET call_from = 0, call_until = 1440`)
	cookie, _ := o.logIn(t, "okno-demo")
	p := o.open(t, cookie, nil)
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	leader := o.lead(t, "chief")
	leads := desktest.Open(t, o.server.URL, leader, nil)
	o.writes(t, "оператор")
	id := pgtest.Value[int64](t, o.URL, `SELECT max(id) FROM contacts`)
	aliya := pgtest.Value[int64](t, o.URL, `SELECT id FROM agents WHERE login = 'aliya'`)
	give := m{"contact": id, "agent": aliya}
	require.Equal(t, "forbidden", p.Sends("requeue", give)["code"])
	require.Equal(t, "nowhere", leads.Sends("requeue", m{"contact": id, "agent": 999})["code"])
	require.True(t, leads.Sends("requeue", give)["ok"].(bool))
	waits := forYou(p, "what waits", func(all []any) bool { return len(all) == 1 })[0].(m)
	require.Equal(t, []any{float64(id), "sms", nil}, []any{waits["id"], waits["channel"], waits["due_at"]})
	_, wall := asksAt(t, o.server.URL, leader, http.MethodGet, "/desk/wall", nil)
	require.Equal(t, float64(aliya), wall["waiting"].([]any)[0].(m)["addressed_to"])

	pgtest.Exec(t, o.URL, `UPDATE agents SET capacity = 100`)
	offered := p.Snapshot("the offer", inState("offered"))[0].(m)
	require.True(t, offered["for_you"].(bool))
	require.True(t, p.Sends("accept", m{"contact": id})["ok"].(bool))
	require.False(t, p.Snapshot("the thread", inState("connected"))[0].(m)["for_you"].(bool))
	require.True(t, p.Sends("finish", m{"contact": id})["ok"].(bool))

	path := fmt.Sprintf("/desk/contacts/%d/call-times", id)
	status, answer := asksAt(t, o.server.URL, cookie, http.MethodGet, path, nil)
	require.Equal(t, http.StatusOK, status, answer)
	times := answer["times"].([]any)
	require.Len(t, times, 48)
	status, _ = asksAt(t, o.server.URL, leader, http.MethodGet, path, nil)
	require.Equal(t, http.StatusForbidden, status, "in other hands")
	refused := p.Sends("promise_call", m{"contact": id, "at": "2020-01-01T10:00:00Z"})
	require.Equal(t, []any{"bad_command", "at"}, []any{refused["code"], refused["field"]})
	require.True(t, p.Sends("promise_call", m{"contact": id, "at": times[3], "own": true})["ok"].(bool))
	due := func(all []any) bool { return len(all) == 1 && all[0].(m)["due_at"] != nil }
	callback := forYou(p, "the call that was promised", due)[0].(m)
	require.Equal(t, "callback", callback["channel"])
	at, err := time.Parse(time.RFC3339, times[3].(string))
	require.NoError(t, err)
	is, err := time.Parse(time.RFC3339, callback["due_at"].(string))
	require.NoError(t, err)
	require.True(t, at.Equal(is), "%v, %v", at, is)
	require.True(t, p.Sends("promise_call", m{"contact": id, "own": false})["ok"].(bool))
	forYou(p, "nothing", func(all []any) bool { return len(all) == 0 })
}
