package agentdesk_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/web"
	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/floor/floortest"
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
	require.Equal(t, m{"agency": "moj", "title": m{"ru": "М"}, "waiting": 0.0, "dead": 1.0, "oldest_seconds": 0.0,
		"problem": "the answer was 500", "problem_code": "status", "problem_values": m{"status": "500"}, "took_ms": 0.0, "reported_at": nil},
		answer["agencies"].([]any)[0])
	status, answer = asksAt(t, o.server.URL, chief, http.MethodPost, "/desk/agencies/moj/replay", nil)
	require.Equal(t, []any{http.StatusOK, 1.0}, []any{status, answer["replayed"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM river_job WHERE kind = 'exchange.deliver'`))
	_, answer = asksAt(t, o.server.URL, chief, http.MethodPost, "/desk/agencies/moj/replay", nil)
	require.Equal(t, 0.0, answer["replayed"], "once")
	_, answer = asksAt(t, o.server.URL, chief, http.MethodGet, "/desk/agencies", nil)
	require.Equal(t, 1.0, answer["agencies"].([]any)[0].(m)["waiting"])
}

// One dead letter is tried again. An administrator rotates an agency's signing secret, which is shown once, and ends the one before.
func TestAgenciesHaveTheirKeysAndDeadLettersAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	before := exchange.NewSecret()
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		require.NoError(t, w.SaveAgency(t.Context(), "moj", map[dialogue.Language]string{"ru": "М"}))
		require.NoError(t, w.SaveEndpoint(t.Context(), exchange.Endpoint{Agency: "moj", URL: "http://127.0.0.1:1", Secrets: []string{before}}, "test"))
		require.NoError(t, w.AddClient(t.Context(), client.Client{Name: "moj-system", Title: "M", Scopes: []client.Scope{client.Exchange}, Agency: "moj"}, "test", ""))
		for range 2 {
			_, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Agency: "moj", Contact: "+77010009999", Subject: "x", By: "citizen"})
			require.NoError(t, err)
		}
		return nil
	})
	pgtest.Exec(t, o.URL, `UPDATE exchange_deliveries SET state = 'dead', last_problem = 'the answer was 500'`)
	pgtest.Exec(t, o.URL, `DELETE FROM river_job`)
	ask := func(method, path string, body any) (int, m) {
		t.Helper()
		return o.asks(t, cookie, method, "/desk/agencies/moj/"+path, body)
	}
	for role, want := range map[string][]int{"agent": {403, 403, 403}, "auditor": {403, 403, 403}, "supervisor": {200, 403, 403}, "administrator": {200, 200, 400}} {
		o.becomes(t, role)
		letters, _ := ask(http.MethodGet, "dead", nil)
		keys, _ := ask(http.MethodGet, "keys", nil)
		rotated, _ := ask(http.MethodPost, "keys/rotate", m{"why": " "})
		require.Equal(t, want, []int{letters, keys, rotated}, role)
	}
	o.becomes(t, "administrator")
	_, dead := ask(http.MethodGet, "dead", nil)
	require.Len(t, dead["letters"], 2)
	letter := dead["letters"].([]any)[0].(m)
	require.Equal(t, []any{"case.opened", "the answer was 500", "status", m{"status": "500"}}, []any{letter["event"], letter["problem"], letter["problem_code"], letter["problem_values"]})
	for _, want := range []int{http.StatusNoContent, http.StatusNotFound} {
		status, answer := ask(http.MethodPost, fmt.Sprintf("dead/%v/replay", letter["id"]), nil)
		require.Equal(t, want, status, answer)
	}
	require.Equal(t, "dead waiting", pgtest.Value[string](t, o.URL, `SELECT string_agg(state, ' ' ORDER BY id) FROM exchange_deliveries`))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM river_job WHERE kind = 'exchange.deliver'`))

	_, keys := ask(http.MethodGet, "keys", nil)
	require.Equal(t, m{"url": "http://127.0.0.1:1", "files": false, "paused": false, "signing": 1.}, keys["endpoint"])
	require.Equal(t, "moj-system", keys["systems"].([]any)[0].(m)["client"])
	status, answer := ask(http.MethodPost, "keys/rotate", m{"why": "раз в год"})
	require.Equal(t, http.StatusOK, status, answer)
	secret := answer["key"].(string)
	e, err := o.DB.Endpoint(t.Context(), "moj")
	require.NoError(t, err)
	require.Equal(t, []string{secret, before}, e.Secrets, "both sign")
	status, _ = ask(http.MethodPost, "keys/revoke", m{"why": "агентство перешло"})
	require.Equal(t, http.StatusNoContent, status)
	e, err = o.DB.Endpoint(t.Context(), "moj")
	require.NoError(t, err)
	require.Equal(t, []string{secret}, e.Secrets)
	_, keys = ask(http.MethodGet, "keys", nil)
	require.NotContains(t, fmt.Sprint(keys), secret)
	require.NotContains(t, pgtest.Dump(t, o.URL), secret)
	require.Equal(t, "exchange.replay; exchange.rotate раз в год; exchange.secret_end агентство перешло", pgtest.Value[string](t, o.URL,
		`SELECT string_agg(concat_ws(' ', action, detail->>'why'), '; ' ORDER BY id) FROM audit WHERE subject = 'agency:moj' AND actor LIKE 'agent:%'`))
	status, _ = o.asks(t, cookie, http.MethodPost, "/desk/agencies/moon/keys/rotate", m{"why": "x"})
	require.Equal(t, http.StatusNotFound, status)
}

// Each problem of an exchange has its words in the languages of the page beside English, which the server has, with the same values in them.
func TestEachProblemIsSaidInEachLanguage(t *testing.T) {
	t.Parallel()
	var said map[string]map[string]string
	require.NoError(t, json.Unmarshal(web.Problems, &said))
	codes := exchange.ProblemCodes()
	require.ElementsMatch(t, slices.Collect(maps.Keys(codes)), slices.Collect(maps.Keys(said)))
	parameter := regexp.MustCompile(`\{(\w+)\}`)
	for code, values := range codes {
		require.Len(t, said[code], len(dialogue.Languages)-1, code)
		for language, text := range said[code] {
			require.Contains(t, dialogue.Languages, dialogue.Language(language))
			require.NotEmpty(t, text, "%s in %s", code, language)
			named := []string{}
			for _, found := range parameter.FindAllStringSubmatch(text, -1) {
				named = append(named, found[1])
			}
			require.ElementsMatch(t, values, named, "%s in %s", code, language)
		}
	}
}
