package agentdesk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/agentdesk/desktest"
	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/login"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// asksAt sends a request to a node, and gives the status and the body of the answer, if it has one.
func asksAt(t *testing.T, server, cookie, method, path string, body any) (int, m) {
	t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequest(method, server+path, bytes.NewReader(raw))
	require.NoError(t, err)
	if cookie != "" {
		request.Header.Set("Cookie", cookie)
	}
	request.Header.Set("User-Agent", "a browser")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	var answer m
	_ = json.NewDecoder(response.Body).Decode(&answer)
	return response.StatusCode, answer
}

// hires adds an agent.
func (o *office) hires(t *testing.T, a acd.Agent) acd.Agent {
	t.Helper()
	hash, err := password.Hash(floortest.Password)
	require.NoError(t, err)
	o.Do(t, func(w *store.Work) (err error) {
		a.ID, err = w.SaveAgent(t.Context(), a, hash)
		return err
	})
	return a
}

// cookieAt logs in at a node.
func cookieAt(t *testing.T, server, name string) string {
	t.Helper()
	cookie, status := desktest.LogIn(t, server, name, floortest.Password)
	require.Equal(t, http.StatusOK, status)
	return cookie
}

// A new password, another role, a lock, and a logout by somebody else end logins and pages on every node, close the telephone in the same
// transaction, and give back what the agent has.
func TestWhatEndsAnAgentsLoginsEndsThemEverywhere(t *testing.T) {
	t.Parallel()
	hash, err := password.Hash("another password")
	require.NoError(t, err)
	ends := map[string]func(t *testing.T, w *store.Work, a acd.Agent) error{
		"password": func(t *testing.T, w *store.Work, a acd.Agent) error { return w.SetPassword(t.Context(), a.Login, hash) },
		"role": func(t *testing.T, w *store.Work, a acd.Agent) error {
			a.Role = "supervisor"
			_, err := w.SaveAgent(t.Context(), a, hash)
			return err
		},
		"lock": func(t *testing.T, w *store.Work, a acd.Agent) error {
			return w.LockAgent(t.Context(), a.ID, true, "cli")
		},
		"logout": func(t *testing.T, w *store.Work, a acd.Agent) error { return w.EndLogins(t.Context(), a.ID, "cli") },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			aliya := o.Agents[len(o.Agents)-1]
			nodes := []*httptest.Server{o.node(t, o.DB), o.node(t, pgtest.Open(t, o.URL))}
			var pages []*page
			var cookies []string
			for _, n := range nodes {
				cookies = append(cookies, cookieAt(t, n.URL, "aliya"))
				pages = append(pages, desktest.Open(t, n.URL, cookies[len(cookies)-1], nil))
			}
			require.True(t, pages[0].Sends("set_status", m{"status": "available"})["ok"].(bool))
			o.writes(t, "оператор")
			contact := pages[0].Snapshot("an offer", inState("offered"))[0].(m)["id"]
			require.True(t, pages[0].Sends("accept", m{"contact": contact})["ok"].(bool))
			pgtest.Exec(t, o.URL, fmt.Sprintf(`INSERT INTO sip_accounts (name, asterisk, kind, number, secret, agent_id, expires_at)
				VALUES ('agent', 'a', 'agent', '', 's', %d, now() + interval '1 hour')`, aliya.ID))

			o.Do(t, func(w *store.Work) error { return end(t, w, aliya) })
			require.Zero(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM sip_accounts WHERE expires_at > now()`), "with the deed")
			for i := range nodes {
				require.Equal(t, 4001, pages[i].Closed(5*time.Second))
				status, _ := asksAt(t, nodes[i].URL, cookies[i], http.MethodGet, "/desk/me", nil)
				require.Equal(t, http.StatusUnauthorized, status)
			}
			require.Eventually(t, func() bool {
				return pgtest.Value[string](t, o.URL, fmt.Sprintf(`SELECT state FROM contacts WHERE id = %v`, contact)) == "waiting"
			}, 10*time.Second, 20*time.Millisecond, "the thread goes back")
			require.Equal(t, "offline", pgtest.Value[string](t, o.URL, fmt.Sprintf(`SELECT status FROM agents WHERE id = %d`, aliya.ID)))
		})
	}
}

// A login that is being made with an old password while the password changes does not survive it.
func TestALoginThatRacesANewPasswordDoesNotCount(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	a, known, err := o.DB.AgentByLogin(t.Context(), "aliya")
	require.NoError(t, err)
	var work sync.WaitGroup
	for i := range 20 {
		work.Go(func() {
			l := login.New{TokenHash: []byte{byte(i)}, Agent: a.ID, Epoch: known.Epoch, Expires: time.Now().Add(time.Hour)}
			require.NoError(t, o.DB.AddLogin(t.Context(), l))
		})
		if i == 10 {
			work.Go(func() {
				o.Do(t, func(w *store.Work) error { return w.SetPassword(t.Context(), "aliya", "x") })
			})
		}
	}
	work.Wait()
	has, err := o.DB.HasLogin(t.Context(), a.ID)
	require.NoError(t, err)
	require.False(t, has)
}

func TestALockedAgentLogsInOnceUnlocked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	id := o.Agents[len(o.Agents)-1].ID
	cookie := cookieAt(t, o.server.URL, "aliya")
	o.Do(t, func(w *store.Work) error { return w.LockAgent(t.Context(), id, true, "cli") })
	_, status := o.logIn(t, floortest.Password)
	require.Equal(t, http.StatusUnauthorized, status, "as with a wrong password")
	o.Do(t, func(w *store.Work) error { return w.LockAgent(t.Context(), id, false, "cli") })
	status, _ = asksAt(t, o.server.URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status, "an old login stays ended")
	_, status = o.logIn(t, floortest.Password)
	require.Equal(t, http.StatusOK, status)
}

// A login without a sign of life ends, and so does what it had open; a page that is connected is a sign of life.
func TestALoginThatIsIdleEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	cookie := cookieAt(t, o.server.URL, "aliya")
	ago := func(d time.Duration) {
		pgtest.Exec(t, o.URL, fmt.Sprintf(`UPDATE logins SET seen_at = now() - make_interval(secs => %f)`, d.Seconds()))
	}
	seen := func() float64 {
		return pgtest.Value[float64](t, o.URL, `SELECT extract(epoch FROM now() - max(seen_at))::float8 FROM logins`)
	}
	ago(login.Idle - time.Minute)
	status, _ := asksAt(t, o.server.URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusOK, status)
	require.Less(t, seen(), 30.0, "a request is a sign of life")
	ago(login.Touch / 2)
	_, _ = asksAt(t, o.server.URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Greater(t, seen(), 25.0, "noted once a minute at most")
	tokens, err := o.DB.OverdueLogins(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, tokens)

	p := o.open(t, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	ago(login.Idle + time.Minute)
	require.Equal(t, 4001, p.Closed(5*time.Second))
	status, _ = asksAt(t, o.server.URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status)
	tokens, err = o.DB.OverdueLogins(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, tokens, 1)
	require.NoError(t, o.DB.TouchLogins(t.Context(), tokens))
	require.Greater(t, seen(), login.Idle.Seconds(), "what is past the limit does not come back")
}

func TestOwnLoginsAreListedToldAndEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	other := o.node(t, pgtest.Open(t, o.URL))
	first := cookieAt(t, o.server.URL, "aliya")
	p := o.open(t, first, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	second := cookieAt(t, other.URL, "aliya")
	told, _ := p.Until("a login elsewhere", func(got m) bool { return got["kind"] == "login" })
	require.Equal(t, "127.0.0.1", told["data"].(m)["address"])

	_, answer := asksAt(t, o.server.URL, first, http.MethodGet, "/desk/logins", nil)
	found := answer["logins"].([]any)
	require.Len(t, found, 2)
	require.Equal(t, told["data"].(m)["id"], found[0].(m)["id"])
	require.Equal(t, []any{false, true}, []any{found[0].(m)["current"], found[1].(m)["current"]})
	require.NotEmpty(t, found[0].(m)["browser"])

	boris := o.hires(t, acd.Agent{Login: "boris", Name: "Борис", Role: "agent", Languages: []string{"ru"}})
	stranger := cookieAt(t, o.server.URL, boris.Login)
	path := "/desk/logins/" + found[1].(m)["id"].(string) + "/end"
	status, answer := asksAt(t, o.server.URL, stranger, http.MethodPost, path, nil)
	require.Equal(t, []any{http.StatusNotFound, "no_login"}, []any{status, answer["code"]}, "somebody else's")
	status, _ = asksAt(t, other.URL, second, http.MethodPost, path, nil)
	require.Equal(t, http.StatusNoContent, status)
	require.Equal(t, 4001, p.Closed(5*time.Second))
	status, _ = asksAt(t, other.URL, second, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusOK, status, "the other login goes on")
	status, _ = asksAt(t, other.URL, second, http.MethodPost, path, nil)
	require.Equal(t, http.StatusNotFound, status)
}

func TestAnAdministratorEndsAnyLogin(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "admin", Name: "Админ", Role: "administrator", Languages: []string{"ru"}})
	admin := cookieAt(t, o.server.URL, "admin")
	aliya := cookieAt(t, o.server.URL, "aliya")
	for _, path := range []string{"logins/x/end", "logout", "lock", "unlock"} {
		status, _ := asksAt(t, o.server.URL, aliya, http.MethodPost, "/desk/agents/admin/"+path, nil)
		require.Equal(t, http.StatusForbidden, status, path)
	}
	status, _ := asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/agents/nobody/logins", nil)
	require.Equal(t, http.StatusForbidden, status, "whether there is such an agent or not")
	status, answer := asksAt(t, o.server.URL, admin, http.MethodGet, "/desk/agents/nobody/logins", nil)
	require.Equal(t, []any{http.StatusNotFound, "no_agent"}, []any{status, answer["code"]})

	_, answer = asksAt(t, o.server.URL, admin, http.MethodGet, "/desk/agents/aliya/logins", nil)
	id := answer["logins"].([]any)[0].(m)["id"].(string)
	status, _ = asksAt(t, o.server.URL, admin, http.MethodPost, "/desk/agents/aliya/logins/"+id+"/end", nil)
	require.Equal(t, http.StatusNoContent, status)
	status, _ = asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = asksAt(t, o.server.URL, admin, http.MethodPost, "/desk/agents/aliya/lock", nil)
	require.Equal(t, http.StatusNoContent, status)
	_, status = o.logIn(t, floortest.Password)
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = asksAt(t, o.server.URL, admin, http.MethodPost, "/desk/agents/aliya/unlock", nil)
	require.Equal(t, http.StatusNoContent, status)
	aliya = cookieAt(t, o.server.URL, "aliya")
	status, _ = asksAt(t, o.server.URL, admin, http.MethodPost, "/desk/agents/aliya/logout", nil)
	require.Equal(t, http.StatusNoContent, status)
	status, _ = asksAt(t, o.server.URL, aliya, http.MethodGet, "/desk/me", nil)
	require.Equal(t, http.StatusUnauthorized, status)
	require.Positive(t, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM audit WHERE action IN ('agent.lock', 'agent.unlock') AND actor LIKE 'agent:%'`))
}
