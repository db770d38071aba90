package agentdesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/postgres/pgtest"
)

// What an agent writes is kept for that agent alone, sealed, as long as the contact is in hand.
func TestDraftsAreKept(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	path := func(field string) string { return fmt.Sprintf("/desk/contacts/%v/drafts/%s", contact, field) }
	drafts := func(cookie string) m {
		t.Helper()
		status, view := asksAt(t, o.server.URL, cookie, http.MethodGet, fmt.Sprintf("/desk/contacts/%v", contact), nil)
		require.Equal(t, http.StatusOK, status, view)
		return view["drafts"].(m)
	}
	require.Empty(t, drafts(cookie))
	status, size := asksAt(t, o.server.URL, cookie, http.MethodPut, path("reply"), m{"text": strings.Repeat("щ", 80)})
	require.Equal(t, []any{http.StatusOK, m{"segments": 1.0, "most": 30.0, "many": 4.0}}, []any{status, size})
	for _, text := range []string{"первое", "второе"} {
		status, _ = asksAt(t, o.server.URL, cookie, http.MethodPut, path("note"), m{"text": text})
		require.Equal(t, http.StatusNoContent, status)
	}
	require.Equal(t, m{"reply": strings.Repeat("щ", 80), "note": "второе"}, drafts(cookie))
	require.NotContains(t, pgtest.Dump(t, o.URL), "второе")
	status, _ = asksAt(t, o.server.URL, cookie, http.MethodPut, path("reply"), m{"text": ""})
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, m{"note": "второе"}, drafts(cookie))

	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	for name, row := range map[string]struct {
		cookie, path string
		body         any
		status       int
	}{
		"another's contact": {cookieAt(t, o.server.URL, "other"), path("note"), m{"text": "x"}, http.StatusForbidden},
		"no field":          {cookie, path("diary"), m{"text": "x"}, http.StatusNotFound},
		"no contact":        {cookie, "/desk/contacts/999999/drafts/note", m{"text": "x"}, http.StatusNotFound},
		"no text":           {cookie, path("note"), m{"text": 7}, http.StatusBadRequest},
		"too much":          {cookie, path("note"), m{"text": strings.Repeat("x", 200<<10)}, http.StatusBadRequest},
		"nobody":            {"", path("note"), m{"text": "x"}, http.StatusUnauthorized},
	} {
		status, answer := asksAt(t, o.server.URL, row.cookie, http.MethodPut, row.path, row.body)
		require.Equal(t, row.status, status, "%s: %v", name, answer)
	}
	require.Equal(t, m{"note": "второе"}, drafts(cookie))

	require.True(t, p.Sends("finish", m{"contact": contact})["ok"].(bool))
	require.True(t, p.Sends("disposition", m{"contact": contact, "disposition": "resolved"})["ok"].(bool))
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM drafts`))
	status, _ = asksAt(t, o.server.URL, cookie, http.MethodPut, path("note"), m{"text": "late"})
	require.NotEqual(t, http.StatusNoContent, status)
}

// A command is taken back under its id: one that was done stays done, and one that was not never will be.
func TestACommandIsTakenBack(t *testing.T) {
	t.Parallel()
	o, _, p, contact := talkingBySMS(t)
	written := func() int {
		return pgtest.Value[int](t, o.URL, `SELECT count(*) FROM entries WHERE speaker LIKE 'agent:%' AND kind = 'wrote'`)
	}
	reply := m{"contact": contact, "text": "ответ"}
	require.Equal(t, m{"taken_back": true}, p.SendsAs("early", "take_back", m{})["data"])
	require.Equal(t, m{"taken_back": true}, p.SendsAs("early", "reply", reply)["data"])
	require.Zero(t, written())
	require.Equal(t, m{"segments": 1.0}, p.SendsAs("late", "reply", reply)["data"])
	require.Equal(t, m{"segments": 1.0}, p.SendsAs("late", "take_back", m{})["data"])
	require.Equal(t, 1, written())
}

// The desk shows what became of each message of an agent: what goes worst with a part of it goes so with all of it.
func TestDeliveriesAreShown(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	require.True(t, p.Sends("reply", m{"contact": contact, "text": "ответ"})["ok"].(bool))
	path := fmt.Sprintf("/desk/contacts/%v/deliveries", contact)
	delivery := func() (all []any) {
		t.Helper()
		status, answer := asksAt(t, o.server.URL, cookie, http.MethodGet, path, nil)
		require.Equal(t, http.StatusOK, status, answer)
		for _, d := range answer["deliveries"].(m) {
			all = append(all, d)
		}
		_, view := asksAt(t, o.server.URL, cookie, http.MethodGet, fmt.Sprintf("/desk/contacts/%v", contact), nil)
		require.Equal(t, all[0], view["timeline"].([]any)[0].(m)["delivery"])
		return all
	}
	const second = `INSERT INTO mt_segments (id, mt_id, part, state, expires_at) SELECT max(id) + 1, max(mt_id), 2, 'delivered', now() FROM mt_segments`
	pgtest.Exec(t, o.URL, second)
	for _, state := range []string{"queued", "undeliverable", "delivered", "unknown", "expired", "failed"} {
		pgtest.Exec(t, o.URL, `UPDATE mt_segments SET state = '`+state+`' WHERE part = 1 AND mt_id = (SELECT max(mt_id) FROM mt_segments)`)
		require.Equal(t, []any{state}, delivery())
	}
	pgtest.Exec(t, o.URL, `UPDATE mt_segments SET state = 'accepted' WHERE part = 1 AND mt_id = (SELECT max(mt_id) FROM mt_segments)`)
	require.Equal(t, []any{"sent"}, delivery())
	pgtest.Exec(t, o.URL, `DELETE FROM mt_segments`)
	require.Equal(t, []any{""}, delivery())
	o.hires(t, acd.Agent{Login: "other", Name: "Другой", Role: "agent", Languages: []string{"ru"}})
	status, _ := asksAt(t, o.server.URL, cookieAt(t, o.server.URL, "other"), http.MethodGet, path, nil)
	require.Equal(t, http.StatusForbidden, status)
}

// The steps of the citizen's cases show what became of what the citizen was told, in the view and while it is open: in Okno's words and in the
// agent's. Of a step of which nobody was told there is nothing to ask.
func TestDeliveriesOfStepsAreShown(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	number := p.Sends("case_open", m{"contact": contact, "kind": "inquiry", "subject": "Своё"})["data"].(m)["number"]
	path := fmt.Sprintf("/desk/contacts/%v", contact)
	shown := func() (ids []string, states []any) {
		t.Helper()
		_, view := asksAt(t, o.server.URL, cookie, http.MethodGet, path, nil)
		status, answer := asksAt(t, o.server.URL, cookie, http.MethodGet, path+"/deliveries", nil)
		require.Equal(t, http.StatusOK, status, answer)
		asked := answer["moves"].(m)
		for _, move := range view["moves"].([]any) {
			move := move.(m)
			id := fmt.Sprint(move["id"])
			ids, states = append(ids, id), append(states, move["delivery"])
			if move["told"] == "" {
				require.NotContains(t, asked, id)
				continue
			}
			require.Equal(t, move["delivery"], asked[id])
		}
		return ids, states
	}
	move := func(from, to, tell string) {
		t.Helper()
		require.True(t, p.Sends("case_move", m{"contact": contact, "number": number, "from": from, "to": to, "why": "w", "tell": tell})["ok"].(bool))
	}
	move("registered", "in_progress", "")
	move("in_progress", "ready", "приходите в окно 5")
	ids, states := shown()
	require.Equal(t, []any{"", "queued", "queued"}, states)
	pgtest.Exec(t, o.URL, `UPDATE mt_segments SET state = 'undeliverable' WHERE mt_id = (SELECT mt_id FROM case_moves WHERE id = `+ids[1]+`)`)
	_, states = shown()
	require.Equal(t, []any{"", "undeliverable", "queued"}, states)
	pgtest.Exec(t, o.URL, `DELETE FROM mt_segments`)
	_, states = shown()
	require.Equal(t, []any{"", "", ""}, states)
}
