package agentdesk_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// with is a form with other values; nil leaves a field out.
func with(form m, more m) m {
	changed := maps.Clone(form)
	for field, value := range more {
		if changed[field] = value; value == nil {
			delete(changed, field)
		}
	}
	return changed
}

// An administrator changes a queue from what was seen: a wrong field is named, whoever was second is told, the journal has what changed and why,
// and the distribution goes by it at once.
func TestQueuesAreSetAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	for _, role := range []string{"agent", "supervisor", "auditor"} {
		o.becomes(t, role)
		status, _ := o.asks(t, cookie, http.MethodGet, "/desk/queue-settings", nil)
		require.Equal(t, http.StatusForbidden, status, role)
		status, _ = o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/general", m{"was": m{}, "to": m{}, "why": "x"})
		require.Equal(t, http.StatusForbidden, status, role)
	}
	o.becomes(t, "administrator")
	pgtest.Exec(t, o.URL, `UPDATE queues SET ring_seconds = 25, title = '{"kk": "Жалпы", "ru": "Общая", "en": "General"}'`)
	read := func() m {
		t.Helper()
		status, all := o.asks(t, cookie, http.MethodGet, "/desk/queue-settings", nil)
		require.Equal(t, http.StatusOK, status, all)
		return all
	}
	all := read()
	seen := all["queues"].(m)["general"].(m)
	require.Equal(t, "25s", seen["ring"])
	require.Equal(t, "20s", all["house"].(m)["ring"])
	const path = "/desk/queue-settings/general"
	for field, wrong := range map[string]m{"ring": {"ring": "1s"}, "calendar": {"calendar": "moon"}, "line": {"strategy": "linear", "line": []string{"nobody"}},
		"overflow.to": {"overflow": m{"to": "nowhere"}}, "colour": {"colour": "red"}} {
		status, answer := o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": with(seen, wrong), "why": "x"})
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]}, answer)
	}
	to := with(seen, m{"ring": nil, "auto_accept": true, "disposition": "optional"})
	status, answer := o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": to, "why": "  "})
	require.Equal(t, []any{http.StatusBadRequest, "why"}, []any{status, answer["field"]})
	p := o.open(t, cookie, nil)
	status, answer = o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": to, "why": "они ждут"})
	require.Equal(t, http.StatusNoContent, status, answer)
	status, _ = o.asks(t, cookie, http.MethodPost, path, m{"was": seen, "to": to, "why": "второй"})
	require.Equal(t, http.StatusConflict, status, "somebody else was first")
	require.Equal(t, to, read()["queues"].(m)["general"])
	require.JSONEq(t, `{"queues": ["general"], "why": "они ждут", "changes": {"general": {"ring": ["25s", null], "auto_accept": [null, true], "disposition": [null, "optional"]}}}`,
		pgtest.Value[string](t, o.URL, `SELECT detail::text FROM audit WHERE action = 'queue.change'`))

	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	offered := p.Snapshot("an offer", desktest.InState("offered"))[0].(m)
	require.Equal(t, []any{true, false}, []any{offered["auto_accept"], offered["must_file"]}, "no restart")

	titles := m{"kk": "Салық", "ru": "Налоги", "en": "Taxes"}
	status, answer = o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/Налоги", m{"to": m{"title": titles}, "why": "новая"})
	require.Equal(t, []any{http.StatusBadRequest, "name"}, []any{status, answer["field"]})
	for _, want := range []int{http.StatusNoContent, http.StatusConflict} {
		status, answer = o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/tax", m{"to": m{"title": titles}, "why": "новая"})
		require.Equal(t, want, status, answer)
	}
	p.Until("the new queue", func(got m) bool {
		queues, _ := got["queues"].([]any)
		return len(queues) > 0 && queues[len(queues)-1].(m)["title"].(m)["ru"] == "Налоги"
	})
	status, answer = o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/tax", m{"was": m{"title": titles}, "to": m{"title": with(titles, m{"ru": "Налоги и сборы"})}, "why": "полнее"})
	require.Equal(t, http.StatusNoContent, status, answer)
	p.Until("its new title", func(got m) bool {
		queues, _ := got["queues"].([]any)
		return len(queues) > 0 && queues[len(queues)-1].(m)["title"].(m)["ru"] == "Налоги и сборы"
	})
}

func TestLimitsOfPausesAreSetAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "administrator")
	post := func(was, to m) (int, any) {
		status, answer := o.asks(t, cookie, http.MethodPost, "/desk/pause-limits", m{"was": was, "to": to, "why": "смена"})
		return status, answer["field"]
	}
	limits := m{"agent": m{"break": "15m0s", "lunch": "1h0m0s"}}
	status, _ := post(m{}, limits)
	require.Equal(t, http.StatusNoContent, status)
	status, _ = post(m{}, limits)
	require.Equal(t, http.StatusConflict, status)
	_, all := o.asks(t, cookie, http.MethodGet, "/desk/queue-settings", nil)
	require.Equal(t, limits, all["pauses"])
	require.NotContains(t, all["pause_reasons"], "not_responding")
	status, field := post(limits, m{"agent": m{"break": "10s"}})
	require.Equal(t, []any{http.StatusBadRequest, "agent.break"}, []any{status, field})
	status, _ = post(limits, m{"supervisor": m{"break": "20m0s"}})
	require.Equal(t, http.StatusNoContent, status)
	_, all = o.asks(t, cookie, http.MethodGet, "/desk/queue-settings", nil)
	require.Equal(t, m{"supervisor": m{"break": "20m0s"}}, all["pauses"], "what is left out has no limit any more")
}

func TestAbilitiesAreSetAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "administrator")
	login := pgtest.Value[string](t, o.URL, `SELECT login FROM agents`)
	post := func(was, to m) (int, any) {
		status, answer := o.asks(t, cookie, http.MethodPost, "/desk/agents/"+login+"/abilities", m{"was": was, "to": to})
		return status, answer["field"]
	}
	before, after := m{"skills": m{}, "capacity": 100}, m{"skills": m{"tax": 3}, "capacity": 120}
	for field, wrong := range map[string]m{"skills": {"skills": m{"tax": 6}, "capacity": 100}, "capacity": {"skills": m{}, "capacity": 500}} {
		status, about := post(before, wrong)
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, about})
	}
	status, _ := post(before, after)
	require.Equal(t, http.StatusNoContent, status)
	status, _ = post(before, after)
	require.Equal(t, http.StatusConflict, status)
	_, all := o.asks(t, cookie, http.MethodGet, "/desk/agents", nil)
	agent := all["agents"].([]any)[0].(m)
	require.Equal(t, []any{m{"tax": 3.}, 120.}, []any{agent["skills"], agent["capacity"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'agent.abilities'`))
	status, _ = post(after, m{"skills": nil, "capacity": 100})
	require.Equal(t, http.StatusNoContent, status)
}

// A queue is removed when nothing names it; until then the error says what does.
func TestAQueueIsRemovedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	titles := m{"kk": "Салық", "ru": "Налоги", "en": "Taxes"}
	remove := func(name string, was m) (int, any, any) {
		t.Helper()
		status, answer := o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/"+name+"/remove", m{"was": was, "why": "не нужна"})
		return status, answer["field"], answer["detail"]
	}
	status, _, _ := remove("tax", m{"title": titles})
	require.Equal(t, http.StatusForbidden, status)
	o.becomes(t, "administrator")
	for name, to := range map[string]m{"tax": {"title": titles}, "law": {"title": titles}} {
		status, answer := o.asks(t, cookie, http.MethodPost, "/desk/queue-settings/"+name, m{"to": to, "why": "новая"})
		require.Equal(t, http.StatusNoContent, status, answer)
	}
	for _, named := range []struct{ by, undo, field, detail string }{
		{`UPDATE queues SET overflow = 'tax' WHERE name = 'law'`, `UPDATE queues SET overflow = NULL`, "overflow", "law"},
		{`INSERT INTO agent_queues SELECT id, 'tax' FROM agents`, `DELETE FROM agent_queues WHERE queue = 'tax'`, "agents", "aliya"},
	} {
		pgtest.Exec(t, o.URL, named.by)
		status, field, detail := remove("tax", m{"title": titles})
		require.Equal(t, []any{http.StatusConflict, named.field, named.detail}, []any{status, field, detail})
		pgtest.Exec(t, o.URL, named.undo)
	}
	status, field, _ := remove("tax", m{"title": with(titles, m{"ru": "Сборы"})})
	require.Equal(t, []any{http.StatusConflict, nil}, []any{status, field}, "somebody else has changed it")
	status, field, _ = remove("tax", m{"title": titles})
	require.Equal(t, http.StatusNoContent, status, field)
	require.Equal(t, "не нужна", pgtest.Value[string](t, o.URL, `SELECT detail->>'why' FROM audit WHERE action = 'queue.remove'`))
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM queues WHERE name = 'tax'`))
	_, all := o.asks(t, cookie, http.MethodGet, "/desk/queue-settings", nil)
	status, field, _ = remove("general", all["queues"].(m)["general"].(m))
	require.Equal(t, []any{http.StatusConflict, "dialogue"}, []any{status, field})
}
