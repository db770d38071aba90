package agentdesk_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
)

func TestASupervisorSeesWhatCameOfPasswords(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	pgtest.Exec(t, o.URL, `INSERT INTO clients (name, title) VALUES ('egov', 'Portal')`)
	pgtest.Exec(t, o.URL, `INSERT INTO otp_hours (hour, client, prefix, route, sent, delivered, undelivered, verified) VALUES
		(date_trunc('hour', now()), 'egov', '+7701', 'beeline', 10, 9, 1, 7), (now() - interval '3 days', 'egov', '+7702', 'kcell', 5, 5, 0, 5)`)
	for _, one := range []otp.Watched{
		{Client: "egov", Prefix: "+7701"},
		{Client: "egov", Prefix: "+7702", Recent: otp.Tally{Verified: 3, Sent: 40}, Past: otp.Tally{Verified: 180, Sent: 200}},
	} {
		held, err := o.DB.HoldPasswords(t.Context(), one, "pumping", time.Now(), time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.True(t, held)
	}
	agent, chief := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "chief")
	status, _ := asksAt(t, o.server.URL, agent, http.MethodGet, "/desk/otp", nil)
	require.Equal(t, http.StatusForbidden, status)
	status, answer := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/otp", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{m{"client": "egov", "prefix": "+7701", "route": "beeline", "sent": 10.0, "delivered": 9.0, "undelivered": 1.0, "verified": 7.0}}, answer["report"])
	require.Len(t, answer["holds"], 2)
	for _, hold := range answer["holds"].([]any) {
		if hold.(m)["prefix"] == "+7701" {
			require.NotContains(t, hold, "counts", "a reason without counts is said as it is")
		}
	}
	_, answer = asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/otp?hours=168", nil)
	require.Len(t, answer["report"], 2)
	for _, hours := range []string{"0", "169", "-1", "x"} {
		status, answer = asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/otp?hours="+hours, nil)
		require.Equal(t, []any{http.StatusBadRequest, "hours"}, []any{status, answer["field"]}, hours)
	}

	lift := func(cookie, client, prefix string) int {
		status, _ := asksAt(t, o.server.URL, cookie, http.MethodPost, "/desk/otp/lift", m{"client": client, "prefix": prefix})
		return status
	}
	require.Equal(t, http.StatusForbidden, lift(agent, "egov", "+7701"))
	require.Equal(t, http.StatusBadRequest, lift(chief, "egov", ""), "not all at once by mistake")
	require.Equal(t, http.StatusNotFound, lift(chief, "egov", "+7709"))
	require.Equal(t, http.StatusNoContent, lift(chief, "egov", "+7701"))
	require.Equal(t, http.StatusNotFound, lift(chief, "egov", "+7701"), "once")
	_, answer = asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/otp", nil)
	holds := answer["holds"].([]any)
	require.Len(t, holds, 1)
	require.Equal(t, "+7702", holds[0].(m)["prefix"])
	require.Equal(t, m{"verified": 3., "sent": 40., "verified_before": 180., "sent_before": 200.}, holds[0].(m)["counts"])
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'otp.lift' AND actor LIKE 'agent:%'`))
}
