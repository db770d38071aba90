package agentdesk_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/cases"
	people "okno/internal/citizen"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// opens opens appeals of a citizen with a number, and gives their numbers.
func (o *office) opens(t *testing.T, telephone string, national string, count int) (numbers []string) {
	t.Helper()
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		id, err := w.SaveCitizen(t.Context(), people.Citizen{NationalNumber: national, Name: "Имя", Numbers: []string{telephone}})
		for range count {
			c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, CitizenID: id, Contact: telephone, Subject: "яма", By: "citizen"})
			require.NoError(t, err)
			numbers = append(numbers, c.Number)
		}
		return err
	})
	return numbers
}

// A duplicate is closed, its citizen is told once, and both histories say so. What would make no sense is refused and changes nothing.
func TestDuplicatesAreMerged(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	const telephone = "+77010008801"
	hers := o.opens(t, telephone, "900513000008", 4)
	others := o.opens(t, "+77010008802", "000101051361", 1)
	agent, chief := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "chief")
	post := func(cookie, number, what, other string) (int, m) {
		return asksAt(t, o.server.URL, cookie, http.MethodPost, "/desk/cases/"+number+"/"+what, m{"other": other, "why": "то же самое"})
	}
	status, _ := post(agent, hers[0], "merge", hers[1])
	require.Equal(t, http.StatusForbidden, status, "nobody has it")
	for _, number := range hers {
		status, _ := asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
		require.Equal(t, http.StatusNoContent, status)
	}
	status, _ = post(agent, hers[0], "link", hers[1])
	require.Equal(t, http.StatusNoContent, status)
	// A link is ended from either side, once, in both histories.
	status, _ = post(agent, hers[2], "link", hers[3])
	require.Equal(t, http.StatusNoContent, status)
	status, _ = post(chief, hers[3], "unlink", others[0])
	require.Equal(t, http.StatusConflict, status)
	status, _ = post(agent, hers[3], "unlink", hers[2])
	require.Equal(t, http.StatusNoContent, status)
	status, refused := post(agent, hers[3], "unlink", hers[2])
	require.Equal(t, []any{http.StatusConflict, "not_linked"}, []any{status, refused["code"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM case_links`))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.unlink'`))
	for name, c := range map[string]struct {
		number, what, other, code string
		status                    int
	}{
		"linked twice":    {hers[1], "link", hers[0], "linked", http.StatusConflict},
		"into itself":     {hers[0], "merge", hers[0], "same_case", http.StatusBadRequest},
		"to itself":       {hers[0], "link", hers[0], "same_case", http.StatusBadRequest},
		"no such case":    {hers[0], "merge", "123456786", "no_other_case", http.StatusBadRequest},
		"no number":       {hers[0], "merge", "x", "no_other_case", http.StatusBadRequest},
		"another citizen": {hers[0], "merge", others[0], "merge_others", http.StatusForbidden},
		"no case":         {"123456786", "merge", hers[0], "unknown_case", http.StatusNotFound},
	} {
		status, answer := post(agent, c.number, c.what, c.other)
		require.Equal(t, []any{c.status, c.code}, []any{status, answer["code"]}, name)
	}
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM case_links WHERE kind = 'duplicate'`))

	status, merged := post(agent, hers[0], "merge", hers[1])
	require.Equal(t, []any{http.StatusOK, "closed", true}, []any{status, merged["state"], merged["duplicate"]}, merged)
	status, again := post(agent, hers[0], "merge", hers[1])
	require.Equal(t, []any{http.StatusConflict, "duplicate"}, []any{status, again["code"]})
	status, circle := post(agent, hers[1], "merge", hers[0])
	require.Equal(t, []any{http.StatusConflict, "other_duplicate"}, []any{status, circle["code"]})
	require.Equal(t, []string{hers[0] + " = " + hers[1] + " registered"}, pgtest.Texts(t, o.URL, "destination_index = $1", pgtest.Index(telephone)))
	for i, want := range []string{"duplicate → " + hers[1], "duplicate ← " + hers[0]} {
		_, view := asksAt(t, o.server.URL, agent, http.MethodGet, "/desk/cases/"+hers[i], nil)
		history := view["history"].([]any)
		require.Equal(t, want+": то же самое", history[len(history)-1].(m)["why"])
		require.Equal(t, []any{m{"kind": "duplicate", "to": i == 0, "number": hers[1-i], "state": []string{"registered", "closed"}[i], "undo": i == 0}}, view["links"])
	}
	status, _ = asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+hers[0]+"/move", m{"from": "closed", "to": "in_progress", "why": "x"})
	require.Equal(t, http.StatusConflict, status)

	// A supervisor merges cases of two citizens; the number of the other's case is told to neither.
	status, _ = post(chief, hers[2], "merge", others[0])
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, hers[2]+" =  registered", pgtest.Texts(t, o.URL, "destination_index = $1", pgtest.Index(telephone))[1])
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'case.link' AND detail ->> 'kind' = 'duplicate'`))
	// A chain: the duplicate of a duplicate stands where the last one stands.
	status, _ = post(agent, hers[1], "merge", hers[3])
	require.Equal(t, http.StatusOK, status)
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		first, err := w.CaseByNumber(t.Context(), hers[0])
		require.NoError(t, err)
		last, err := w.CaseGoingOn(t.Context(), first)
		require.Equal(t, hers[3], last.Number)
		return err
	})
}

// Of two who merge two cases into each other at once, one does, and nobody waits for ever.
func TestMergesBothWaysAtOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	chief := cookieAt(t, o.server.URL, "chief")
	numbers := o.opens(t, "+77010008801", "900513000008", 2)
	var both sync.WaitGroup
	var done, refused atomic.Int32
	for i := range 2 {
		both.Go(func() {
			status, _ := asksAt(t, o.server.URL, chief, http.MethodPost, "/desk/cases/"+numbers[i]+"/merge", m{"other": numbers[1-i], "why": "то же самое"})
			switch status {
			case http.StatusOK:
				done.Add(1)
			case http.StatusConflict:
				refused.Add(1)
			}
		})
	}
	both.Wait()
	require.Equal(t, []int32{1, 1}, []int32{done.Load(), refused.Load()})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM cases WHERE state = 'closed'`))
}

// A part of the matter becomes a case of its own, of the same citizen, with whoever split it; both histories say so.
func TestACaseIsSplit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	pgtest.Exec(t, o.URL, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	const telephone = "+77010008801"
	number := o.opens(t, telephone, "900513000008", 1)[0]
	pgtest.Exec(t, o.URL, `UPDATE cases SET agency = 'moj'`)
	agent := cookieAt(t, o.server.URL, "aliya")
	split := func(body m) (int, m) {
		return asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/split", body)
	}
	good := m{"kind": "inquiry", "subject": "свет", "body": "Нет света.\nТретий день.", "why": "другое дело"}
	status, _ := split(good)
	require.Equal(t, http.StatusForbidden, status, "nobody has it")
	status, _ = asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	for field, body := range map[string]m{"subject": {"why": "x"}, "why": {"subject": "x"}, "kind": {"subject": "x", "why": "x", "kind": "none"},
		"body": {"subject": "x", "why": "x", "body": strings.Repeat("ё", 10_001)}} {
		status, answer := split(body)
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]})
	}
	status, answer := split(m{"subject": "x", "why": "x", "service": "999"})
	require.Equal(t, []any{http.StatusBadRequest, "no_service"}, []any{status, answer["code"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM cases`), "nothing half done")

	status, part := split(good)
	require.Equal(t, http.StatusOK, status, part)
	require.Equal(t, []any{"inquiry", "registered", "свет", "Нет света.\nТретий день."}, []any{part["kind"], part["state"], part["subject"], part["body"]})
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM cases WHERE agency = 'moj' AND citizen_id IS NOT NULL`))
	require.Equal(t, []string{part["number"].(string) + " registered"}, pgtest.Texts(t, o.URL, "destination_index = $1", pgtest.Index(telephone)))
	why := func(number string) (all []any, links any) {
		status, view := asksAt(t, o.server.URL, agent, http.MethodGet, "/desk/cases/"+number, nil)
		require.Equal(t, http.StatusOK, status, "the agent has it")
		for _, move := range view["history"].([]any) {
			all = append(all, move.(m)["why"])
		}
		return all, view["links"]
	}
	history, links := why(part["number"].(string))
	require.Contains(t, history, "split_from → "+number+": другое дело")
	require.Equal(t, []any{m{"kind": "split_from", "to": true, "number": number, "state": "registered", "undo": false}}, links)
	history, links = why(number)
	require.Contains(t, history, "split_from ← "+part["number"].(string)+": другое дело")
	require.Equal(t, []any{m{"kind": "split_from", "to": false, "number": part["number"], "state": "registered", "undo": false}}, links)
}

// A merge is taken back by whoever made it, for ten minutes: the case stands where it stood, with its term.
func TestAMergeIsTakenBack(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	const telephone = "+77010008801"
	numbers := o.opens(t, telephone, "900513000008", 2)
	pgtest.Exec(t, o.URL, `UPDATE cases SET state = 'in_progress', due_on = '2099-01-01'`)
	agent, chief := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "chief")
	status, _ := asksAt(t, o.server.URL, agent, http.MethodPost, "/desk/cases/"+numbers[0]+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	post := func(cookie, what string) (int, m) {
		return asksAt(t, o.server.URL, cookie, http.MethodPost, "/desk/cases/"+numbers[0]+"/"+what, m{"other": numbers[1], "why": "ошибка"})
	}
	status, _ = post(agent, "unmerge")
	require.Equal(t, http.StatusConflict, status, "nothing was merged")
	status, _ = post(agent, "merge")
	require.Equal(t, http.StatusOK, status)
	status, answer := post(chief, "unmerge")
	require.Equal(t, []any{http.StatusConflict, "no_undo"}, []any{status, answer["code"]}, "somebody else's")
	status, answer = post(agent, "unmerge")
	require.Equal(t, []any{http.StatusOK, "in_progress", "2099-01-01"}, []any{status, answer["state"], answer["due_on"]}, answer)
	require.Equal(t, numbers[0]+" in_progress", pgtest.Texts(t, o.URL, "destination_index = $1", pgtest.Index(telephone))[1])
	status, _ = post(agent, "merge")
	require.Equal(t, http.StatusOK, status, "and again")
	pgtest.Exec(t, o.URL, `UPDATE case_links SET at = now() - interval '11 minutes'`)
	status, _ = post(agent, "unmerge")
	require.Equal(t, http.StatusConflict, status, "too late")
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM cases WHERE state = 'closed'`))
}
