package agentdesk_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// An administrator adds somebody, who sets a password by the link; changes what the account may do, which ends its logins; and is told when
// another administrator was there first.
func TestAnAdministratorManagesAccounts(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	status, _ := o.asks(t, cookie, http.MethodGet, "/desk/agents", nil)
	require.Equal(t, http.StatusForbidden, status)
	o.becomes(t, "administrator")
	boris := m{"login": "boris", "name": " Борис  Ким ", "role": "agent", "languages": []string{"ru", "kk", "ru"}, "queues": []string{"general"}}
	with := func(more m) m {
		all := m{}
		for _, of := range []m{boris, more} {
			for key, value := range of {
				all[key] = value
			}
		}
		return all
	}
	for field, wrong := range map[string]m{
		"login": {"login": "Борис"}, "name": {"name": " "}, "role": {"role": "king"}, "languages": {"languages": []string{"de"}}, "queues": {"queues": []string{"moon"}},
	} {
		_, answer := o.asks(t, cookie, http.MethodPost, "/desk/agents", with(wrong))
		require.Equal(t, field, answer["field"], answer)
	}
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM agents`))
	status, added := o.asks(t, cookie, http.MethodPost, "/desk/agents", boris)
	require.Equal(t, http.StatusOK, status, added)
	status, taken := o.asks(t, cookie, http.MethodPost, "/desk/agents", boris)
	require.Equal(t, http.StatusConflict, status)
	require.Equal(t, "login", taken["field"])

	const chosen = "три синих трамвая едут"
	token := strings.TrimPrefix(added["fragment"].(string), "invitation=")
	status, _ = o.asks(t, "", http.MethodPost, "/desk/invitation", m{"token": token, "password": chosen})
	require.Equal(t, http.StatusOK, status)
	his, status := desktest.LogIn(t, o.server.URL, "boris", chosen)
	require.Equal(t, http.StatusOK, status)
	person := func() m {
		_, answer := o.asks(t, cookie, http.MethodGet, "/desk/agents", nil)
		for _, p := range answer["agents"].([]any) {
			if p.(m)["login"] == "boris" {
				return p.(m)
			}
		}
		return nil
	}
	require.Equal(t, "Борис Ким", person()["name"])
	require.Equal(t, true, person()["password"])

	was := m{"name": "Борис Ким", "role": "agent", "languages": []string{"kk", "ru"}, "queues": []string{"general"}}
	to := m{"name": "Борис Ким", "role": "agent", "languages": []string{"ru"}, "queues": []string{}}
	change := func(login string, was, to m) (int, m) {
		return o.asks(t, cookie, http.MethodPost, "/desk/agents/"+login, m{"was": was, "to": to})
	}
	status, _ = change("boris", was, to)
	require.Equal(t, http.StatusNoContent, status)
	require.Empty(t, person()["queues"])
	status, _ = o.asks(t, his, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusOK, status, "the login goes on")
	status, _ = change("boris", was, to)
	require.Equal(t, http.StatusConflict, status, "somebody else was first")
	leads := m{"name": "Борис Ким", "role": "supervisor", "languages": []string{"ru"}, "queues": []string{}}
	status, _ = change("boris", to, leads)
	require.Equal(t, http.StatusNoContent, status)
	status, _ = o.asks(t, his, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status, "another role is another login")
	status, _ = change("nobody", to, leads)
	require.Equal(t, http.StatusNotFound, status)

	self := m{"name": "Алия", "role": "administrator", "languages": []string{"ru"}, "queues": []string{"general"}}
	status, _ = change("aliya", self, m{"name": "Алия", "role": "agent", "languages": []string{"ru"}, "queues": []string{"general"}})
	require.Equal(t, http.StatusForbidden, status, "the last administrator stays one")
	status, _ = o.asks(t, cookie, http.MethodPost, "/desk/agents/aliya/lock", nil)
	require.Equal(t, http.StatusForbidden, status)
	status, _ = change("aliya", self, m{"name": "Алия Сапарова", "role": "administrator", "languages": []string{"ru"}, "queues": []string{"general"}})
	require.Equal(t, http.StatusNoContent, status)

	status, again := o.asks(t, cookie, http.MethodPost, "/desk/agents/boris/invite", m{"password": true})
	require.Equal(t, http.StatusOK, status)
	require.NotEqual(t, added["fragment"], again["fragment"])
	require.Equal(t, false, person()["password"])
	require.Equal(t, true, person()["invited"])
	_, status = desktest.LogIn(t, o.server.URL, "boris", chosen)
	require.Equal(t, http.StatusUnauthorized, status)
}

// An auditor finds in the journal who did what, page by page, and changes nothing.
func TestAnAuditorReadsTheJournal(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	require.Equal(t, true, p.Sends("finish", m{"contact": contact})["ok"])
	status, _ := o.asks(t, cookie, http.MethodGet, "/desk/journal", nil)
	require.Equal(t, http.StatusForbidden, status)
	o.becomes(t, "auditor")
	read := func(query string) (entries []any, all m) {
		status, all := o.asks(t, cookie, http.MethodGet, "/desk/journal"+query, nil)
		require.Equal(t, http.StatusOK, status, all)
		return all["entries"].([]any), all
	}
	entries, all := read("?action=contact.accept")
	require.Len(t, entries, 1)
	accepted := entries[0].(m)
	require.Equal(t, "Алия", all["names"].(m)[accepted["actor"].(string)])
	entries, _ = read("?actor=" + accepted["actor"].(string) + "&action=contact.accept&subject=" + accepted["subject"].(string))
	require.Equal(t, []any{accepted}, entries)
	for _, none := range []string{"?actor=agent:999", "?subject=contact:999", "?action=ontact", "?to=2020-01-01", "?from=2100-01-01", "?before=1"} {
		entries, _ = read(none)
		require.Empty(t, entries, none)
	}
	for _, wrong := range []string{"?from=28.11.2026", "?before=x"} {
		status, _ = o.asks(t, cookie, http.MethodGet, "/desk/journal"+wrong, nil)
		require.Equal(t, http.StatusBadRequest, status, wrong)
	}
	status, _ = o.asks(t, cookie, http.MethodGet, "/desk/agents", nil)
	require.Equal(t, http.StatusForbidden, status)
}
