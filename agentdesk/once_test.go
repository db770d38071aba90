package agentdesk_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/agentdesk/desktest"
	"okno/internal/acd"
	"okno/internal/fault"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// talkingBySMS is an office whose agent has a citizen's thread in hand. It gives the page and the contact.
func talkingBySMS(t *testing.T) (o *office, cookie string, p *page, contact any) {
	t.Helper()
	o = newOffice(t)
	cookie, _ = o.logIn(t, floortest.Password)
	p = o.open(t, cookie, nil)
	require.True(t, p.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	contact = p.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	require.True(t, p.Sends("accept", m{"contact": contact})["ok"].(bool))
	p.Snapshot("the contact", inState("connected"))
	return o, cookie, p, contact
}

// One command id at once on six sockets is done once, and answered on each with the same.
func TestACommandIsDoneOnceOverSixSockets(t *testing.T) {
	t.Parallel()
	o, cookie, _, contact := talkingBySMS(t)
	var pages []*page
	for range 6 {
		pages = append(pages, o.open(t, cookie, nil))
	}
	for try := range 20 {
		text := fmt.Sprintf("ответ %d", try)
		answers := make([]m, len(pages))
		var all sync.WaitGroup
		for i, p := range pages {
			all.Go(func() {
				answers[i] = p.SendsAs(fmt.Sprint("reply-", try), "reply", m{"contact": contact, "text": text})
			})
		}
		all.Wait()
		for _, a := range answers {
			require.Equal(t, answers[0], a)
			require.True(t, a["ok"].(bool), a)
		}
		require.Equal(t, 1, count(pgtest.Texts(t, o.URL, "true"), text))
		require.Equal(t, 1, pgtest.Opened[int](t, o.URL, `SELECT count(*) FROM entries WHERE body = $1`, text))
	}
}

// The id of a command is its agent's own.
func TestCommandIdsAreEachAgentsOwn(t *testing.T) {
	t.Parallel()
	h := floortest.New(t, 2)
	for _, a := range h.Agents {
		h.Do(t, func(w *store.Work) error {
			_, done, err := w.BeginCommand(t.Context(), a.ID, "the same")
			require.False(t, done)
			return err
		})
	}
}

// Each command is sent, its socket cut before the answer, and sent again: it has been done once.
func TestTheSocketIsCutAtEveryCommand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args  m
		count string // of what the command makes
	}{
		"reply":         {m{"text": "Завтра."}, `SELECT count(*) FROM entries WHERE speaker LIKE 'agent:%'`},
		"note":          {m{"text": "заметка"}, `SELECT count(*) FROM entries WHERE kind = 'note'`},
		"case_open":     {m{"kind": "inquiry", "subject": "Справка"}, `SELECT count(*) FROM cases`},
		"outgoing_call": {m{}, `SELECT count(*) FROM contacts WHERE channel = 'outgoing'`},
		"finish":        {m{}, `SELECT count(*) FROM contacts WHERE state = 'wrap_up'`},
		"set_status":    {m{"status": "paused", "reason": "break"}, `SELECT count(*) FROM agents WHERE status = 'paused'`},
		"disposition":   {m{"disposition": "resolved", "note": "всё"}, `SELECT count(*) FROM entries WHERE kind = 'disposition'`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, cookie, p, contact := talkingBySMS(t)
			if name == "disposition" {
				require.True(t, p.Sends("finish", m{"contact": contact})["ok"].(bool))
			}
			if name == "outgoing_call" {
				o.callsOut(t)
			}
			if name != "set_status" {
				test.args["contact"] = contact
			}
			for cut := range 5 {
				p := o.open(t, cookie, nil)
				require.NoError(t, p.Socket.WriteJSON(m{"type": "command", "id": "cut", "name": name, "args": test.args}))
				<-time.After(time.Duration(cut) * 3 * time.Millisecond) // somewhere in the command
				require.NoError(t, p.Socket.Close())
			}
			require.True(t, o.open(t, cookie, nil).SendsAs("cut", name, test.args)["ok"].(bool))
			require.Equal(t, 1, pgtest.Value[int](t, o.URL, test.count))
		})
	}
}

// A commit whose answer was lost is asked about: the command is done once, and answered as done.
func TestACommandWhoseCommitNobodyAnswered(t *testing.T) {
	t.Parallel()
	o, cookie, _, contact := talkingBySMS(t)
	lost := 1
	desk := agentdesk.New(agentdesk.Options{Store: o.DB, Floor: o.Floor, Segments: floortest.OneSegment, Node: "other",
		Reasons: func(string) map[string]string { return map[string]string{} },
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			err := o.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
			if err == nil && lost > 0 {
				lost--
				return fmt.Errorf("%w: the connection broke", fault.ErrUncertain)
			}
			return err
		},
		Page: http.NotFoundHandler()})
	server := served(t, desk)
	o.runs(t, desk.Run)
	o.server = server
	require.True(t, o.open(t, cookie, nil).Sends("reply", m{"contact": contact, "text": "один раз"})["ok"].(bool))
	require.Equal(t, 1, count(pgtest.Texts(t, o.URL, "true"), "один раз"))
}

// A fault in what one page asks for ends that page's socket alone. The page comes back, and the command is done.
func TestAFaultEndsOnePagesSocket(t *testing.T) {
	t.Parallel()
	o, cookie, _, contact := talkingBySMS(t)
	var faults atomic.Int64
	faults.Store(1)
	desk := agentdesk.New(agentdesk.Options{Store: o.DB, Floor: o.Floor, Segments: floortest.OneSegment, Node: "other", Log: zerolog.Nop(),
		Reasons: func(string) map[string]string { return map[string]string{} },
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			if faults.Add(-1) >= 0 {
				panic("a fault")
			}
			return o.DB.Do(ctx, func(w *store.Work) error { return fn(w) })
		},
		Page: http.NotFoundHandler()})
	server := served(t, desk)
	o.runs(t, desk.Run)
	o.server = server
	other := o.open(t, cookie, nil)
	_, err := o.open(t, cookie, nil).TrySends("faulty", "reply", m{"contact": contact, "text": "один раз"})
	require.ErrorAs(t, err, new(*websocket.CloseError))
	require.True(t, o.open(t, cookie, nil).SendsAs("faulty", "reply", m{"contact": contact, "text": "один раз"})["ok"].(bool))
	require.Equal(t, 1, count(pgtest.Texts(t, o.URL, "true"), "один раз"))
	require.True(t, other.Sends("note", m{"contact": contact, "text": "жив"})["ok"].(bool), "another page goes on")
}

// A case of somebody else's is neither shown nor moved, and its text goes to nobody.
func TestAStrangersCaseIsNeitherShownNorMoved(t *testing.T) {
	t.Parallel()
	o, _, p, contact := talkingBySMS(t)
	own := p.Sends("case_open", m{"contact": contact, "kind": "inquiry", "subject": "Своё"})["data"].(m)
	pgtest.Exec(t, o.URL, `INSERT INTO cases (number, kind, state, contact, subject) VALUES ('999999999', 'appeal', 'registered', '+77019999999', 'Чужое')`)
	pgtest.Seal(t, o.URL)
	move := func(number any) m {
		return p.Sends("case_move", m{"contact": contact, "number": number, "from": "registered", "to": "in_progress", "why": "w", "tell": "чужая тайна"})
	}
	require.Equal(t, "unknown_case", move("999999999")["code"])
	require.NotContains(t, pgtest.Texts(t, o.URL, "true"), "чужая тайна")
	require.Equal(t, "registered", pgtest.Value[string](t, o.URL, `SELECT state FROM cases WHERE number = '999999999'`))
	require.True(t, move(own["number"])["ok"].(bool))
}

// A page that missed hundreds of events gets them all, and keeps its socket.
func TestALongReplayOverrunsNothing(t *testing.T) {
	t.Parallel()
	o, cookie, p, contact := talkingBySMS(t)
	require.NoError(t, p.Socket.Close())
	const missed = 700
	pgtest.Exec(t, o.URL, fmt.Sprintf(`
		WITH s AS (UPDATE streams SET seq = seq + %d WHERE name = 'contact:%v' RETURNING seq - %d AS base)
		INSERT INTO stream_events (stream, seq, kind, payload)
		SELECT 'contact:%v', base + n, 'entry', jsonb_build_object('nth', n::text) FROM s, generate_series(1, %d) n`, missed, contact, missed, contact, missed))
	back := o.open(t, cookie, p.Seen)
	next := 1
	back.Until("all events", func(got m) bool {
		if got["kind"] == "entry" {
			body := got["data"].(m)["nth"]
			require.Equal(t, fmt.Sprint(next), body)
			next++
		}
		return next > missed
	})
	require.True(t, back.Sends("note", m{"contact": contact, "text": "жив"})["ok"].(bool))
}

// Desks are told how their queues stand, as that changes, though nothing of their own does.
func TestQueuesAreToldAsTheyChange(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie, _ := o.logIn(t, floortest.Password)
	p := o.open(t, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	require.True(t, p.Sends("set_status", m{"status": "paused", "reason": "break"})["ok"].(bool)) // on duty, and gets no offer
	waiting := func(n float64) func(m) bool {
		return func(got m) bool { return got["type"] == "queues" && got["queues"].([]any)[0].(m)["waiting"] == n }
	}
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}}) // of no queue: who leads sees all
	chief := o.open(t, cookieAt(t, o.server.URL, "chief"), nil)
	chief.Snapshot("the desk", func([]any) bool { return true })
	require.NotEmpty(t, chief.Desk["queues"])
	o.Writes(t, "+77010000003", "оператор")
	p.Until("one waits", waiting(1))
	chief.Until("one waits", waiting(1))
	o.Writes(t, "+77010000004", "оператор")
	p.Until("two wait", waiting(2))
	chief.Until("two wait", waiting(2))

	o.Hours(t, "09:00-18:00", 3, acd.Serve)
	p.Until("its hours are over", func(got m) bool {
		if got["type"] != "queues" {
			return false
		}
		opens, _ := got["queues"].([]any)[0].(m)["opens"].(string)
		return opens == floortest.Opening(t).Format(time.RFC3339)
	})
	o.Hours(t, "00:00-24:00", 0, acd.Serve)
	p.Until("it is open", func(got m) bool { return got["type"] == "queues" && got["queues"].([]any)[0].(m)["opens"] == nil })
}

// Whoever logs out goes off duty, and leaves nothing behind that is nobody's.
func TestThreadsOfWhoLogsOutGoBack(t *testing.T) {
	t.Parallel()
	o, cookie, _, _ := talkingBySMS(t)
	require.Equal(t, http.StatusNoContent, o.logOut(t, cookie))
	require.Equal(t, "waiting", pgtest.Value[string](t, o.URL, `SELECT state FROM contacts`))
	require.Equal(t, "offline", pgtest.Value[string](t, o.URL, `SELECT status FROM agents`))
}

// An agent with a second login keeps working there.
func TestAnotherLoginKeepsTheAgentOnDuty(t *testing.T) {
	t.Parallel()
	o, cookie, _, _ := talkingBySMS(t)
	other, _ := o.logIn(t, floortest.Password)
	require.Equal(t, http.StatusNoContent, o.logOut(t, cookie))
	require.Equal(t, "connected", pgtest.Value[string](t, o.URL, `SELECT state FROM contacts`))
	require.Equal(t, http.StatusNoContent, o.logOut(t, other))
	require.Equal(t, "waiting", pgtest.Value[string](t, o.URL, `SELECT state FROM contacts`))
}

func (o *office) logOut(t *testing.T, cookie string) int {
	t.Helper()
	return desktest.LogOut(t, o.server.URL, cookie)
}

// Bad input has a clear answer, and costs nothing but itself.
func TestBadCommandsAreAnswered(t *testing.T) {
	t.Parallel()
	_, _, p, contact := talkingBySMS(t)
	for name, test := range map[string]struct {
		command string
		args    any
		code    string
	}{
		"no such command":       {"dance", m{}, "bad_command"},
		"arguments of a kind":   {"reply", "text", "bad_command"},
		"a zero byte":           {"note", m{"contact": contact, "text": "a\x00b"}, "bad_command"},
		"a contact of nobody's": {"note", m{"contact": 1 << 40, "text": "x"}, "unknown_contact"},
		"a service unknown":     {"case_open", m{"contact": contact, "kind": "application", "subject": "x", "service": "999"}, "no_service"},
		"a term in the past":    {"case_open", m{"contact": contact, "kind": "application", "subject": "x", "due_on": "2020-01-01"}, "past"},
		"an offer that is none": {"decline", m{"contact": contact}, "offer_gone"},
	} {
		require.Equal(t, test.code, p.SendsAs(name, test.command, test.args)["code"], name)
	}
	require.Equal(t, "bad_command", p.SendsAs(string(make([]byte, 65)), "note", m{"contact": contact, "text": "x"})["code"], "an id that is too long")
	require.True(t, p.Sends("note", m{"contact": contact, "text": "жив"})["ok"].(bool))
}

// count is how often a text is among others.
func count(texts []string, text string) (n int) {
	for _, one := range texts {
		if one == text {
			n++
		}
	}
	return n
}
