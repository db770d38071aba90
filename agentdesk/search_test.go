package agentdesk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// An agent finds a citizen masked, and opens one by a contact in hand; an auditor finds nobody.
func TestAgentsSearchAndFindMasked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.registers(t, citizen)
	cookie, _ := o.logIn(t, floortest.Password)
	ask := func(query string) (int, m) {
		return o.asks(t, cookie, http.MethodGet, "/desk/search?"+query, nil)
	}
	look := func(text string) m {
		status, answer := ask("q=" + url.QueryEscape(text))
		require.Equal(t, http.StatusOK, status)
		return answer
	}
	masked := m{"id": float64(id), "name": "Айгуль С•••", "national_number": "•••••••••008", "language": nil, "contact": nil}
	for _, text := range []string{"айг", citizen, "900513000008"} {
		found := look(text)["citizens"].([]any)
		require.Len(t, found, 1, text)
		masked["language"] = found[0].(m)["language"]
		require.Equal(t, masked, found[0].(m))
	}
	require.Empty(t, look("никого")["citizens"])
	p := o.open(t, cookie, nil)
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	offered := p.Snapshot("an offer", desktest.InState("offered"))[0].(m)
	require.Nil(t, look("айг")["citizens"].([]any)[0].(m)["contact"], "an offer opens nobody")
	require.True(t, p.Sends("accept", m{"contact": offered["id"]})["ok"].(bool))
	require.Equal(t, offered["id"], look("айг")["citizens"].([]any)[0].(m)["contact"])
	opened := p.Sends("case_open", m{"contact": offered["id"], "kind": "inquiry", "subject": "Потерян паспорт"})["data"].(m)
	byWord := look("паспорта")["cases"].([]any)
	require.Len(t, byWord, 1)
	require.Equal(t, []any{opened["number"], offered["id"], nil}, []any{byWord[0].(m)["number"], byWord[0].(m)["contact"], byWord[0].(m)["subject"]})

	for _, query := range []string{"", "q=12", "q=" + url.QueryEscape("айг") + "&before=x", "q=" + url.QueryEscape("айг") + "&kind=agents"} {
		status, answer := ask(query)
		require.Equal(t, http.StatusBadRequest, status, query)
		require.NotEmpty(t, answer["title"], "a problem")
	}
	pgtest.Exec(t, o.URL, `UPDATE agents SET role = 'auditor'`)
	status, _ := ask("q=" + url.QueryEscape("айг"))
	require.Equal(t, http.StatusForbidden, status)
	require.Positive(t, pgtest.Value[int](t, o.URL, fmt.Sprintf(`SELECT count(*) FROM audit WHERE action = 'citizen.found' AND subject = 'citizen:%d'`, id)))
}
