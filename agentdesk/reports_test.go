package agentdesk_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/report"
)

// A supervisor reads figures with their definitions, and takes them along as a file; an agent and an auditor do not.
func TestASupervisorReadsReports(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "eye", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	pgtest.Exec(t, o.URL, `
WITH i AS (INSERT INTO interactions (channel, number_index, sealed_number, language, ended_at, outcome) VALUES ('sms', '', 'x', 'ru', now(), 'operator') RETURNING id)
INSERT INTO contacts (interaction_id, queue, channel, language, reason, sealed_context, effect, state, queued_at, connected_at, released_at, ended_at, outcome, agent_id)
SELECT id, (SELECT min(name) FROM queues), 'sms', 'ru', '', 'x', 'x', 'ended', now() - interval '70 s', now() - interval '60 s', now() - interval '20 s', now(), 'handled', (SELECT id FROM agents WHERE login = 'aliya') FROM i`)
	pgtest.Exec(t, o.URL, `INSERT INTO service_asks (interaction_id, channel, language, service) VALUES (1, 'sms', 'ru', '031'), (1, 'sms', 'ru', '777'), (1, 'sms', 'ru', '031')`)
	require.NoError(t, report.NewCounter(o.DB, time.Now, zerolog.Nop()).Count(t.Context(), job.CountReports{}))

	chief := cookieAt(t, o.server.URL, "chief")
	for _, path := range []string{"/desk/reports", "/desk/reports/queues", "/desk/reports/queues/csv"} {
		for _, login := range []string{"aliya", "eye"} {
			status, _ := asksAt(t, o.server.URL, cookieAt(t, o.server.URL, login), http.MethodGet, path, nil)
			require.Equal(t, http.StatusForbidden, status, "%s of %s", path, login)
		}
	}
	status, known := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports", nil)
	require.Equal(t, http.StatusOK, status)
	list := known["reports"].([]any)
	require.Len(t, list, len(report.Reports))
	for i, r := range report.Reports {
		require.Equal(t, r.Name, list[i].(m)["name"])
		for n, f := range list[i].(m)["figures"].([]any) {
			require.Equal(t, r.Figures[n].Definition["kk"], f.(m)["definition"].(m)["kk"])
		}
	}

	status, table := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports/queues?by=channel", nil)
	require.Equal(t, http.StatusOK, status, table)
	require.Equal(t, []any{"channel"}, table["keys"])
	require.Len(t, table["lines"], 1)
	line := table["lines"].([]any)[0].(m)
	require.Equal(t, []any{"sms"}, line["key"])
	require.Equal(t, line["values"], table["total"])
	figures := map[string]any{}
	queues, err := report.Named("queues")
	require.NoError(t, err)
	for i, f := range queues.Figures {
		figures[f.Name] = line["values"].([]any)[i]
	}
	require.Equal(t, []any{1.0, 1.0, 1.0, 10.0, 60.0}, []any{figures["offered"], figures["answered"], figures["service_level"], figures["asa"], figures["aht"]})

	_, none := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports/queues?only.channel=voice", nil)
	require.Empty(t, none["lines"])
	_, limited := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports/queues?by=queue&only.channel=sms", nil)
	require.Equal(t, table["total"], limited["total"])

	_, agents := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports/queues?by=agent", nil)
	require.Equal(t, []any{"aliya"}, agents["lines"].([]any)[0].(m)["key"])
	require.Equal(t, table["total"], agents["lines"].([]any)[0].(m)["values"])
	name := pgtest.Value[string](t, o.URL, `SELECT name FROM agents WHERE login = 'aliya'`)
	require.Equal(t, m{"ru": name, "kk": name, "en": name}, agents["labels"].(m)["aliya"])

	_, asked := asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/reports/services", nil)
	require.Equal(t, []any{"031"}, asked["lines"].([]any)[0].(m)["key"], "the most asked first")
	require.Equal(t, m{"031": m{"ru": "Справка о судимости", "kk": "", "en": ""}}, asked["labels"])

	for path, want := range map[string]struct {
		status int
		field  string
	}{
		"/desk/reports/nothing":                              {http.StatusNotFound, "report"},
		"/desk/reports/queues?by=agency":                     {http.StatusBadRequest, "by"},
		"/desk/reports/queues?only.agency=moj":               {http.StatusBadRequest, "only"},
		"/desk/reports/queues?from=x":                        {http.StatusBadRequest, "from"},
		"/desk/reports/queues?from=2020-01-01":               {http.StatusBadRequest, "from"},
		"/desk/reports/queues?from=2026-02-01&to=2026-01-01": {http.StatusBadRequest, "to"},
	} {
		status, answer := asksAt(t, o.server.URL, chief, http.MethodGet, path, nil)
		require.Equal(t, []any{want.status, want.field}, []any{status, answer["field"]}, path)
	}

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.server.URL+"/desk/reports/queues/csv?by=queue&from=2026-11-01&to=2026-11-30", nil)
	require.NoError(t, err)
	request.Header.Set("Cookie", chief)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	file, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, `attachment; filename="queues-2026-11-01-2026-11-30-by-queue.csv"`, answer.Header.Get("Content-Disposition"))
	require.Contains(t, string(file), "queue,offered,answered,service_level,")
}
