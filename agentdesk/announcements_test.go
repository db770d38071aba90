package agentdesk_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

func TestASupervisorAnnounces(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	flood := m{"texts": m{"kk": "Су тасқыны.", "ru": "Паводок.", "en": "There is a flood."}, "prefixes": []string{"+77272"}}
	cookie, _ := o.logIn(t, "okno-demo")
	p := o.open(t, cookie, nil)
	require.Equal(t, "forbidden", p.Sends("announce", flood)["code"])
	status, _ := o.get(t, cookie, "/desk/announcements")
	require.Equal(t, http.StatusForbidden, status)

	pgtest.Exec(t, o.URL, `UPDATE agents SET role = 'supervisor'`)
	p = o.open(t, cookie, nil)
	refused := p.Sends("announce", m{"texts": m{"ru": "Паводок."}})
	require.Equal(t, "texts", refused["field"], "each language is heard by somebody")
	require.Equal(t, "prefixes", p.Sends("announce", m{"texts": flood["texts"], "prefixes": []string{"область"}})["field"])
	on := func() []any {
		status, body := o.get(t, cookie, "/desk/announcements")
		require.Equal(t, http.StatusOK, status)
		return body["announcements"].([]any)
	}
	require.Empty(t, on())
	id := p.Sends("announce", flood)["data"].(m)["id"]
	require.Equal(t, []any{"+77272"}, on()[0].(m)["prefixes"])
	require.Equal(t, "Паводок.", on()[0].(m)["texts"].(m)["ru"])
	require.Equal(t, true, p.Sends("announce_end", m{"id": id})["ok"])
	require.Equal(t, false, p.Sends("announce_end", m{"id": id})["ok"])
	require.Empty(t, on())
	require.Equal(t, "announcement.on announcement.off", pgtest.Value[string](t, o.URL,
		`SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'announcement.%' AND actor LIKE 'agent:%'`))
}
