package agentdesk_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A supervisor sees what was given up for an agency, and has it tried again.
func TestASupervisorReplaysWhatWasGivenUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		require.NoError(t, w.SaveAgency(t.Context(), "moj", map[dialogue.Language]string{"ru": "М"}))
		require.NoError(t, w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: "moj", URL: "http://127.0.0.1:1", Secrets: []string{exchange.NewSecret()}}, "test"))
		_, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Agency: "moj", Contact: "+77010009999", Subject: "x", By: "citizen"})
		return err
	})
	pgtest.Exec(t, o.URL, `UPDATE exchange_deliveries SET state = 'dead', last_problem = 'the answer was 500'`)
	pgtest.Exec(t, o.URL, `DELETE FROM river_job`)
	agent, chief := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "chief")
	for _, path := range []struct{ method, path string }{{http.MethodGet, "/desk/agencies"}, {http.MethodPost, "/desk/agencies/moj/replay"}} {
		status, _ := asksAt(t, o.server.URL, agent, path.method, path.path, nil)
		require.Equal(t, http.StatusForbidden, status, path.path)
	}
	status, answer := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/agencies", nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, m{"agency": "moj", "waiting": 0.0, "dead": 1.0, "oldest_seconds": 0.0, "problem": "the answer was 500", "took_ms": 0.0, "reported_at": nil},
		answer["agencies"].([]any)[0])
	status, answer = asksAt(t, o.server.URL, chief, http.MethodPost, "/desk/agencies/moj/replay", nil)
	require.Equal(t, []any{http.StatusOK, 1.0}, []any{status, answer["replayed"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM river_job WHERE kind = 'exchange.deliver'`))
	_, answer = asksAt(t, o.server.URL, chief, http.MethodPost, "/desk/agencies/moj/replay", nil)
	require.Equal(t, 0.0, answer["replayed"], "once")
	_, answer = asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/agencies", nil)
	require.Equal(t, 1.0, answer["agencies"].([]any)[0].(m)["waiting"])
}
