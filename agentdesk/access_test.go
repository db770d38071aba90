package agentdesk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	people "okno/internal/citizen"
	"okno/internal/floor/floortest"
	"okno/internal/message"
	"okno/internal/phone"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// asks sends a request under a cookie, and gives the status and the body of the answer.
func (o *office) asks(t *testing.T, cookie, method, path string, body any) (int, m) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequest(method, o.server.URL+path, bytes.NewReader(raw))
	require.NoError(t, err)
	request.Header.Set("Cookie", cookie)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var answer m
	if response.StatusCode != http.StatusNoContent {
		require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	}
	return response.StatusCode, answer
}

// registers adds a citizen with some numbers, and gives the id.
func (o *office) registers(t *testing.T, numbers ...string) (id int64) {
	t.Helper()
	o.Do(t, func(w *store.Work) (err error) {
		id, err = w.SaveCitizen(t.Context(), people.Citizen{NationalNumber: "900513000008", Name: "Айгуль Сериковна", Numbers: numbers})
		return err
	})
	return id
}

// answerOf gives the citizen of a view.
func answerOf(t *testing.T, o *office, cookie, view string) m {
	t.Helper()
	_, answer := o.asks(t, cookie, http.MethodGet, view, nil)
	return answer["citizen"].(m)
}

// becomes gives the agent another role.
func (o *office) becomes(t *testing.T, role string) {
	t.Helper()
	pgtest.Exec(t, o.URL, fmt.Sprintf("UPDATE agents SET role = '%s'", role))
}

// An offer shows why and in which language, not who; accepted, the contact shows everything; ended, it is closed to whoever had it.
func TestAnOfferShowsWhyAndNotWho(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.registers(t, citizen)
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	offered := p.Snapshot("an offer", desktest.InState("offered"))[0].(m)
	require.Equal(t, []any{"", "", m{}, "ru", "general"}, []any{offered["name"], offered["number"], offered["context"], offered["language"], offered["queue"]})
	view := fmt.Sprintf("/desk/contacts/%v", offered["id"])
	status, answer := o.asks(t, cookie, http.MethodGet, view, nil)
	require.Equal(t, []any{http.StatusForbidden, "not_yours"}, []any{status, answer["code"]})

	require.True(t, p.Sends("accept", m{"contact": offered["id"]})["ok"].(bool))
	held := p.Snapshot("the contact", desktest.InState("connected"))[0].(m)
	require.Equal(t, []any{"Айгуль Сериковна", phone.Mask(citizen)}, []any{held["name"], held["number"]})
	_, answer = o.asks(t, cookie, http.MethodGet, view, nil)
	require.Equal(t, []any{"•••••••••008", phone.Mask(citizen)}, []any{answer["citizen"].(m)["national_number"], answer["citizen"].(m)["number"]})
	status, answer = o.asks(t, cookie, http.MethodPost, view+"/reveal", m{"reason": " "})
	require.Equal(t, []any{http.StatusForbidden, "reason"}, []any{status, answer["code"]})
	_, answer = o.asks(t, cookie, http.MethodPost, view+"/reveal", m{"reason": "заявление"})
	require.Equal(t, []any{"900513000008", citizen}, []any{answer["national_number"], answer["number"]})
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit
		WHERE action IN ('contact.view', 'citizen.reveal') AND (detail ->> 'citizen')::bigint = (SELECT id FROM citizens)`), "looks in the journal")
	require.Equal(t, "заявление", pgtest.Value[string](t, o.URL, `SELECT detail ->> 'reason' FROM audit WHERE action = 'citizen.reveal'`))

	require.Equal(t, "number", answerOf(t, o, cookie, view)["verification"])
	require.Equal(t, "unverified", p.Sends("bind", m{"contact": offered["id"]})["code"], "the agent has not checked who it is")
	require.True(t, p.Sends("verify", m{"contact": offered["id"]})["ok"].(bool))
	require.Equal(t, "agent", answerOf(t, o, cookie, view)["verification"])
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'citizen.verify' AND detail ? 'citizen'`))

	require.Equal(t, "bad_number", p.Sends("bind", m{"contact": offered["id"], "number": "x"})["code"])
	const second = "+77010000077"
	require.Equal(t, true, p.Sends("bind", m{"contact": offered["id"], "number": "8 701 000 00 77"})["data"].(m)["new"])
	require.Equal(t, "operator", pgtest.Value[string](t, o.URL, `SELECT proof FROM bindings ORDER BY id DESC LIMIT 1`))
	require.Equal(t, "bound +7701•••0077", pgtest.LastText(t, o.URL, message.Reply, citizen))
	require.True(t, p.Sends("unbind", m{"contact": offered["id"], "number": second})["ok"].(bool))
	require.Equal(t, "not_bound", p.Sends("unbind", m{"contact": offered["id"], "number": second})["code"])
	require.Equal(t, "unbound +7701•••0077", pgtest.LastText(t, o.URL, message.Reply, second))
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action IN ('binding.add', 'binding.end') AND actor LIKE 'agent:%'`))

	require.True(t, p.Sends("finish", m{"contact": offered["id"]})["ok"].(bool))
	require.Equal(t, "wrong_state", p.Sends("bind", m{"contact": offered["id"]})["code"])
	require.Equal(t, "wrong_state", p.Sends("verify", m{"contact": offered["id"]})["code"], "whoever has gone cannot be asked")
	require.True(t, p.Sends("disposition", m{"contact": offered["id"], "disposition": "resolved"})["ok"].(bool))
	status, _ = o.asks(t, cookie, http.MethodGet, view, nil)
	require.Equal(t, http.StatusForbidden, status, "it has ended")
	_, answer = o.asks(t, cookie, http.MethodPost, view+"/reveal", m{"reason": "заявление"})
	require.Equal(t, "not_yours", answer["code"])
}

// A citizen's case moves once something vouches for who is on the line: the network, or an agent's questions. One that was opened by number alone
// needs neither.
func TestACaseMovesForWhoIsKnown(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.registers(t, citizen)
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	contact := p.Snapshot("an offer", desktest.InState("offered"))[0].(m)["id"]
	require.True(t, p.Sends("accept", m{"contact": contact})["ok"].(bool))
	p.Snapshot("the contact", desktest.InState("connected"))
	opened := p.Sends("case_open", m{"contact": contact, "kind": "inquiry", "subject": "Своё"})["data"].(m)
	move := m{"contact": contact, "number": opened["number"], "from": "registered", "to": "in_progress", "why": "w"}
	pgtest.Exec(t, o.URL, `UPDATE interactions SET verification = 'none'`) // as for a call over a trunk that vouches for no number
	require.Equal(t, "unverified", p.Sends("case_move", move)["code"])
	require.Equal(t, "registered", pgtest.Value[string](t, o.URL, `SELECT state FROM cases`))
	require.True(t, p.Sends("verify", m{"contact": contact})["ok"].(bool))
	require.Equal(t, "in_progress", p.Sends("case_move", move)["data"].(m)["state"])
}

// A case of somebody else about which a citizen asked shows no more than its number tells anybody, and is not moved.
func TestACaseAskedAboutIsNotTheirs(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	other := o.registers(t)
	pgtest.Exec(t, o.URL, `
		WITH k AS (INSERT INTO cases (number, kind, state, citizen_id, contact, subject)
		           VALUES ('999999999', 'appeal', 'registered', `+fmt.Sprint(other)+`, '`+citizen+`', 'Чужое') RETURNING id)
		INSERT INTO interaction_cases SELECT i.id, k.id FROM interactions i, k`) // opened on this number, by whoever had it then
	pgtest.Seal(t, o.URL)
	require.Equal(t, "unknown_citizen", p.Sends("verify", m{"contact": contact})["code"], "nobody knows who it is")
	require.Equal(t, "unknown_citizen", p.Sends("bind", m{"contact": contact})["code"])
	own := p.Sends("case_open", m{"contact": contact, "kind": "inquiry", "subject": "Своё"})["data"].(m)
	_, view := o.asks(t, cookie, http.MethodGet, fmt.Sprintf("/desk/contacts/%v", contact), nil)
	shown := map[string]m{}
	for _, c := range view["cases"].([]any) {
		shown[c.(m)["number"].(string)] = c.(m)
	}
	require.Len(t, shown, 2)
	require.Equal(t, "Своё", shown[own["number"].(string)]["subject"])
	require.Equal(t, m{"id": shown["999999999"]["id"], "number": "999999999", "state": "registered", "theirs": false}, shown["999999999"])
	move := m{"contact": contact, "number": "999999999", "from": "registered", "to": "in_progress", "why": "w", "tell": "чужая тайна"}
	require.Equal(t, "forbidden", p.Sends("case_move", move)["code"])
	require.NotContains(t, pgtest.Texts(t, o.URL, "true"), "чужая тайна")
}

// A supervisor sees a contact in other hands for a reason that the journal keeps, an auditor reads the journal, and nobody else does either.
func TestBreakingTheGlassNeedsAReason(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	require.True(t, p.Sends("finish", m{"contact": contact})["ok"].(bool))
	require.True(t, p.Sends("disposition", m{"contact": contact, "disposition": "resolved"})["ok"].(bool))
	view, reason := fmt.Sprintf("/desk/contacts/%v/view", contact), m{"reason": "жалоба № 17 на разговор"}
	journal := "/desk/citizens/0/journal"
	for _, row := range []struct {
		role, method, path string
		body               m
		status             int
		code               any
	}{
		{"agent", http.MethodPost, view, reason, http.StatusForbidden, "not_yours"},
		{"administrator", http.MethodPost, view, reason, http.StatusForbidden, "not_yours"},
		{"auditor", http.MethodPost, view, reason, http.StatusForbidden, "forbidden"},
		{"supervisor", http.MethodPost, view, m{"reason": " так   "}, http.StatusForbidden, "reason"},
		{"supervisor", http.MethodPost, view, reason, http.StatusOK, nil},
		{"agent", http.MethodGet, journal, nil, http.StatusForbidden, "forbidden"},
		{"supervisor", http.MethodGet, journal, nil, http.StatusForbidden, "forbidden"},
		{"auditor", http.MethodGet, journal, nil, http.StatusOK, nil},
	} {
		o.becomes(t, row.role) // the login is the same: rights hold as they are now
		status, answer := o.asks(t, cookie, row.method, row.path, row.body)
		require.Equal(t, []any{row.status, row.code}, []any{status, answer["code"]}, "%s: %s", row.role, row.path)
		if row.role == "auditor" && row.status == http.StatusOK {
			entry := answer["entries"].([]any)[0].(m)
			require.Equal(t, "contact.view", entry["action"])
			require.Equal(t, reason["reason"], entry["detail"].(m)["reason"])
		}
	}
}

// A supervisor closes in one act what junk has filled a queue; nobody is answered, and no call is touched.
func TestJunkIsClosedInOneAct(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "supervisor")
	pgtest.Exec(t, o.URL, `UPDATE agents SET status = 'paused', status_at = now(), connected_until = now() + interval '1 minute'`) // there, and takes nobody
	for i := range 5 {
		o.Writes(t, fmt.Sprintf("+7701555000%d", i), "оператор")
	}
	o.Voice = o.Lease(t, "voice:ast1")
	_, call := o.CallWaits(t, "+77015550009")
	pgtest.Exec(t, o.URL, `UPDATE contacts SET queued_at = queued_at - interval '1 hour' WHERE id = (SELECT min(id) FROM contacts)`)
	written := pgtest.Value[int](t, o.URL, `SELECT count(*) FROM mt_messages`)
	const path = "/desk/queues/general/dismiss"
	body := m{"since": time.Now().Add(-time.Minute), "reason": "рассылка с 400 номеров"}
	_, answer := o.asks(t, cookie, http.MethodPost, path, m{"since": body["since"]})
	require.Equal(t, "reason", answer["code"])
	_, answer = o.asks(t, cookie, http.MethodPost, path, body)
	require.EqualValues(t, 4, answer["closed"])
	_, answer = o.asks(t, cookie, http.MethodPost, path, body)
	require.EqualValues(t, 0, answer["closed"], "told again it changes nothing")
	require.Equal(t, 4, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM contacts WHERE state = 'ended' AND outcome = 'dismissed'`))
	require.Equal(t, 4, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM interactions WHERE ended_at IS NOT NULL AND outcome = 'dismissed'`))
	require.Equal(t, 4, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'contact.dismiss' AND detail ->> 'reason' <> ''`))
	require.Equal(t, "waiting", pgtest.Value[string](t, o.URL, fmt.Sprintf(`SELECT state FROM contacts WHERE id = %d`, call)))
	require.Equal(t, written, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM mt_messages`), "nobody is answered")
	o.Writes(t, "+77015550001", "оператор") // a person after all begins anew
	require.Equal(t, 3, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM contacts WHERE state = 'waiting'`))
}

// A login that has ended, and a role that was taken away, hold from the next command on, on the socket that is open.
func TestAnOpenSocketAsksAgainAtEachCommand(t *testing.T) {
	t.Parallel()
	o, _, p, contact := talkingBySMS(t)
	o.becomes(t, "supervisor")
	require.Equal(t, "no_link", p.Sends("order_link", m{"link": "nowhere", "order": "paused"})["code"])
	o.becomes(t, "agent")
	require.Equal(t, "forbidden", p.Sends("order_link", m{"link": "nowhere", "order": "paused"})["code"])
	pgtest.Exec(t, o.URL, `UPDATE logins SET ended_at = now()`)
	// The socket asks by itself now and then, and may have been first.
	if answer, err := p.TrySends("after-all", "note", m{"contact": contact, "text": "после всего"}); err == nil {
		require.Equal(t, "log_in", answer["code"])
	} else {
		require.True(t, websocket.IsCloseError(err, 4001), err)
	}
	require.Zero(t, pgtest.Opened[int](t, o.URL, `SELECT count(*) FROM entries WHERE body = 'после всего'`))
	_, _, err := p.Await(func(m) bool { return false }, 10*time.Second)
	require.Error(t, err, "the socket stays")
}
