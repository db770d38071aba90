package agentdesk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/message"
	"okno/internal/postgres/pgtest"
)

func (o *office) get(t *testing.T, cookie, path string) (status int, body m) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.server.URL+path, nil)
	require.NoError(t, err)
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&body))
	return response.StatusCode, body
}

func TestASupervisorOrdersLinks(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	o := newOffice(t)
	require.NoError(t, o.DB.AddLinks(ctx, []string{"a"}))
	require.NoError(t, o.DB.TellNode(ctx, "node-1", json.RawMessage(`{"links": [{"link": "a"}]}`)))
	orders := func() message.Order {
		orders, err := o.DB.LinkOrders(ctx)
		require.NoError(t, err)
		return orders["a"]
	}

	cookie, _ := o.logIn(t, "okno-demo")
	p := o.open(t, cookie, nil)
	require.Equal(t, "forbidden", p.Sends("order_link", m{"link": "a", "order": "paused"})["code"])
	status, _ := o.get(t, cookie, "/desk/sms")
	require.Equal(t, http.StatusForbidden, status)
	require.Equal(t, message.Open, orders())

	pgtest.Value[int](t, o.URL, `WITH grown AS (UPDATE agents SET role = 'supervisor' RETURNING 1) SELECT count(*)::int FROM grown`)
	p = o.open(t, cookie, nil)
	status, body := o.get(t, cookie, "/desk/sms")
	require.Equal(t, http.StatusOK, status)
	node := body["nodes"].([]any)[0].(m)
	require.Equal(t, "node-1", node["node"])
	require.Equal(t, m{"links": []any{m{"link": "a"}}}, node["standing"])

	for _, order := range []message.Order{message.Paused, message.Drained, message.Open} {
		require.Equal(t, true, p.Sends("order_link", m{"link": "a", "order": order})["ok"])
		require.Equal(t, order, orders())
	}
	require.Equal(t, "bad_command", p.Sends("order_link", m{"link": "a", "order": "broken"})["code"])
	require.Equal(t, "no_link", p.Sends("order_link", m{"link": "b", "order": "paused"})["code"])
	require.Equal(t, "paused drained open", pgtest.Value[string](t, o.URL,
		`SELECT string_agg(detail->>'ordered', ' ' ORDER BY id) FROM audit WHERE action = 'sms.link' AND subject = 'link:a' AND actor LIKE 'agent:%'`))
}
