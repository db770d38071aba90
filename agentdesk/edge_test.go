package agentdesk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/agentdesk/desktest"
	"okno/internal/edge"
	"okno/internal/floor/floortest"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// node is a desk server behind the edge, with a pool of its own.
func (o *office) node(t *testing.T, db *store.Store, hosts ...string) *httptest.Server {
	t.Helper()
	desk := agentdesk.New(agentdesk.Options{Store: db, Floor: o.Floor, Node: "edge", Log: zerolog.Nop(), Hosts: hosts, Clock: o.clock,
		Segments: func(text string) int { return 1 + utf8.RuneCountInString(text)/67 },
		Reasons:  func(string) map[string]string { return map[string]string{} },
		Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
			return db.Do(ctx, func(w *store.Work) error { return fn(w) })
		},
		Page: http.NotFoundHandler()})
	mux := http.NewServeMux()
	desk.Register(mux)
	server := httptest.NewServer(edge.Protect(mux, edge.Options{Hosts: hosts, Log: zerolog.Nop()}))
	t.Cleanup(server.Close)
	o.runs(t, desk.Run)
	return server
}

// post logs in as a browser of its own would, and gives the answer.
func post(t *testing.T, server, body string, cookies ...*http.Cookie) (*http.Response, edge.Problem) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, server+"/desk/login", strings.NewReader(body))
	require.NoError(t, err)
	for _, c := range cookies {
		request.AddCookie(c)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var p edge.Problem
	_ = json.NewDecoder(response.Body).Decode(&p)
	return response, p
}

const (
	right = `{"login": "aliya", "password": "` + floortest.Password + `"}`
	wrong = `{"login": "aliya", "password": "a wrong password"}`
)

// A stranger who guesses is slowed on every node, the owner's browser is not, and no answer tells which logins there are.
func TestGuessingAPasswordIsSlowedAndTheOwnerLogsIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	stopped := time.Now()
	o.clock = func() time.Time { return stopped }
	nodes := []*httptest.Server{o.node(t, o.DB), o.node(t, pgtest.Open(t, o.URL))}
	answer, _ := post(t, nodes[0].URL, right)
	require.Equal(t, http.StatusOK, answer.StatusCode)
	var device *http.Cookie
	for _, c := range answer.Cookies() {
		require.True(t, c.HttpOnly && c.Secure && c.SameSite == http.SameSiteStrictMode && strings.HasPrefix(c.Name, "__Host-") && c.Path == "/" && c.Domain == "", c.Name)
		if c.Name == "__Host-okno-device" {
			device = c
		}
	}
	require.NotNil(t, device)
	// The tests' address has become the owner's; a stranger comes from elsewhere.
	pgtest.Exec(t, o.URL, `DELETE FROM known_ways WHERE mark = sha256('address' || '\x00'::bytea || '127.0.0.1'::bytea)`)

	guesses := func(login string) (answers []string) {
		for i := range 8 {
			answer, p := post(t, nodes[i%2].URL, strings.Replace(wrong, "aliya", login, 1))
			require.Equal(t, answer.StatusCode, p.Status)
			require.Equal(t, answer.StatusCode == http.StatusTooManyRequests, answer.Header.Get("Retry-After") != "")
			answers = append(answers, p.Code+" "+p.Detail)
		}
		return answers
	}
	before := guesses("aliya")
	require.Contains(t, before[0], "wrong_login")
	require.Contains(t, before[len(before)-1], "too_many")
	require.Equal(t, before, guesses("nobody"), "a login that nobody has is answered the same")
	answer, p := post(t, nodes[1].URL, right)
	require.Equal(t, http.StatusTooManyRequests, answer.StatusCode, "a stranger who has it right by now: %v", p)
	answer, _ = post(t, nodes[1].URL, right, device)
	require.Equal(t, http.StatusOK, answer.StatusCode, "the owner's browser")
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'login.guessed' AND subject LIKE 'agent:%'`))
	require.Equal(t, 1, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action = 'login.guessed' AND subject = 'login:unknown'`))
}

func TestWhatNoTextMayHoldIsRefusedAtTheEdge(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := o.node(t, o.DB)
	for body, field := range map[string]string{
		`{"login": "a\u0000", "password": "x"}`: "login", `{"login": "a", "password": "\u0000"}`: "password", "{\"login\": \"\xff\", \"password\": \"x\"}": "body",
	} {
		answer, p := post(t, server.URL, body)
		require.Equal(t, http.StatusBadRequest, answer.StatusCode)
		require.Equal(t, field, p.Field)
	}
	answer, p := post(t, server.URL, strings.Repeat("x", 33<<10))
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Equal(t, "body", p.Field)
	answer, p = post(t, server.URL, "{")
	require.Equal(t, http.StatusBadRequest, answer.StatusCode)
	require.Equal(t, "bad_request", p.Code)

	cookie, _ := desktest.LogIn(t, server.URL, "aliya", floortest.Password)
	page := desktest.Open(t, server.URL, cookie, nil)
	for _, id := range []string{"a\x00b", strings.Repeat("x", 65)} {
		require.Equal(t, "bad_command", page.SendsAs(id, "set_status", m{"status": "available"})["code"], id)
	}
	for _, name := range []string{"note", "reply", "case_open", "disposition", "set_status", "order_link"} {
		got := page.Sends(name, m{"contact": 1, "text": "a\x00b", "note": "a\x00b", "status": "a\x00b", "link": "a\x00b", "subject": "a\x00b"})
		require.Equal(t, "bad_command", got["code"], name)
		require.NotEmpty(t, got["field"], name)
	}
	require.True(t, page.Sends("set_status", m{"status": "available"})["ok"].(bool), "the socket goes on")
}

// While the database is away every answer says that it may succeed later, and when to try.
func TestTheDeskIsUnavailableWhileTheDatabaseIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := o.node(t, pgtest.Away(t))
	for _, path := range []string{"/desk/me", "/desk/contacts/1", "/desk/sms", "/desk/ws"} {
		request, err := http.NewRequest(http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		request.Header.Set("Cookie", "__Host-okno=x")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusServiceUnavailable, response.StatusCode, path)
		require.NotEmpty(t, response.Header.Get("Retry-After"), path)
		require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"), path)
	}
	answer, p := post(t, server.URL, right)
	require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
	require.Equal(t, "unavailable", p.Code)
}

func TestASocketOfAnotherSitesPageIsRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := o.node(t, o.DB, "desk.example")
	cookie, _ := desktest.LogIn(t, server.URL, "aliya", floortest.Password)
	dial := func(origin string) int {
		socket, answer, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http")+"/desk/ws", http.Header{"Cookie": {cookie}, "Origin": {origin}})
		if err == nil {
			socket.Close()
		} else {
			require.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
		}
		return answer.StatusCode
	}
	require.Equal(t, http.StatusSwitchingProtocols, dial("https://desk.example"))
	require.Equal(t, http.StatusForbidden, dial("https://evil.example"))
	require.Equal(t, http.StatusForbidden, dial("null"))
	for _, path := range []string{"/desk/login", "/desk/logout"} {
		request, err := http.NewRequest(http.MethodPost, server.URL+path, strings.NewReader(right))
		require.NoError(t, err)
		request.Header.Set("Origin", "https://evil.example")
		request.Header.Set("Cookie", cookie)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, http.StatusForbidden, response.StatusCode, path)
		require.Empty(t, response.Cookies(), path)
	}
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM logins WHERE ended_at IS NOT NULL`))
}

func TestAReplyThatCannotBeSentWholeIsRefusedWhole(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	server := o.node(t, o.DB)
	cookie, _ := desktest.LogIn(t, server.URL, "aliya", floortest.Password)
	page := desktest.Open(t, server.URL, cookie, nil)
	require.True(t, page.Sends("set_status", m{"status": "available"})["ok"].(bool))
	o.writes(t, "оператор")
	contact := page.Snapshot("an offer", inState("offered"))[0].(m)["id"]
	require.True(t, page.Sends("accept", m{"contact": contact})["ok"].(bool))
	count := func() int {
		return pgtest.Value[int](t, o.URL, `SELECT (SELECT count(*) FROM mt_messages) + (SELECT count(*) FROM entries)`)
	}
	before := count()
	for _, length := range []int{30 * 67, 20_000} {
		refused := page.Sends("reply", m{"contact": contact, "text": strings.Repeat("ы", length)})
		require.Equal(t, "too_long", refused["code"])
		require.Contains(t, refused["detail"], "nothing was sent")
	}
	require.Equal(t, before, count(), "neither a message nor a line of the transcript")
	require.True(t, page.Sends("reply", m{"contact": contact, "text": strings.Repeat("ы", 30*67-1)})["ok"].(bool))
}

// What is beyond the process's budget is told to come again, and is no guess.
func TestALoginBeyondTheBudgetIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	desk := agentdesk.New(agentdesk.Options{Store: o.DB, Floor: o.Floor, Node: "busy", Log: zerolog.Nop(), Passwords: busy{}, Page: http.NotFoundHandler()})
	server := served(t, desk)
	for range 30 {
		answer, p := post(t, server.URL, right)
		require.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)
		require.NotEmpty(t, answer.Header.Get("Retry-After"))
		require.Equal(t, "unavailable", p.Code)
	}
	require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT coalesce(max(failures), 0) FROM guesses`))
}

type busy struct{}

func (busy) Matches(context.Context, string, string) (bool, error) { return false, password.ErrBusy }

func (busy) Hash(context.Context, string) (string, error) { return "", password.ErrBusy }
