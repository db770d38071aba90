package agentdesk_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/agentdesk"
	"okno/agentdesk/desktest"
	"okno/internal/access"
	"okno/internal/acd"
	"okno/internal/floor/floortest"
	"okno/internal/passkey"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
	"okno/internal/totp"
)

// strong is a desk server that sets up second factors, at a time that the test moves.
type strong struct {
	*office
	now   atomic.Int64
	nodes []*httptest.Server
}

func newStrong(t *testing.T, compulsory ...access.Role) *strong {
	t.Helper()
	s := &strong{office: newOffice(t)}
	s.now.Store(time.Now().Unix())
	for _, db := range []*store.Store{s.DB, pgtest.Open(t, s.URL)} {
		vault, err := totp.NewVault(bytes.Repeat([]byte{1}, 32))
		require.NoError(t, err)
		keys, err := passkey.New(site, [][]byte{bytes.Repeat([]byte{2}, 32)}, func() time.Time { return time.Unix(s.now.Load(), 0) })
		require.NoError(t, err)
		desk := agentdesk.New(agentdesk.Options{Store: db, Passkeys: keys, Floor: s.Floor, Node: "strong", Log: zerolog.Nop(), Segments: floortest.OneSegment,
			Clock:   func() time.Time { return time.Unix(s.now.Load(), 0) },
			Reasons: func(string) map[string]string { return nil }, Factor: vault, SecondFactor: compulsory,
			Units: func(ctx context.Context, fn func(agentdesk.Work) error) error {
				return db.Do(ctx, func(w *store.Work) error { return fn(w) })
			},
			Page: http.NotFoundHandler()})
		server := served(t, desk)
		s.nodes = append(s.nodes, server)
		s.runs(t, desk.Run)
	}
	return s
}

// code is what the authenticator shows now, or some steps later.
func (s *strong) code(t *testing.T, secret string, later int64) string {
	t.Helper()
	code, err := totp.Code(secret, time.Unix(s.now.Load()+30*later, 0))
	require.NoError(t, err)
	return code
}

func (s *strong) logIn(t *testing.T, node int, name, code string) (int, string, *http.Cookie) {
	t.Helper()
	answer, p := post(t, s.nodes[node].URL, `{"login": "`+name+`", "password": "`+floortest.Password+`", "code": "`+code+`"}`)
	for _, c := range answer.Cookies() {
		if c.Name == "__Host-okno" {
			return answer.StatusCode, p.Code, c
		}
	}
	return answer.StatusCode, p.Code, nil
}

// enrols sets up a second factor in a login.
func (s *strong) enrols(t *testing.T, cookie string) (secret string, recovery []any) {
	t.Helper()
	status, begun := asksAt(t, s.nodes[0].URL, cookie, http.MethodPost, "/desk/factor", nil)
	require.Equal(t, http.StatusOK, status)
	secret = begun["secret"].(string)
	status, answer := asksAt(t, s.nodes[0].URL, cookie, http.MethodPost, "/desk/factor/confirm", m{"code": "000000"})
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_code"}, []any{status, answer["code"]})
	status, answer = asksAt(t, s.nodes[1].URL, cookie, http.MethodPost, "/desk/factor/confirm", m{"code": s.code(t, secret, 0)})
	require.Equal(t, http.StatusOK, status)
	return secret, answer["recovery"].([]any)
}

func TestASecondFactorIsSetUpAndAskedFor(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	s.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: access.Supervisor, Languages: []string{"ru"}})
	before, elsewhere := cookieAt(t, s.nodes[0].URL, "chief"), cookieAt(t, s.nodes[1].URL, "chief")
	dismiss := func(cookie string) string {
		_, answer := asksAt(t, s.nodes[0].URL, cookie, http.MethodPost, "/desk/queues/general/dismiss", m{"since": time.Now(), "reason": "a flood of junk"})
		code, _ := answer["code"].(string)
		return code
	}
	require.Empty(t, dismiss(elsewhere), "not compulsory")
	secret, recovery := s.enrols(t, before)
	require.Len(t, recovery, totp.Recovery)
	require.Zero(t, pgtest.Value[int](t, s.URL, `SELECT count(*) FROM second_factors WHERE sealed LIKE '%`+secret+`%'::bytea`))
	status, answer := asksAt(t, s.nodes[0].URL, before, http.MethodPost, "/desk/factor", nil)
	require.Equal(t, []any{http.StatusConflict, "enrolled"}, []any{status, answer["code"]}, "no second one beside it")

	require.Empty(t, dismiss(before), "the login in which it was set up is proved")
	require.Equal(t, "prove", dismiss(elsewhere), "another one is not")
	status, answer = asksAt(t, s.nodes[1].URL, elsewhere, http.MethodPost, "/desk/factor/prove", m{"code": s.code(t, secret, 0)})
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_code"}, []any{status, answer["code"]}, "the code that set it up was used")
	s.now.Add(30)
	status, _ = asksAt(t, s.nodes[1].URL, elsewhere, http.MethodPost, "/desk/factor/prove", m{"code": s.code(t, secret, 0)})
	require.Equal(t, http.StatusNoContent, status)
	require.Empty(t, dismiss(elsewhere))

	status, code, _ := s.logIn(t, 0, "chief", "")
	require.Equal(t, []any{http.StatusUnauthorized, "second_factor"}, []any{status, code})
	answered, p := post(t, s.nodes[0].URL, `{"login": "chief", "password": "a wrong password", "code": "123456"}`)
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_login"}, []any{answered.StatusCode, p.Code}, "the password is looked at first")
	s.now.Add(30)
	status, _, cookie := s.logIn(t, 1, "chief", s.code(t, secret, 0))
	require.Equal(t, http.StatusOK, status)
	require.Empty(t, dismiss(cookie.Name+"="+cookie.Value))

	status, _, _ = s.logIn(t, 0, "chief", recovery[0].(string))
	require.Equal(t, http.StatusOK, status, "a recovery code")
	status, code, _ = s.logIn(t, 1, "chief", recovery[0].(string))
	require.Equal(t, []any{http.StatusUnauthorized, "wrong_code"}, []any{status, code}, "once")
}

// One code opens one login, whoever sends it at the same time, on whichever node; nor does an older one follow.
func TestACodeIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	secret, recovery := s.enrols(t, cookieAt(t, s.nodes[0].URL, "aliya"))
	s.now.Add(60)
	for _, code := range []string{s.code(t, secret, 0), recovery[3].(string)} {
		var in atomic.Int64
		var work sync.WaitGroup
		for i := range 4 {
			work.Go(func() {
				if status, _, _ := s.logIn(t, i%2, "aliya", code); status == http.StatusOK {
					in.Add(1)
				}
			})
		}
		work.Wait()
		require.EqualValues(t, 1, in.Load(), code)
	}
	status, _, _ := s.logIn(t, 0, "aliya", s.code(t, secret, -1))
	require.NotEqual(t, http.StatusOK, status, "a code of the step before")
}

// Whoever has the password guesses codes no faster than passwords, and asking without a code in between helps nothing.
func TestGuessingCodesIsSlowed(t *testing.T) {
	t.Parallel()
	s := newStrong(t)
	s.enrols(t, cookieAt(t, s.nodes[0].URL, "aliya"))
	looked := 0
	for i := range 12 {
		_, _, _ = s.logIn(t, i%2, "aliya", "")
		if status, _, _ := s.logIn(t, i%2, "aliya", "000000"); status == http.StatusUnauthorized {
			looked++
		}
	}
	require.Equal(t, 5, looked)
}

func TestACompulsorySecondFactorComesBeforeAnythingElse(t *testing.T) {
	t.Parallel()
	s := newStrong(t, access.Supervisor, access.Administrator)
	s.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: access.Supervisor, Languages: []string{"ru"}})
	require.NotEmpty(t, cookieAt(t, s.nodes[0].URL, "aliya"), "not of agents")
	cookie := cookieAt(t, s.nodes[0].URL, "chief")
	for _, path := range []string{"/desk/logins", "/desk/sms", "/desk/contacts/1"} {
		status, answer := asksAt(t, s.nodes[0].URL, cookie, http.MethodGet, path, nil)
		require.Equal(t, []any{http.StatusForbidden, "enrol"}, []any{status, answer["code"]}, path)
	}
	_, refused, err := desktest.Dial(s.nodes[0].URL, cookie)
	require.Error(t, err)
	require.Equal(t, http.StatusForbidden, refused.StatusCode)
	_, me := asksAt(t, s.nodes[0].URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, true, me["second_factor"].(m)["wanted"])
	s.enrols(t, cookie)
	status, _ := asksAt(t, s.nodes[0].URL, cookie, http.MethodGet, "/desk/logins", nil)
	require.Equal(t, http.StatusOK, status)
	_, me = asksAt(t, s.nodes[0].URL, cookie, http.MethodGet, "/desk/me", nil)
	require.Equal(t, []any{true, false}, []any{me["second_factor"].(m)["enrolled"], me["second_factor"].(m)["wanted"]})
}
