package agentdesk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// Filters narrow a list together; those that an agent keeps are the agent's own.
func TestCasesAreFiltered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	pgtest.Exec(t, o.URL, `
INSERT INTO services (code, version) VALUES ('031', 1), ('005', 1);
INSERT INTO agencies (code, name) VALUES ('akimat', '{}'), ('tax', '{}');
INSERT INTO service_versions (service, version, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
VALUES ('031', 1, 'test', 'c', 'akimat', 3, 'o', now(), now(), now(), '{}'), ('005', 1, 'test', 'c', 'tax', 3, 'o', now(), now(), now(), '{}');
INSERT INTO cases (number, kind, state, service, agency, queue, assignee, due_at) VALUES
    ('000000001', 'appeal', 'registered',  '031', 'akimat', 'general', NULL, now() - interval '1 day'),
    ('000000002', 'appeal', 'in_progress', '031', 'akimat', 'general', (SELECT min(id) FROM agents), now() + interval '1 day'),
    ('000000003', 'appeal', 'in_progress', '005', 'tax',    'general', (SELECT min(id) FROM agents), now() - interval '1 day'),
    ('000000004', 'appeal', 'in_progress', '005', 'tax',    NULL,      NULL, NULL),
    ('000000005', 'appeal', 'closed',      '031', 'akimat', 'general', NULL, NULL)`)
	login := pgtest.Value[string](t, o.URL, `SELECT login FROM agents`)
	for asked, want := range map[string][]int{
		"view=all": {4, 3, 2, 1}, "view=all&queue=general": {3, 2, 1}, "view=all&assignee=" + login: {3, 2}, "view=all&assignee=-": {4, 1},
		"view=all&state=in_progress&service=005": {4, 3}, "view=all&agency=akimat&overdue=true": {1}, "view=mine&overdue=true": {3},
		"view=overdue&assignee=-": {1}, "view=due&service=031": {2}, "view=queued&agency=akimat": {1}, "view=all&assignee=nobody": {}, "view=all&state=closed": {},
		"view=all&queue=general&assignee=" + login + "&state=in_progress&overdue=true&service=005&agency=tax": {3},
	} {
		status, answer := o.asks(t, cookie, http.MethodGet, "/desk/cases?"+asked, nil)
		require.Equal(t, http.StatusOK, status, asked)
		found := []int{}
		for _, line := range answer["cases"].([]any) {
			found = append(found, int(line.(m)["number"].(string)[8]-'0'))
		}
		require.Equal(t, want, found, asked)
	}
	status, answer := o.asks(t, cookie, http.MethodGet, "/desk/cases?view=all&state=lost", nil)
	require.Equal(t, []any{http.StatusBadRequest, "state"}, []any{status, answer["field"]})

	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	views := func(cookie string) any {
		_, answer := o.asks(t, cookie, http.MethodGet, "/desk/case-views", nil)
		return answer["views"]
	}
	save := func(name string, filter m) (int, any) {
		status, answer := o.asks(t, cookie, http.MethodPost, "/desk/case-views", m{"name": name, "filter": filter})
		return status, answer["field"]
	}
	for range 2 {
		status, _ = save("  Мои   налоги/005 ", m{"view": "mine", "service": "005", "overdue": true})
		require.Equal(t, http.StatusNoContent, status)
	}
	require.Equal(t, []any{m{"name": "Мои налоги/005", "filter": m{"view": "mine", "service": "005", "overdue": true}}}, views(cookie))
	require.Empty(t, views(cookieAt(t, o.server.URL, "other")))
	for field, wrong := range map[string]m{"name": {"view": "mine"}, "view": {"view": "none"}, "state": {"view": "all", "state": "lost"}} {
		name := map[bool]string{true: " ", false: "x"}[field == "name"]
		status, about := save(name, wrong)
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, about})
	}
	for i := range cases.MostViews - 1 {
		status, _ = save(fmt.Sprint(i), m{"view": "all"})
		require.Equal(t, http.StatusNoContent, status)
	}
	status, _ = save("one more", m{"view": "all"})
	require.Equal(t, http.StatusBadRequest, status)
	status, _ = o.asks(t, cookie, http.MethodPost, "/desk/case-views/"+url.PathEscape("Мои налоги/005")+"/remove", m{})
	require.Equal(t, http.StatusNoContent, status)
	require.Len(t, views(cookie), cases.MostViews-1)
}

// Whoever has a case open sees who else has, live: as they come, go to another case, and close the page.
func TestWhoElseLooksAtACaseIsSeen(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "reader", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	pgtest.Exec(t, o.URL, `INSERT INTO cases (number, kind, state) VALUES ('000000001', 'appeal', 'registered'), ('000000002', 'appeal', 'registered')`)
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	looks := func(p *page, number string) {
		require.NoError(t, p.Socket.WriteJSON(m{"type": "looking", "case": number}))
	}
	sees := func(p *page, number string, names ...any) {
		t.Helper()
		p.Until(fmt.Sprint(number, " with ", names), func(got m) bool {
			if got["type"] != "looking" || got["case"] != number || len(got["agents"].([]any)) != len(names) {
				return false
			}
			for i, name := range names {
				if got["agents"].([]any)[i].(m)["name"] != name {
					return false
				}
			}
			return true
		})
	}
	looks(p, "000000001")
	sees(p, "000000001")
	chief := o.open(t, cookieAt(t, o.server.URL, "chief"), nil)
	looks(chief, "000000001")
	sees(p, "000000001", "Старшая")
	sees(chief, "000000001", "Алия")
	require.NoError(t, chief.Socket.WriteJSON(m{"type": "looking", "case": "000000001", "typing": true}))
	writes := func(want bool) {
		t.Helper()
		p.Until(fmt.Sprint("the chief writes: ", want), func(got m) bool {
			return got["type"] == "looking" && len(got["agents"].([]any)) == 1 && got["agents"].([]any)[0].(m)["typing"] == want
		})
	}
	writes(true)
	looks(chief, "000000001")
	writes(false)
	looks(chief, "000000002")
	sees(chief, "000000002")
	sees(p, "000000001")
	looks(chief, "000000001")
	sees(p, "000000001", "Старшая")
	require.NoError(t, chief.Socket.Close())
	sees(p, "000000001")

	reader := o.open(t, cookieAt(t, o.server.URL, "reader"), nil)
	looks(reader, "000000001")
	reader.Until("a refusal", func(got m) bool { return got["type"] == "error" && got["code"] == "forbidden" })
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM agents WHERE looking_at IS NOT NULL AND connected_until > now()`))
}
