package agentdesk_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// An agent sees the own contacts of the last day, masked, with the cases that they were about, and nobody else's.
func TestRecentContactsAreTheOwn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	interaction, _ := o.keptTalk(t, o.Agents[0].ID, "+77010008805", "слова")
	number := o.opens(t, "+77010008805", "900513000008", 1)[0]
	pgtest.Exec(t, o.URL, fmt.Sprintf(`UPDATE interactions SET citizen_id = (SELECT citizen_id FROM cases WHERE number = '%s') WHERE id = %d`, number, interaction))
	o.Do(t, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		return w.LinkCase(t.Context(), interaction, c.ID)
	})
	server := o.edged(t)
	agent, other, auditor := cookieAt(t, server.URL, "aliya"), cookieAt(t, server.URL, "other"), cookieAt(t, server.URL, "checks")
	recent := func(cookie string) []any {
		t.Helper()
		status, answer := asksAt(t, server.URL, cookie, http.MethodGet, "/desk/contacts/recent", nil)
		require.Equal(t, http.StatusOK, status)
		return answer["contacts"].([]any)
	}
	found := recent(agent)
	require.Len(t, found, 1)
	c := found[0].(m)
	require.Equal(t, []any{"+7701•••8805", []any{number}, "voice"}, []any{c["number"], c["cases"], c["channel"]})
	require.NotContains(t, c["name"], "Петров")
	require.Empty(t, recent(other))
	status, _ := asksAt(t, server.URL, auditor, http.MethodGet, "/desk/contacts/recent", nil)
	require.Equal(t, http.StatusForbidden, status)
	status, _ = asksAt(t, server.URL, agent, http.MethodGet, fmt.Sprintf("/desk/contacts/%.0f", c["id"]), nil)
	require.Equal(t, http.StatusForbidden, status, "what ended is closed")
	pgtest.Exec(t, o.URL, `UPDATE contacts SET ended_at = now() - interval '25 hours'`)
	require.Empty(t, recent(agent))
}
