package agentdesk_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/client"
	"okno/internal/exchange"
	"okno/internal/floor/floortest"
	"okno/internal/notification"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// An administrator adds a client, gives it keys and ends them, and keeps it out. A key is shown once, and stands nowhere afterwards.
func TestClientsAreManagedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	post := func(path string, body m) (int, m) {
		t.Helper()
		return o.asks(t, cookie, http.MethodPost, "/desk/clients"+path, body)
	}
	for _, role := range []string{"agent", "supervisor", "auditor"} {
		o.becomes(t, role)
		for _, path := range []string{"", "/egov", "/egov/keys", "/egov/keys/1/revoke", "/egov/suspend", "/egov/resume", "/egov/webhook/1/replay"} {
			status, _ := post(path, m{"why": "x"})
			require.Equal(t, http.StatusForbidden, status, "%s %s", role, path)
		}
		for _, path := range []string{"", "/egov/webhook"} {
			status, _ := o.asks(t, cookie, http.MethodGet, "/desk/clients"+path, nil)
			require.Equal(t, http.StatusForbidden, status, "%s %s", role, path)
		}
	}
	o.becomes(t, "administrator")
	portal := m{"name": "egov", "title": "eGov", "scopes": []string{"otp", "catalogue"}, "addresses": []string{"10.1.0.0/16"}, "budget": 500, "why": "договор 7"}
	for field, wrong := range map[string]m{"name": {"name": "okno"}, "title": {"title": "Портал, у которого очень длинное название для людей"}, "budget": {"budget": -1},
		"scopes": {"scopes": []string{"everything"}}, "addresses": {"addresses": []string{"дома"}}, "agency": {"agency": "moon", "scopes": []string{"exchange"}}, "why": {"why": " "}} {
		status, answer := post("", with(portal, wrong))
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]}, answer)
	}
	status, answer := post("", portal)
	require.Equal(t, http.StatusNoContent, status, answer)
	status, answer = post("", portal)
	require.Equal(t, []any{http.StatusConflict, "name"}, []any{status, answer["field"]})

	only := func() m {
		t.Helper()
		status, all := o.asks(t, cookie, http.MethodGet, "/desk/clients", nil)
		require.Equal(t, http.StatusOK, status, all)
		require.Len(t, all["clients"], 1, "Okno's own is not listed")
		return all["clients"].([]any)[0].(m)
	}
	require.Equal(t, []any{"eGov", 500., []any{"10.1.0.0/16"}, false, []any{}, nil},
		[]any{only()["title"], only()["budget"], only()["addresses"], only()["suspended"], only()["keys"], only()["webhook"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM otp_purposes WHERE client = 'egov' AND name = 'sign-in'`))

	give := func(atOnce bool) string {
		t.Helper()
		status, answer := post("/egov/keys", m{"why": "первый выпуск", "at_once": atOnce})
		require.Equal(t, http.StatusOK, status, answer)
		return answer["key"].(string)
	}
	admitted := func(key string) bool {
		t.Helper()
		c, k, err := o.DB.ClientByKey(t.Context(), client.Hash(key))
		require.NoError(t, err)
		return client.Admit(c, k, client.Presented{Address: c.Addresses[0].Addr()}, time.Now()) == nil
	}
	first := give(false)
	second := give(false)
	require.Equal(t, []bool{true, true}, []bool{admitted(first), admitted(second)}, "the first goes on for a day")
	third := give(true)
	require.Equal(t, []bool{false, false, true}, []bool{admitted(first), admitted(second), admitted(third)})
	keys := only()["keys"].([]any)
	require.Len(t, keys, 3)
	newest := keys[2].(m)
	require.Equal(t, []any{false, nil}, []any{newest["ended"], newest["last_used_at"]})
	require.NotContains(t, fmt.Sprint(only()), third)
	require.NotContains(t, pgtest.Dump(t, o.URL), third)
	for _, path := range []string{"/okno", "/nobody"} {
		status, answer = post(path, m{"was": m{"title": "A"}, "to": m{"title": "B"}, "why": "x"})
		require.Equal(t, http.StatusNotFound, status, "%s: %v", path, answer)
	}
	for _, path := range []string{"/okno/keys", "/okno/suspend", "/nobody/keys", "/nobody/suspend", "/egov/keys/0/revoke", "/egov/keys/x/revoke"} {
		status, answer = post(path, m{"why": "x"})
		require.Equal(t, http.StatusNotFound, status, "%s: %v", path, answer)
	}

	status, _ = post("/egov/suspend", m{"why": "расследование"})
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, []any{true, false}, []any{only()["suspended"], admitted(third)})
	status, _ = post("/egov/resume", m{"why": "всё в порядке"})
	require.Equal(t, http.StatusNoContent, status)
	require.True(t, admitted(third))
	status, _ = post(fmt.Sprintf("/egov/keys/%v/revoke", newest["id"]), m{"why": "утечка"})
	require.Equal(t, http.StatusNoContent, status)
	require.False(t, admitted(third))
	require.Equal(t, "client.add договор 7; client.key первый выпуск; client.key первый выпуск; client.key первый выпуск; client.suspend расследование; client.resume всё в порядке; client.key_end утечка",
		pgtest.Value[string](t, o.URL, `SELECT string_agg(action || ' ' || (detail->>'why'), '; ' ORDER BY id) FROM audit WHERE subject = 'client:egov' AND actor LIKE 'agent:%' AND detail ? 'why'`))
}

// What is written of a client at the desk is changed there, unless somebody else was first; what its file has besides stays.
func TestAClientIsChangedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "administrator")
	portal := client.Client{Name: "egov", Title: "eGov", Scopes: []client.Scope{client.Catalogue}, Certificates: []string{strings.Repeat("ab", 32)}, Budget: 500,
		Notices: notification.Settings{Day: 700}}
	o.Do(t, func(w *store.Work) error { return w.AddClient(t.Context(), portal, "test", "") })
	was := m{"title": "eGov", "scopes": []string{"catalogue"}, "addresses": []string{}, "budget": 500, "agency": ""}
	change := func(was, to m) (int, m) {
		return o.asks(t, cookie, http.MethodPost, "/desk/clients/egov", m{"was": was, "to": to, "why": "договор 8"})
	}
	to := with(was, m{"title": "Портал", "scopes": []string{"otp", "catalogue"}, "addresses": []string{"10.1.0.0/16"}, "budget": 0})
	for field, wrong := range map[string]m{"title": {"title": "Портал, у которого очень длинное название для людей"}, "scopes": {"scopes": []string{"everything"}}, "addresses": {"addresses": []string{"дома"}}, "agency": {"agency": "moon"}} {
		status, answer := change(was, with(to, wrong))
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]}, answer)
	}
	status, answer := change(was, to)
	require.Equal(t, http.StatusNoContent, status, answer)
	portal.Title, portal.Budget, portal.Addresses = "Портал", 0, []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	portal.Scopes = []client.Scope{client.OTP, client.Catalogue}
	stands := func() client.Client {
		c, err := o.DB.Client(t.Context(), "egov")
		require.NoError(t, err)
		c.Notices.Destinations = nil
		return c
	}
	require.Equal(t, portal, stands())
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM otp_purposes WHERE client = 'egov' AND name = 'sign-in'`))
	pgtest.Exec(t, o.URL, `UPDATE otp_purposes SET definition = jsonb_set(definition, '{Tries}', '2') WHERE client = 'egov'`)
	status, answer = change(was, to)
	require.Equal(t, []any{http.StatusConflict, "conflict"}, []any{status, answer["code"]}, "somebody else was first")
	status, answer = change(to, with(to, m{"title": "Портал 2"}))
	require.Equal(t, http.StatusNoContent, status, answer)
	require.Equal(t, "Портал 2", stands().Title)
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT (definition ->> 'Tries')::int FROM otp_purposes WHERE client = 'egov'`), "the purposes stay")
	require.Equal(t, "договор 8; договор 8", pgtest.Value[string](t, o.URL, `SELECT string_agg(detail->>'why', '; ') FROM audit WHERE action = 'client.change'`))
}

// What a client did not take is listed with its problem, and told again by a click. Nothing of the secrets is shown.
func TestWebhooksOfClientsAreLookedAfterAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "administrator")
	secret := exchange.NewSecret()
	o.Do(t, func(w *store.Work) error {
		if err := w.AddClient(t.Context(), client.Client{Name: "egov", Title: "eGov", Scopes: []client.Scope{client.Webhooks}}, "test", ""); err != nil {
			return err
		}
		return w.SaveWebhook(t.Context(), "egov", exchange.Endpoint{URL: "https://egov.example/hook", Secrets: []string{secret}}, "test")
	})
	pgtest.Exec(t, o.URL, `INSERT INTO webhook_deliveries (client, about, event, message, state, attempts, last_problem, last_at)
		VALUES ('egov', 'case:1', 'case.moved', '{}', 'delivered', 0, NULL, now()), ('egov', 'case:1', 'case.moved', '{}', 'dead', 9, 'no answer within 10s', now())`)
	_, all := o.asks(t, cookie, http.MethodGet, "/desk/clients", nil)
	require.Equal(t, m{"url": "https://egov.example/hook", "paused": false, "waiting": 0., "dead": 1., "oldest_seconds": 0.}, all["clients"].([]any)[0].(m)["webhook"])
	require.NotContains(t, fmt.Sprint(all), secret)
	_, log := o.asks(t, cookie, http.MethodGet, "/desk/clients/egov/webhook", nil)
	failures := log["failures"].([]any)
	require.Len(t, failures, 1)
	failed := failures[0].(m)
	require.Equal(t, []any{"dead", "no answer within 10s", "timeout", m{"seconds": "10"}}, []any{failed["state"], failed["problem"], failed["problem_code"], failed["problem_values"]})
	replay := func(client string, id any) int {
		status, _ := o.asks(t, cookie, http.MethodPost, fmt.Sprintf("/desk/clients/%s/webhook/%v/replay", client, id), nil)
		return status
	}
	require.Equal(t, []int{http.StatusNoContent, http.StatusNotFound, http.StatusNotFound, http.StatusNotFound},
		[]int{replay("egov", failed["id"]), replay("other", failed["id"]), replay("egov", 999), replay("egov", "x")})
	require.Equal(t, "waiting", pgtest.Value[string](t, o.URL, `SELECT state FROM webhook_deliveries WHERE last_problem IS NOT NULL`))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'client.replay' AND actor LIKE 'agent:%'`))
}
