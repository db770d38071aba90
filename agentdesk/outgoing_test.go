package agentdesk_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/acd"
	"okno/internal/call"
	people "okno/internal/citizen"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// callsOut makes an Asterisk known of which citizens can be called, at any hour.
func (o *office) callsOut(t *testing.T) {
	t.Helper()
	require.NoError(t, o.DB.ServeAsterisk(t.Context(), call.Asterisk{Name: "ast1", Outward: true}))
	pgtest.Exec(t, o.URL, `UPDATE queues SET call_from = 0, call_until = 1440`)
}

// dials gives what comes of an outgoing call: the code of a refusal, who calls already, or nothing.
func dials(p *page, args m) (refused, by any) {
	result := p.Sends("outgoing_call", args)
	if result["ok"] == true {
		return nil, result["data"].(m)["called_by"]
	}
	return result["code"], nil
}

// An agent calls from a case that is the agent's own, on a number of the case or of its citizen, and on no other; the page is told who else calls, and
// what came of it.
func TestACitizenIsCalledFromACase(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.callsOut(t)
	o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: "agent", Languages: []string{"ru"}, Queues: []string{"general"}})
	hers := o.opens(t, "+77010008801", "900513000008", 2)
	stranger := o.opens(t, "+77010008802", "000101051361", 1)[0]
	var second, ended int64
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		known, err := w.Known(t.Context(), "+77010008801")
		require.NoError(t, err)
		for _, number := range []string{"+77010008803", "+77010008804"} {
			_, err := w.Bind(t.Context(), people.Binding{Citizen: known.CitizenID, Number: number, Proof: people.ByOperator, By: "agent:1"})
			require.NoError(t, err)
		}
		_, err = w.Unbind(t.Context(), known.CitizenID, "+77010008804", "agent:1")
		return err
	})
	second = pgtest.Value[int64](t, o.URL, `SELECT id FROM bindings WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1`)
	ended = pgtest.Value[int64](t, o.URL, `SELECT id FROM bindings WHERE ended_at IS NOT NULL`)
	aliya, boris := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "boris")
	take := func(cookie, number string) {
		status, _ := asksAt(t, o.server.URL, cookie, http.MethodPost, "/desk/cases/"+number+"/take", nil)
		require.Equal(t, http.StatusNoContent, status)
	}
	first, other := o.open(t, aliya, nil), o.open(t, boris, nil)
	for _, p := range []*page{first, other} {
		require.Equal(t, true, p.Sends("set_status", m{"status": "available"})["ok"])
	}
	refused, _ := dials(first, m{"case": hers[0]})
	require.Equal(t, "not_yours", refused)
	status, _ := asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/cases/"+hers[0]+"/numbers", nil)
	require.Equal(t, http.StatusForbidden, status)
	take(aliya, hers[0])
	take(boris, hers[1])

	_, answer := asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/cases/"+hers[0]+"/numbers", nil)
	require.Equal(t, []any{m{"binding": 0.0, "number": "+7701•••8801"}, m{"binding": float64(second), "number": "+7701•••8803"}}, answer["numbers"])
	for _, row := range []struct {
		args m
		want string
	}{
		{m{}, "bad_command"}, {m{"case": hers[0], "contact": 1}, "bad_command"}, {m{"case": "000000000"}, "unknown_case"},
		{m{"case": stranger}, "not_yours"}, {m{"contact": 99}, "unknown_contact"},
	} {
		refused, _ := dials(first, row.args)
		require.Equal(t, row.want, refused, row.args)
	}
	for _, binding := range []int64{ended, 999} {
		refused, _ = dials(first, m{"case": hers[0], "binding": binding})
		require.Equal(t, "not_bound", refused)
	}
	pgtest.Exec(t, o.URL, `UPDATE queues SET call_from = 1440`)
	refused, _ = dials(first, m{"case": hers[0], "binding": second})
	require.Equal(t, "call_hours", refused)
	o.callsOut(t)

	refused, by := dials(first, m{"case": hers[0], "binding": second})
	require.Equal(t, []any{nil, nil}, []any{refused, by})
	calling := first.Snapshot("the call", desktest.InState("accepted"))[0].(m)
	require.Equal(t, []any{"outgoing", "+7701•••8803", "general"}, []any{calling["channel"], calling["number"], calling["queue"]})
	refused, _ = dials(first, m{"case": hers[0]})
	require.Equal(t, "in_call", refused, "pressed twice")
	_, by = dials(other, m{"case": hers[1]})
	require.Equal(t, "Алия", by, "of the same citizen, on another number")

	require.Equal(t, true, first.Sends("hangup", m{"contact": calling["id"]})["ok"])
	first.Until("what came of it", func(f m) bool {
		data, ok := f["data"].(m)
		return ok && f["kind"] == "contact" && data["state"] == "ended" && data["outcome"] == "cancelled"
	})
	_, view := asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/cases/"+hers[0], nil)
	require.Len(t, view["calls"], 1)
	placed := view["calls"].([]any)[0].(m)
	require.Equal(t, []any{"Алия", "cancelled"}, []any{placed["name"], placed["outcome"]})
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*)::int FROM audit WHERE action = 'contact.place'`))
	refused, by = dials(other, m{"case": hers[1]})
	require.Equal(t, []any{nil, nil}, []any{refused, by}, "the citizen is free")
}

// A number of a case that has become somebody else's is called about it no more; of a thread, its own number and those of its citizen are.
func TestWhichNumbersAreCalled(t *testing.T) {
	t.Parallel()
	o, cookie, _, contact := talkingBySMS(t)
	_, answer := asksAt(t, o.server.URL, cookie, http.MethodGet, fmt.Sprintf("/desk/contacts/%v/numbers", contact), nil)
	require.Len(t, answer["numbers"], 1)
	number := o.opens(t, "+77010008801", "900513000008", 1)[0]
	pgtest.Do(t, o.DB, func(w *store.Work) error {
		id, err := w.SaveCitizen(t.Context(), people.Citizen{NationalNumber: "000101051361", Name: "Другой"})
		require.NoError(t, err)
		_, err = w.Bind(t.Context(), people.Binding{Citizen: id, Number: "+77010008801", Proof: people.ByOperator, By: "agent:1"})
		return err
	})
	status, _ := asksAt(t, o.server.URL, cookie, http.MethodPost, "/desk/cases/"+number+"/take", nil)
	require.Equal(t, http.StatusNoContent, status)
	_, answer = asksAt(t, o.server.URL, cookie, http.MethodGet, "/desk/cases/"+number+"/numbers", nil)
	require.Empty(t, answer["numbers"])
}
