package agentdesk_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
)

// serves has the office's agent serve a thread to its end, and gives the contact.
func (o *office) serves(t *testing.T, p *page) any {
	t.Helper()
	p.Sends("set_status", m{"status": "available"})
	o.writes(t, "оператор")
	id := p.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	p.Sends("accept", m{"contact": id})
	p.Sends("reply", m{"contact": id, "text": "Завтра."})
	p.Sends("finish", m{"contact": id})
	require.Equal(t, true, p.Sends("disposition", m{"contact": id, "disposition": "resolved"})["ok"])
	return id
}

// lead adds a supervisor, and gives the supervisor's cookie.
func (o *office) lead(t *testing.T, login string) string {
	t.Helper()
	o.hires(t, acd.Agent{Login: login, Name: login, Role: access.Supervisor, Languages: []string{"ru"}, Queues: []string{"general"}})
	return cookieAt(t, o.server.URL, login)
}

func inThree(text string) m { return m{"kk": text, "ru": text, "en": text} }

var asked = []any{
	m{"texts": inThree("Поздоровались?"), "kind": "yes_no", "weight": 1.},
	m{"texts": inThree("Ответили?"), "kind": "scale", "weight": 3., "optional": true},
}

func (o *office) keepsForm(t *testing.T, cookie, name string, body m) (int, m) {
	t.Helper()
	return o.asks(t, cookie, http.MethodPost, "/desk/evaluation-forms/"+name, body)
}

func TestFormsHaveVersions(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	agent, _ := o.logIn(t, floortest.Password)
	leader := o.lead(t, "chief")
	form := func(version int, queues ...string) m {
		return m{"version": version, "title": inThree("Вежливость"), "questions": asked, "queues": queues}
	}
	status, _ := o.keepsForm(t, agent, "polite", form(0, "general"))
	require.Equal(t, http.StatusForbidden, status)
	status, _ = o.keepsForm(t, leader, "polite", form(0, "general"))
	require.Equal(t, http.StatusNoContent, status)
	status, _ = o.keepsForm(t, leader, "polite", form(0))
	require.Equal(t, http.StatusConflict, status, "there is one")
	status, _ = o.keepsForm(t, leader, "polite", form(1, "general"))
	require.Equal(t, http.StatusNoContent, status)
	status, _ = o.keepsForm(t, leader, "polite", form(1, "general"))
	require.Equal(t, http.StatusConflict, status, "somebody else was first")
	for _, wrong := range []string{"general", "nowhere"} {
		status, said := o.keepsForm(t, leader, "other", form(0, wrong))
		require.Equal(t, []any{http.StatusBadRequest, "queues"}, []any{status, said["field"]}, "%s: taken, or not there", wrong)
	}
	list := func() any {
		_, all := o.asks(t, leader, http.MethodGet, "/desk/evaluation-forms", nil)
		return all["forms"]
	}
	questions := []any{m{"texts": inThree("Поздоровались?"), "kind": "yes_no", "weight": 1., "optional": false, "critical": false},
		m{"texts": inThree("Ответили?"), "kind": "scale", "weight": 3., "optional": true, "critical": false}}
	kept := m{"name": "polite", "version": 2., "title": inThree("Вежливость"), "questions": questions, "queues": []any{"general"}, "ended": false}
	require.Equal(t, []any{kept}, list())
	status, _ = o.asks(t, leader, http.MethodPost, "/desk/evaluation-forms/polite/end", m{"version": 1})
	require.Equal(t, http.StatusConflict, status)
	status, _ = o.asks(t, leader, http.MethodPost, "/desk/evaluation-forms/polite/end", m{"version": 2})
	require.Equal(t, http.StatusNoContent, status)
	kept["ended"], kept["queues"] = true, []any{}
	require.Equal(t, []any{kept}, list(), "it stays")
	status, _ = o.keepsForm(t, leader, "polite", form(2))
	require.Equal(t, http.StatusConflict, status, "it has ended")
	status, _ = o.keepsForm(t, leader, "other", form(0, "general"))
	require.Equal(t, http.StatusNoContent, status, "the queue is free for another")
}

// A supervisor draws a contact and evaluates it by the form of its queue, the agent sees that and replies once; nobody else may.
func TestAContactIsEvaluated(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	agent, _ := o.logIn(t, floortest.Password)
	leader, other := o.lead(t, "chief"), o.lead(t, "deputy")
	id := o.serves(t, o.open(t, agent, nil))
	place := fmt.Sprintf("/desk/contacts/%.0f/evaluation", id)
	next := func(cookie string) any {
		_, answer := o.asks(t, cookie, http.MethodGet, "/desk/evaluations/next", nil)
		return answer["contact"]
	}
	require.Nil(t, next(leader), "no form is for the queue")
	_, said := o.asks(t, leader, http.MethodGet, place, nil)
	require.Equal(t, "no_form", said["code"])
	form := m{"version": 0, "title": inThree("Вежливость"), "questions": asked, "queues": []string{"general"}}
	o.keepsForm(t, leader, "polite", form)
	require.Equal(t, id, next(leader))
	choose := func(cookie string) (int, m) {
		return o.asks(t, cookie, http.MethodGet, "/desk/evaluations/contacts", nil)
	}
	_, listed := choose(leader)
	require.Equal(t, id, listed["contacts"].([]any)[0].(m)["contact"])
	status, _ := choose(agent)
	require.Equal(t, http.StatusForbidden, status)

	_, view := o.asks(t, leader, http.MethodGet, place, nil)
	require.Equal(t, []any{"Алия", nil, "polite"}, []any{view["agent"], view["evaluation"], view["form"].(m)["name"]})
	require.Contains(t, fmt.Sprint(view["timeline"]), "Завтра.")
	require.NotContains(t, fmt.Sprint(view), citizen, "who the citizen is matters to nobody")
	require.Equal(t, "evaluation", pgtest.Value[string](t, o.URL, `SELECT detail ->> 'reason' FROM audit WHERE action = 'contact.view' ORDER BY id DESC LIMIT 1`))
	status, _ = o.asks(t, agent, http.MethodGet, place, nil)
	require.Equal(t, http.StatusForbidden, status)

	fill := func(cookie string, version int, first, second string) (int, m) {
		return o.asks(t, cookie, http.MethodPost, place, m{"form": "polite", "version": version, "remark": "В целом хорошо",
			"answers": []any{m{"value": first, "remark": "Сразу"}, m{"value": second}}})
	}
	status, said = fill(leader, 1, "yes", "7")
	require.Equal(t, []any{http.StatusBadRequest, "answers.1"}, []any{status, said["field"]})
	_, said = fill(leader, 2, "yes", "3")
	require.Equal(t, "form_changed", said["code"])
	status, _ = fill(leader, 1, "yes", "3")
	require.Equal(t, http.StatusNoContent, status)
	require.Nil(t, next(leader), "nothing is left")
	_, listed = choose(leader)
	require.Empty(t, listed["contacts"])
	form["version"] = 1
	o.keepsForm(t, leader, "polite", form)
	status, _ = fill(leader, 1, "yes", "4")
	require.Equal(t, http.StatusNoContent, status, "it is changed in its own version")
	status, _ = fill(other, 1, "no", "1")
	require.Equal(t, http.StatusConflict, status, "somebody else's")

	own := func() m {
		_, answer := o.asks(t, agent, http.MethodGet, "/desk/evaluations/own", nil)
		return answer["evaluations"].([]any)[0].(m)
	}
	seen := own()
	require.Equal(t, []any{81., "В целом хорошо", "chief", nil, 1.}, []any{seen["score"], seen["remark"], seen["by"], seen["reply"], seen["form"].(m)["version"]})
	require.Equal(t, []any{m{"value": "yes", "remark": "Сразу"}, m{"value": "4"}}, seen["answers"])
	status, _ = o.asks(t, agent, http.MethodGet, "/desk/evaluations", nil)
	require.Equal(t, http.StatusForbidden, status, "those of others")
	status, _ = o.asks(t, leader, http.MethodGet, "/desk/evaluations", nil)
	require.Equal(t, http.StatusOK, status)

	unanswered := func() any {
		p := o.open(t, agent, nil)
		p.Snapshot("the desk", func([]any) bool { return true })
		return p.Desk["unanswered"]
	}
	require.Equal(t, 1., unanswered(), "whoever logs in later is told, too")
	reply := func(cookie string, agreed bool, remark string) (int, m) {
		return o.asks(t, cookie, http.MethodPost, place+"/reply", m{"agreed": agreed, "remark": remark})
	}
	status, _ = reply(other, true, "")
	require.Equal(t, http.StatusForbidden, status)
	_, said = reply(agent, false, " ")
	require.Equal(t, "remark", said["field"])
	status, _ = reply(agent, false, "Гражданин сам прервал")
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, 0., unanswered())
	_, said = reply(agent, true, "")
	require.Equal(t, "evaluation_settled", said["code"], "once")
	require.Equal(t, "Гражданин сам прервал", own()["reply"].(m)["remark"])
	_, said = fill(leader, 1, "yes", "5")
	require.Equal(t, "evaluation_settled", said["code"], "what was answered stays")

	require.Equal(t, "evaluation.add 63 evaluation.change 81 evaluation.reply 81", pgtest.Value[string](t, o.URL,
		`SELECT string_agg(action || ' ' || (detail ->> 'score'), ' ' ORDER BY id) FROM audit WHERE action LIKE 'evaluation.%'`))
	require.Equal(t, "63", pgtest.Value[string](t, o.URL, `SELECT detail ->> 'was' FROM audit WHERE action = 'evaluation.change'`))
	require.NotContains(t, pgtest.Dump(t, o.URL), "Гражданин сам", "what was written is sealed")
	pgtest.Exec(t, o.URL, `UPDATE evaluations SET sealed = NULL, sealed_reply = NULL`) // as the erasure of the citizen does
	require.Equal(t, []any{81., nil}, []any{own()["score"], own()["answers"]})
}

func TestAnEvaluationSettlesInADay(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	agent, _ := o.logIn(t, floortest.Password)
	leader := o.lead(t, "chief")
	o.keepsForm(t, leader, "polite", m{"version": 0, "title": inThree("Вежливость"), "questions": asked, "queues": []string{"general"}})
	id := o.serves(t, o.open(t, agent, nil))
	place := fmt.Sprintf("/desk/contacts/%.0f/evaluation", id)
	fill := func(cookie string) any {
		_, said := o.asks(t, cookie, http.MethodPost, place, m{"form": "polite", "version": 1, "answers": []any{m{"value": "yes"}, m{"value": "not_applicable"}}})
		return said["code"]
	}
	pgtest.Exec(t, o.URL, `UPDATE contacts SET ended_at = now() - interval '31 days'`)
	require.Equal(t, "evaluation_settled", fill(leader), "too long ago")
	pgtest.Exec(t, o.URL, `UPDATE contacts SET ended_at = now()`)
	require.Nil(t, fill(leader))
	require.Nil(t, fill(leader))
	pgtest.Exec(t, o.URL, `UPDATE evaluations SET at = now() - interval '25 hours'`)
	require.Equal(t, "evaluation_settled", fill(leader))

	pgtest.Exec(t, o.URL, `DELETE FROM evaluations; UPDATE agents SET role = 'supervisor'`)
	require.Equal(t, "forbidden", fill(agent), "nobody evaluates the own work")
	_, answer := o.asks(t, agent, http.MethodGet, "/desk/evaluations/next", nil)
	require.Nil(t, answer["contact"])
	require.Nil(t, fill(leader))
}

// Of an agent with many contacts not more are drawn than of one with few.
func TestContactsAreDrawnFairly(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	leader := o.lead(t, "chief")
	o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: access.Agent, Languages: []string{"ru"}, Queues: []string{"general"}})
	o.keepsForm(t, leader, "polite", m{"version": 0, "title": inThree("Вежливость"), "questions": asked, "queues": []string{"general"}})
	pgtest.Exec(t, o.URL, `
WITH i AS (
    INSERT INTO interactions (channel, language, started_at, ended_at) SELECT 'sms', 'ru', now(), now() FROM generate_series(1, 30) RETURNING id
), k AS (INSERT INTO data_keys (kind, owner_id, wrapped) SELECT 'i', id, '' FROM i)
INSERT INTO contacts (interaction_id, queue, channel, language, reason, effect, state, agent_id, connected_at, released_at, ended_at, queued_at)
SELECT id, 'general', 'sms', 'ru', '', 'x', 'ended', (SELECT id FROM agents WHERE login = CASE WHEN i.id % 10 = 0 THEN 'boris' ELSE 'aliya' END), now(), now(), now(),
       now() - CASE WHEN id % 3 = 0 THEN interval '8 days' ELSE interval '1 day' END FROM i`)
	for range 4 {
		_, answer := o.asks(t, leader, http.MethodGet, "/desk/evaluations/next", nil)
		pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO evaluations (contact_id, interaction_id, agent_id, by_agent, form, version)
SELECT c.id, interaction_id, agent_id, (SELECT id FROM agents WHERE login = 'chief'), 'polite', 1 FROM contacts c WHERE id = %.0f`, answer["contact"]))
	}
	require.Equal(t, "2 2", pgtest.Value[string](t, o.URL, `SELECT string_agg(n::text, ' ') FROM (SELECT count(*) AS n FROM evaluations GROUP BY agent_id) x`))
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM evaluations e JOIN contacts c ON c.id = e.contact_id WHERE c.queued_at < now() - interval '7 days'`))
}
