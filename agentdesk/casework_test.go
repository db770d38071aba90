package agentdesk_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// A case is listed without whose it is, taken by one, seen and moved by whoever has it, and its citizen is told.
func TestACaseIsWorkedOn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: "agent", Languages: []string{"ru"}, Queues: []string{"general"}})
	var number string
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, Contact: "+77010009999", Subject: "яма на дороге", Body: "яма на дороге\nвозле дома 17", By: "citizen"})
		number = c.Number
		return err
	})
	pgtest.Exec(t, o.URL, `UPDATE cases SET due_at = now() - interval '1 hour'`)
	agent, other, chief := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "boris"), cookieAt(t, o.server.URL, "chief")
	ask := func(cookie, method, path string, body any) (int, m) {
		return asksAt(t, o.server.URL, cookie, method, path, body)
	}
	numbers := func(cookie, view string) []any {
		status, answer := ask(cookie, http.MethodGet, "/desk/cases?view="+view, nil)
		require.Equal(t, http.StatusOK, status, answer)
		list := []any{}
		for _, line := range answer["cases"].([]any) {
			list = append(list, line.(m)["number"])
			require.NotContains(t, line.(m), "subject")
		}
		return list
	}
	require.Equal(t, []any{number}, numbers(agent, "overdue"))
	require.Empty(t, numbers(agent, "due"))
	require.Empty(t, numbers(agent, "mine"))
	path := "/desk/cases/" + number
	for _, denied := range []string{agent, chief} {
		status, _ := ask(denied, http.MethodGet, path, nil)
		require.Equal(t, http.StatusForbidden, status, "nobody has it")
	}
	status, _ := ask(agent, http.MethodPost, path+"/move", m{"from": "registered", "to": "accepted", "why": "беру"})
	require.Equal(t, http.StatusForbidden, status)

	// A supervisor gives it to a queue, whose agents see it; one of two who take it at once has it.
	status, _ = ask(agent, http.MethodPost, path+"/assign", m{"queue": "general"})
	require.Equal(t, http.StatusForbidden, status)
	for _, body := range []m{{}, {"queue": "general", "agent": "boris"}, {"queue": "none"}, {"agent": "nobody"}} {
		status, _ = ask(chief, http.MethodPost, path+"/assign", body)
		require.Equal(t, http.StatusBadRequest, status, body)
	}
	status, _ = ask(chief, http.MethodPost, path+"/assign", m{"queue": "general"})
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, []any{number}, numbers(other, "queued"))
	var both sync.WaitGroup
	var taken, late atomic.Int32
	for _, cookie := range []string{agent, other} {
		both.Go(func() {
			switch status, _ := ask(cookie, http.MethodPost, path+"/take", nil); status {
			case http.StatusNoContent:
				taken.Add(1)
			case http.StatusConflict:
				late.Add(1)
			}
		})
	}
	both.Wait()
	require.Equal(t, []int32{1, 1}, []int32{taken.Load(), late.Load()})
	require.Empty(t, numbers(other, "queued"))

	status, _ = ask(chief, http.MethodPost, path+"/assign", m{"agent": "boris"})
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, []any{number}, numbers(other, "mine"))
	status, view := ask(other, http.MethodGet, path, nil)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{"яма на дороге", "яма на дороге\nвозле дома 17"}, []any{view["subject"], view["body"]})
	status, _ = ask(agent, http.MethodGet, path, nil)
	require.Equal(t, http.StatusForbidden, status)
	status, _ = ask(chief, http.MethodGet, path+"?reason=%D0%B6%D0%B0%D0%BB%D0%BE%D0%B1%D0%B0%20%D0%BD%D0%B0%20%D1%81%D1%80%D0%BE%D0%BA", nil)
	require.Equal(t, http.StatusOK, status, "with a reason")
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.view'`))

	for field, body := range map[string]m{"why": {"from": "registered", "to": "accepted"}, "due_on": {"from": "registered", "to": "accepted", "why": "x", "due_on": "2020-01-01"}} {
		status, answer := ask(other, http.MethodPost, path+"/move", body)
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]})
	}
	status, _ = ask(other, http.MethodPost, path+"/move", m{"from": "accepted", "to": "ready", "why": "x"})
	require.Equal(t, http.StatusConflict, status, "not where it is")
	status, _ = ask(other, http.MethodPost, path+"/move", m{"from": "registered", "to": "ready", "why": "x"})
	require.Equal(t, http.StatusConflict, status, "no such move")
	status, moved := ask(other, http.MethodPost, path+"/move", m{"from": "registered", "to": "in_progress", "why": "выехала бригада", "due_on": time.Now().AddDate(0, 0, 5).Format(time.DateOnly)})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "in_progress", moved["state"])
	require.Equal(t, []string{number + " in_progress"}, pgtest.Texts(t, o.URL, "destination_index = $1", pgtest.Index("+77010009999")))
	_, view = ask(other, http.MethodGet, path, nil)
	history := view["history"].([]any)
	last := history[len(history)-1].(m)
	require.Equal(t, []any{"выехала бригада", number + " in_progress", "queued"}, []any{last["why"], last["told"], last["delivery"]})
	require.Empty(t, history[0].(m)["delivery"], "nobody was told")
	pgtest.Exec(t, o.URL, `UPDATE mt_segments SET state = 'delivered'`)
	deliveries := m{"moves": m{fmt.Sprint(last["id"]): "delivered"}}
	status, told := ask(other, http.MethodGet, path+"/deliveries", nil)
	require.Equal(t, []any{http.StatusOK, deliveries}, []any{status, told})
	status, told = ask(chief, http.MethodGet, path+"/deliveries?reason=%D0%B6%D0%B0%D0%BB%D0%BE%D0%B1%D0%B0%20%D0%BD%D0%B0%20%D1%81%D1%80%D0%BE%D0%BA", nil)
	require.Equal(t, []any{http.StatusOK, deliveries}, []any{status, told})
	for _, cookie := range []string{agent, chief} {
		status, _ = ask(cookie, http.MethodGet, path+"/deliveries", nil)
		require.Equal(t, http.StatusForbidden, status)
	}

	for path, want := range map[string]int{"/desk/cases/123456786": 404, "/desk/cases?view=none": 400, "/desk/cases?view=all&state=lost": 400, "/desk/cases?view=due&after=x": 400} {
		status, _ := ask(chief, http.MethodGet, path, nil)
		require.Equal(t, want, status, path)
	}
}

// A page goes on where the one before ended.
func TestWorklistsHavePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pgtest.Exec(t, o.URL, `INSERT INTO cases (number, kind, state, contact_index, sealed, due_at)
		SELECT lpad(n::text, 9, '0'), 'appeal', 'registered', NULL, NULL, now() + (n / 3) * interval '1 minute' FROM generate_series(100, 230) n`)
	agent := cookieAt(t, o.server.URL, "aliya")
	seen, after := map[any]bool{}, ""
	for pages := 1; ; pages++ {
		status, answer := asksAt(t, o.server.URL, agent, http.MethodGet, "/desk/cases?view=due"+after, nil)
		require.Equal(t, http.StatusOK, status)
		for _, line := range answer["cases"].([]any) {
			require.False(t, seen[line.(m)["number"]])
			seen[line.(m)["number"]] = true
		}
		if answer["next"] == nil {
			require.Equal(t, 3, pages)
			break
		}
		after = "&after=" + answer["next"].(string)
	}
	require.Len(t, seen, 131)
}
