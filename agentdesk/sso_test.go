package agentdesk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/agentdesk/desktest"
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/sso"
	"okno/internal/sso/ssotest"
)

// federal is two nodes of a desk with a provider.
type federal struct {
	*office
	provider *ssotest.Provider
	nodes    []*httptest.Server
	log      *journal
}

// journal is a log that several nodes write.
type journal struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.String()
}

func newFederal(t *testing.T, people map[string]ssotest.Person, compulsory ...access.Role) *federal {
	t.Helper()
	f := &federal{office: newOffice(t), provider: ssotest.Run(t, false, people), log: &journal{}}
	config := f.provider.Config(
		sso.Rule{Group: "chiefs", Role: access.Supervisor, Queues: []string{"general", "no such queue"}},
		sso.Rule{Group: "operators", Role: access.Agent, Queues: []string{"general"}})
	for _, db := range []*store.Store{f.DB, pgtest.Open(t, f.URL)} {
		party, err := sso.New(config, [][]byte{bytes.Repeat([]byte{3}, 32)}, time.Now)
		require.NoError(t, err)
		desk := agentdesk.New(agentdesk.Options{Store: db, Floor: f.Floor, Node: "federal", Log: zerolog.New(f.log), Segments: floortest.OneSegment,
			Reasons: func(string) map[string]string { return nil }, SSO: party, SecondFactor: compulsory,
			Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
				return db.Do(ctx, func(w *store.Work) error { return fn(w) })
			},
			Page: http.NotFoundHandler()})
		server := served(t, desk)
		f.nodes = append(f.nodes, server)
		f.runs(t, desk.Run)
	}
	return f
}

// begins presses the button at a node, and gives where the page goes, and what the browser keeps.
func (f *federal) begins(t *testing.T, node int, again bool) (to string, kept *http.Cookie) {
	t.Helper()
	body, err := json.Marshal(m{"again": again})
	require.NoError(t, err)
	response, err := http.Post(f.nodes[node].URL+"/desk/sso", "application/json", bytes.NewReader(body))
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var answer struct{ To string }
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	for _, c := range response.Cookies() {
		if c.Name == "__Host-okno-sso" {
			require.True(t, c.HttpOnly && c.Secure && c.SameSite == http.SameSiteLaxMode)
			kept = c
		}
	}
	require.NotNil(t, kept)
	return answer.To, kept
}

// returns comes back to a node, and gives the login's cookie, or the code of why there is none.
func (f *federal) returns(t *testing.T, node int, kept *http.Cookie, query string) (cookie, code string, status int) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, f.nodes[node].URL+sso.CallbackPath+"?"+query, nil)
	require.NoError(t, err)
	if kept != nil {
		request.AddCookie(&http.Cookie{Name: kept.Name, Value: kept.Value})
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	for _, c := range response.Cookies() {
		if c.Name == "__Host-okno" {
			require.True(t, c.HttpOnly && c.Secure && c.SameSite == http.SameSiteStrictMode)
			cookie = c.Name + "=" + c.Value
		}
	}
	_, code, _ = strings.Cut(string(page), "#sso=")
	code, _, _ = strings.Cut(code, `"`)
	return cookie, code, response.StatusCode
}

// enters goes the whole way, there at one node and back at another.
func (f *federal) enters(t *testing.T, username string) (cookie, code string) {
	t.Helper()
	to, kept := f.begins(t, 0, false)
	cookie, code, _ = f.returns(t, 1, kept, f.provider.LogIn(t, to, username).RawQuery)
	return cookie, code
}

func (f *federal) me(t *testing.T, node int, cookie string) (int, m) {
	t.Helper()
	return asksAt(t, f.nodes[node].URL, cookie, http.MethodGet, "/desk/me", nil)
}

func TestSingleSignOnOpensADesk(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{
		"s-1": {Username: "dana@city.example", Name: "Дана", Groups: []string{"operators"}},
		"s-2": {Username: "aliya", Name: "Другая Алия", Groups: []string{"operators"}},
		"s-3": {Username: "gardener", Name: "Садовник", Groups: []string{"gardeners"}},
	})
	_, ways := asksAt(t, f.nodes[0].URL, "", http.MethodGet, "/desk/ways", nil)
	require.Equal(t, m{"sso": true}, ways)
	cookie, code := f.enters(t, "dana@city.example")
	require.Empty(t, code)
	status, me := f.me(t, 0, cookie)
	require.Equal(t, []any{http.StatusOK, "dana", "Дана", "agent", []any{"general"}}, []any{status, me["login"], me["name"], me["role"], me["queues"]})
	require.Equal(t, true, me["second_factor"].(m)["federal"])
	p := desktest.Open(t, f.nodes[0].URL, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })

	// No e-mail and no name makes two persons one: both have the same address of mail, and this one the login of a local account.
	other, code := f.enters(t, "aliya")
	require.Empty(t, code)
	_, me = f.me(t, 1, other)
	require.Regexp(t, "^aliya-[0-9a-f]{8}$", me["login"])
	_, status = desktest.LogIn(t, f.nodes[0].URL, "aliya", floortest.Password)
	require.Equal(t, http.StatusOK, status, "the local account is what it was")

	again, _ := f.enters(t, "dana@city.example")
	_, me = f.me(t, 0, again)
	require.Equal(t, "dana", me["login"], "the same account")

	none, code := f.enters(t, "gardener")
	require.Equal(t, []string{"", "sso_no_group"}, []string{none, code})
	require.Zero(t, pgtest.Value[int](t, f.URL, `SELECT count(*) FROM agents WHERE login = 'gardener'`), "no account either")
	require.NotContains(t, f.log.String(), "Дана")
	require.NotContains(t, f.log.String(), "city.example")
}

// A journey counts once, in the browser in which it began, on whichever node.
func TestAJourneyCountsOnce(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{"s-1": {Username: "dana", Name: "Дана", Groups: []string{"operators"}}})
	to, kept := f.begins(t, 0, false)
	back := f.provider.LogIn(t, to, "dana").RawQuery
	_, foreign := f.begins(t, 0, false)
	for name, c := range map[string]*http.Cookie{"no cookie": nil, "another browser": foreign, "rubbish": {Name: kept.Name, Value: "!"}} {
		cookie, code, status := f.returns(t, 1, c, back)
		require.Equal(t, []any{"", "sso_refused", http.StatusForbidden}, []any{cookie, code, status}, name)
	}
	cookie, _, _ := f.returns(t, 0, kept, back)
	require.NotEmpty(t, cookie)
	cookie, code, _ := f.returns(t, 1, kept, back)
	require.Equal(t, []string{"", "sso_refused"}, []string{cookie, code}, "replayed")

	// Even a provider that takes a code twice lets nobody in twice.
	identity := pgtest.Value[int](t, f.URL, `SELECT count(*) FROM taken_once`)
	require.Equal(t, 1, identity, "what is refused leaves no row")
}

// A role follows the groups at each login, and what an old role opened closes everywhere.
func TestARoleFollowsTheGroups(t *testing.T) {
	t.Parallel()
	dana := ssotest.Person{Username: "dana", Name: "Дана", Groups: []string{"chiefs", "operators"}}
	f := newFederal(t, map[string]ssotest.Person{"s-1": dana})
	cookie, _ := f.enters(t, "dana")
	_, me := f.me(t, 0, cookie)
	require.Equal(t, "supervisor", me["role"])
	p := desktest.Open(t, f.nodes[0].URL, cookie, nil)
	p.Snapshot("the desk", func([]any) bool { return true })

	dana.Groups = []string{"operators"}
	f.provider.Put("s-1", dana)
	lower, _ := f.enters(t, "dana")
	_, me = f.me(t, 0, lower)
	require.Equal(t, "agent", me["role"])
	require.Equal(t, 4001, p.Closed(5*time.Second))
	status, _ := f.me(t, 1, cookie)
	require.Equal(t, http.StatusUnauthorized, status)

	dana.Groups = nil
	f.provider.Put("s-1", dana)
	none, code := f.enters(t, "dana")
	require.Equal(t, []string{"", "sso_no_group"}, []string{none, code})
	status, _ = f.me(t, 0, lower)
	require.Equal(t, http.StatusUnauthorized, status, "a lost group ends what is open")

	dana.Groups = []string{"operators"}
	f.provider.Put("s-1", dana)
	f.Do(t, func(w *store.Work) error {
		id, err := w.AgentID(t.Context(), "dana")
		require.NoError(t, err)
		return w.LockAgent(t.Context(), id, true, "cli")
	})
	_, code = f.enters(t, "dana")
	require.Equal(t, "sso_locked", code, "a lock is ours, whatever the provider says")
}

func TestTheProvidersSecondFactor(t *testing.T) {
	t.Parallel()
	chief := ssotest.Person{Username: "chief", Name: "Старшая", Groups: []string{"chiefs"}}
	f := newFederal(t, map[string]ssotest.Person{"s-1": chief, "s-2": {Username: "dana", Groups: []string{"operators"}}}, access.Supervisor)
	cookie, code := f.enters(t, "chief")
	require.Equal(t, []string{"", "sso_weak"}, []string{cookie, code}, "compulsory for the role, and not vouched for")
	cookie, code = f.enters(t, "dana")
	require.Empty(t, code, "not compulsory for agents")
	status, answer := asksAt(t, f.nodes[0].URL, cookie, http.MethodPost, "/desk/factor", nil)
	require.Equal(t, []any{http.StatusForbidden, "sso_only"}, []any{status, answer["code"]}, "no other factor beside the provider's")

	chief.AMR = []string{"otp"}
	f.provider.Put("s-1", chief)
	to, kept := f.begins(t, 0, true)
	require.Contains(t, to, "prompt=login")
	cookie, _, _ = f.returns(t, 1, kept, f.provider.LogIn(t, to, "chief").RawQuery)
	_, me := f.me(t, 0, cookie)
	require.NotNil(t, me["second_factor"].(m)["proved_at"])
	status, _ = asksAt(t, f.nodes[0].URL, cookie, http.MethodPost, "/desk/queues/general/dismiss", m{"since": time.Now(), "reason": "a flood of junk"})
	require.Equal(t, http.StatusOK, status)
}

// No password opens an account of single sign-on, and none is set.
func TestNoPasswordOpensAFederalAccount(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{"s-1": {Username: "boris", Name: "Борис", Groups: []string{"operators"}}})
	boris := f.hires(t, acd.Agent{Login: "boris-local", Name: "Борис", Role: "agent", Languages: []string{"ru"}})
	before := cookieAt(t, f.nodes[0].URL, "boris-local")
	f.Do(t, func(w *store.Work) error {
		return w.LinkIdentity(t.Context(), boris.ID, f.provider.Issuer, "s-1", "cli")
	})
	status, _ := f.me(t, 0, before)
	require.Equal(t, http.StatusUnauthorized, status)
	hash := pgtest.Value[string](t, f.URL, `SELECT password_hash FROM agents WHERE login = 'aliya'`)
	pgtest.Exec(t, f.URL, `UPDATE agents SET password_hash = '`+hash+`' WHERE login = 'boris-local'`)
	_, status = desktest.LogIn(t, f.nodes[0].URL, "boris-local", floortest.Password)
	require.Equal(t, http.StatusUnauthorized, status, "though the hash fits")
	cookie, _ := f.enters(t, "boris")
	_, me := f.me(t, 0, cookie)
	require.Equal(t, "boris-local", me["login"], "the account that was linked, by the subject")
	err := f.DB.Do(t.Context(), func(w *store.Work) error { return w.SetPassword(t.Context(), "boris-local", hash) })
	require.ErrorContains(t, err, "single sign-on only")
	err = f.DB.Do(t.Context(), func(w *store.Work) error {
		return w.Invite(t.Context(), boris.ID, []byte("x"), time.Hour, "cli")
	})
	require.ErrorContains(t, err, "single sign-on only")
}

// Without the provider nobody is told that a login is wrong, and passwords open desks as ever.
func TestWithoutTheProvider(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{"s-1": {Username: "dana", Groups: []string{"operators"}}})
	to, kept := f.begins(t, 0, false)
	back := f.provider.LogIn(t, to, "dana").RawQuery
	f.provider.Away.Store(true)
	response, err := http.Post(f.nodes[1].URL+"/desk/sso", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	response.Body.Close()
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.NotEmpty(t, response.Header.Get("Retry-After"))
	cookie, code, status := f.returns(t, 0, kept, back)
	require.Equal(t, []any{"", "unavailable", http.StatusServiceUnavailable}, []any{cookie, code, status})
	_, status = desktest.LogIn(t, f.nodes[1].URL, "aliya", floortest.Password)
	require.Equal(t, http.StatusOK, status)
}

func TestTheProviderLogsSomebodyOut(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{"s-1": {Username: "dana", Groups: []string{"operators"}}, "s-2": {Username: "erlan", Groups: []string{"operators"}}})
	word := func(change m) int {
		claims := m{"iss": f.provider.Issuer, "aud": ssotest.Client, "jti": "1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"events": m{"http://schemas.openid.net/event/backchannel-logout": m{}}}
		for k, v := range change {
			claims[k] = v
		}
		response, err := http.PostForm(f.nodes[1].URL+"/desk/sso/logout", url.Values{"logout_token": {f.provider.Sign(t, claims)}})
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	dana, _ := f.enters(t, "dana")
	erlan, _ := f.enters(t, "erlan")
	p := desktest.Open(t, f.nodes[0].URL, dana, nil)
	p.Snapshot("the desk", func([]any) bool { return true })
	require.Equal(t, http.StatusBadRequest, word(m{"sub": "s-1", "aud": "other"}))
	require.Equal(t, http.StatusOK, word(m{"sub": "nobody", "jti": "0"}), "it tells nothing of who has an account")
	status, _ := f.me(t, 0, dana)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, http.StatusOK, word(m{"sub": "s-1"}))
	require.Equal(t, 4001, p.Closed(5*time.Second))
	status, _ = f.me(t, 0, dana)
	require.Equal(t, http.StatusUnauthorized, status)
	status, _ = f.me(t, 1, erlan)
	require.Equal(t, http.StatusOK, status, "nobody else")
	require.Equal(t, http.StatusBadRequest, word(m{"sub": "s-1"}), "replayed")

	pgtest.Exec(t, f.URL, `UPDATE logins SET sso_session = 'session-7' WHERE agent_id = (SELECT agent_id FROM sso_accounts WHERE subject = 's-2')`)
	require.Equal(t, http.StatusOK, word(m{"sid": "session-7", "jti": "2"}), f.log)
	status, _ = f.me(t, 0, erlan)
	require.Equal(t, http.StatusUnauthorized, status, "by the session")
}

// Two first logins of one person make one account.
func TestTwoFirstLoginsAreOneAccount(t *testing.T) {
	t.Parallel()
	f := newFederal(t, map[string]ssotest.Person{"s-1": {Username: "dana", Groups: []string{"operators"}}})
	type way struct {
		kept *http.Cookie
		back string
	}
	ways := make([]way, 4)
	for i := range ways {
		to, kept := f.begins(t, i%2, false)
		ways[i] = way{kept, f.provider.LogIn(t, to, "dana").RawQuery}
	}
	var work sync.WaitGroup
	codes := make([]string, len(ways))
	for i, w := range ways {
		work.Go(func() { _, codes[i], _ = f.returns(t, i%2, w.kept, w.back) })
	}
	work.Wait()
	require.Equal(t, []string{"", "", "", ""}, codes)
	require.Equal(t, 1, pgtest.Value[int](t, f.URL, `SELECT count(*) FROM agents WHERE login LIKE 'dana%'`))
}
