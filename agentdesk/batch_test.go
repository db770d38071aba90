package agentdesk_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/casework"
	"okno/internal/floor"
	"okno/internal/floor/floortest"
	"okno/internal/job"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// mover moves the cases of batches, as a worker does.
func (o *office) mover() *casework.Mover {
	return casework.NewMover(func(ctx context.Context, fn func(casework.BatchWork) error) error {
		return o.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, casework.NewTeller(steps{}, floortest.OneSegment, time.Now), floor.By)
}

// Cases are moved together, each as it would be alone; those that cannot be are named, with why. Within ten seconds the order is taken back.
func TestCasesAreMovedTogether(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "checks", Name: "Аудитор", Role: "auditor", Languages: []string{"ru"}})
	numbers := o.opens(t, "+77010008807", "900513000008", 4)
	cookie, _ := o.logIn(t, floortest.Password)
	other := cookieAt(t, o.server.URL, "other")
	for i, number := range numbers {
		taker := cookie
		if i == 2 {
			taker = other
		}
		status, _ := o.asks(t, taker, http.MethodPost, "/desk/cases/"+number+"/take", nil)
		require.Equal(t, http.StatusNoContent, status)
	}
	p := o.open(t, cookie, nil)
	in := func(numbers ...string) (all []m) {
		for _, number := range numbers {
			all = append(all, m{"number": number, "from": "registered"})
		}
		return all
	}
	states := func() string {
		return pgtest.Value[string](t, o.URL, `SELECT string_agg(state, ' ' ORDER BY id) FROM cases`)
	}
	order := func(to string, cases []m) (id int64) {
		t.Helper()
		answer := p.Sends("case_batch", m{"cases": cases, "to": to, "why": "принято по списку"})
		require.Equal(t, true, answer["ok"], answer)
		return int64(answer["data"].(m)["batch"].(float64))
	}
	move := func(id int64) { require.NoError(t, o.mover().Move(t.Context(), job.MoveCases{Batch: id})) }

	undone := order("accepted", in(numbers[0]))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM river_job WHERE kind = 'cases.move' AND state = 'scheduled' AND scheduled_at > now()`))
	q := o.open(t, other, nil)
	require.Equal(t, "batch_done", q.Sends("case_batch_undo", m{"batch": undone})["code"], "somebody else's")
	require.Equal(t, true, p.Sends("case_batch_undo", m{"batch": undone})["ok"])
	require.Equal(t, "batch_done", p.Sends("case_batch_undo", m{"batch": undone})["code"])
	move(undone)
	require.Equal(t, "registered registered registered registered", states())

	status, _ := o.asks(t, cookie, http.MethodPost, "/desk/cases/"+numbers[3]+"/move", m{"from": "registered", "to": "accepted", "why": "раньше"})
	require.Equal(t, http.StatusOK, status)
	id := order("accepted", append(in(numbers...), m{"number": "000000000", "from": "registered"}))
	move(id)
	require.Equal(t, "accepted accepted registered accepted", states())
	move(id) // a worker that was killed before it could say that it was done
	require.Equal(t, "batch_done", p.Sends("case_batch_undo", m{"batch": id})["code"], "it is too late")
	require.Equal(t, 3, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM audit WHERE action = 'case.move' AND actor = 'agent:1'`), "each moves once")
	require.Equal(t, 3, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM case_moves WHERE from_state = 'registered' AND to_state = 'accepted'`))
	status, answer := o.asks(t, cookie, http.MethodGet, "/desk/case-batches", nil)
	require.Equal(t, http.StatusOK, status)
	b := answer["batches"].([]any)[0].(m)
	require.Equal(t, []any{"done", 5., []any{m{"number": numbers[2], "why": "not_yours"}, m{"number": numbers[3], "why": "case_moved"}, m{"number": "000000000", "why": "no_case"}}},
		[]any{b["state"], b["cases"], b["refused"]})
	require.Len(t, answer["batches"], 1, "what was taken back is no more")
	_, answer = o.asks(t, other, http.MethodGet, "/desk/case-batches", nil)
	require.Empty(t, answer["batches"])
	require.NotContains(t, pgtest.Dump(t, o.URL), "по списку")

	many := []m{}
	for i := range 201 {
		many = append(many, m{"number": fmt.Sprint(i), "from": "registered"})
	}
	for name, wrong := range map[string]m{
		"twice":    {"cases": in(numbers[0], numbers[0]), "to": "accepted", "why": "x"},
		"too many": {"cases": many, "to": "accepted", "why": "x"},
		"no way":   {"cases": in(numbers[0]), "to": "registered", "why": "x"},
		"no state": {"cases": in(numbers[0]), "to": "flying", "why": "x"},
		"no why":   {"cases": in(numbers[0]), "to": "accepted", "why": "  "},
	} {
		require.Equal(t, false, p.Sends("case_batch", wrong)["ok"], name)
	}
	auditor := o.open(t, cookieAt(t, o.server.URL, "checks"), nil)
	require.Equal(t, "forbidden", auditor.Sends("case_batch", m{"cases": in(numbers[0]), "to": "accepted", "why": "x"})["code"])
}
