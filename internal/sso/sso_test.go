package sso_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"okno/internal/access"
	"okno/internal/fault"
	"okno/internal/login"
	"okno/internal/sso"
	"okno/internal/sso/ssotest"
)

var (
	chief  = ssotest.Person{Username: "Chief@city.example", Name: "Старшая", Groups: []string{"okno-supervisors"}, AMR: []string{"otp"}}
	people = map[string]ssotest.Person{"s-1": chief, "s-2": {Username: "stranger", Name: "Чужой", Groups: []string{"gardeners"}}}
	rules  = []sso.Rule{{Group: "okno-supervisors", Role: access.Supervisor, Queues: []string{"general"}}, {Group: "okno", Role: access.Agent}}
)

func party(t *testing.T, p *ssotest.Provider, clock func() time.Time) *sso.SSO {
	t.Helper()
	s, err := sso.New(p.Config(rules...), [][]byte{bytes.Repeat([]byte{7}, 32)}, clock)
	require.NoError(t, err)
	return s
}

func TestSomebodyComesBackFromTheProvider(t *testing.T) {
	t.Parallel()
	for name, inToken := range map[string]bool{"groups in the token": true, "groups in the user info": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := ssotest.Run(t, inToken, map[string]ssotest.Person{"s-1": chief})
			s := party(t, p, time.Now)
			to, kept, err := s.Begin(t.Context(), false)
			require.NoError(t, err)
			asked, err := url.Parse(to)
			require.NoError(t, err)
			require.Equal(t, "S256", asked.Query().Get("code_challenge_method"))
			who, groups, state, err := s.Finish(t.Context(), kept, p.LogIn(t, to, chief.Username).Query())
			require.NoError(t, err)
			require.Equal(t, []string{p.Issuer, "s-1", "Старшая", "chief"}, []string{who.Issuer, who.Subject, who.Name, who.Wish()})
			require.True(t, who.Strong)
			require.Equal(t, chief.Groups, groups)
			require.Equal(t, asked.Query().Get("state"), state)
			require.WithinDuration(t, time.Now(), who.At, time.Minute)
		})
	}
}

// What an attacker brings back opens nothing.
func TestAForgedReturnIsRefused(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, false, people)
	s := party(t, p, time.Now)
	begin := func() (string, []byte) {
		to, kept, err := s.Begin(t.Context(), false)
		require.NoError(t, err)
		return to, kept
	}
	refused := func(kept []byte, query url.Values, why string) {
		t.Helper()
		_, _, _, err := s.Finish(t.Context(), kept, query)
		require.ErrorIs(t, err, login.ErrRefused)
		require.ErrorContains(t, err, why)
	}
	to, kept := begin()
	back := p.LogIn(t, to, chief.Username).Query()
	_, another := begin()
	refused(another, back, "another state")
	refused([]byte("a cookie of the attacker's own making, long enough"), back, "begin anew")
	refused(kept[:len(kept)-1], back, "begin anew")
	late, err := sso.New(p.Config(rules...), [][]byte{bytes.Repeat([]byte{7}, 32)}, func() time.Time { return time.Now().Add(sso.JourneyLife + time.Minute) })
	require.NoError(t, err)
	_, _, _, err = late.Finish(t.Context(), kept, back)
	require.ErrorIs(t, err, login.ErrRefused, "too late")
	stolen := url.Values{"state": back["state"], "code": {"another code"}}
	refused(kept, stolen, "the code is not taken")
	refused(kept, url.Values{"state": back["state"], "error": {"access_denied"}}, "the provider refused")
	refused(kept, url.Values{"state": back["state"], "code": back["code"], "iss": {"https://evil.example/"}}, "another issuer")

	// A code that was given in another browser's journey: the verifier is not that of its challenge.
	to, _ = begin()
	victim := p.LogIn(t, to, chief.Username).Query()
	_, mine := begin()
	refused(mine, url.Values{"state": {stateOf(t, s, mine)}, "code": victim["code"]}, "another state")

	_, _, _, err = s.Finish(t.Context(), kept, back)
	require.NoError(t, err, "none of this hurt the real one")
	refused(kept, back, "the code is not taken")
}

// stateOf is what an attacker cannot read: the sealed journey gives no state away.
func stateOf(t *testing.T, _ *sso.SSO, kept []byte) string {
	t.Helper()
	require.NotContains(t, string(kept), `"s":`)
	return "a guess"
}

// A provider, or somebody between, that changes the ID token.
func TestAForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, true, people)
	s := party(t, p, time.Now)
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	keyID, public := p.PublicKey(t)
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(t, err)
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	with := func(claim string, value any) func(map[string]any) string {
		return func(claims map[string]any) string {
			claims[claim] = value
			return p.Sign(t, claims)
		}
	}
	none := func(claims map[string]any) string {
		body, err := json.Marshal(claims)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
	}
	cases := map[string]struct {
		forge func(map[string]any) string
		why   string // "": it counts
	}{
		"signed anew":  {func(c map[string]any) string { return p.Sign(t, c) }, ""},
		"another key":  {func(c map[string]any) string { return ssotest.Sign(t, jose.RS256, keyID, own, c) }, "does not count"},
		"no signature": {none, "does not count"},
		"client secret": {func(c map[string]any) string {
			return ssotest.Sign(t, jose.HS256, keyID, []byte(ssotest.Secret+strings.Repeat("0", 32)), c)
		}, "does not count"},
		"public key":      {func(c map[string]any) string { return ssotest.Sign(t, jose.HS256, keyID, asPEM, c) }, "does not count"},
		"another issuer":  {with("iss", "https://evil.example/"), "does not count"},
		"other audience":  {with("aud", []string{"other"}), "does not count"},
		"two audiences":   {with("azp", "other"), "another party"},
		"expired":         {with("exp", time.Now().Add(-time.Hour).Unix()), "does not count"},
		"replayed nonce":  {with("nonce", "of a login before"), "another nonce"},
		"no nonce":        {with("nonce", nil), "another nonce"},
		"no subject":      {with("sub", ""), "no subject"},
		"long subject":    {with("sub", strings.Repeat("x", 256)), "no subject"},
		"another access":  {with("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), "access token"},
		"no token at all": {func(map[string]any) string { return "" }, "does not count"},
		"rubbish":         {func(map[string]any) string { return "a.b.c" }, "does not count"},
	}
	for name, c := range cases {
		p.Tamper = func(idToken string) string { return c.forge(claimsOf(t, idToken)) }
		to, kept, err := s.Begin(t.Context(), false)
		require.NoError(t, err)
		_, _, _, err = s.Finish(t.Context(), kept, p.LogIn(t, to, chief.Username).Query())
		if c.why == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, login.ErrRefused, name)
		require.ErrorContains(t, err, c.why, name)
	}
}

func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	require.NoError(t, err)
	claims := map[string]any{}
	require.NoError(t, json.Unmarshal(raw, &claims))
	return claims
}

// For an act that wants a second factor, an old session at the provider is not enough.
func TestThePersonIsAskedAnew(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, true, people)
	s := party(t, p, time.Now)
	to, kept, err := s.Begin(t.Context(), true)
	require.NoError(t, err)
	asked, err := url.Parse(to)
	require.NoError(t, err)
	require.Equal(t, []string{"login", "0"}, []string{asked.Query().Get("prompt"), asked.Query().Get("max_age")})
	for _, at := range []any{time.Now().Add(-time.Hour).Unix(), nil} {
		p.Tamper = func(idToken string) string {
			claims := claimsOf(t, idToken)
			claims["auth_time"] = at
			return p.Sign(t, claims)
		}
		to, again, err := s.Begin(t.Context(), true)
		require.NoError(t, err)
		_, _, _, err = s.Finish(t.Context(), again, p.LogIn(t, to, chief.Username).Query())
		require.ErrorContains(t, err, "did not ask anew", at)
	}
	p.Tamper = nil
	_, _, _, err = s.Finish(t.Context(), kept, p.LogIn(t, to, chief.Username).Query())
	require.NoError(t, err)
}

func TestAnotherRedirectIsNotServed(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, true, people)
	c := p.Config(rules...)
	c.Redirect = "https://evil.example" + sso.CallbackPath
	s, err := sso.New(c, [][]byte{bytes.Repeat([]byte{7}, 32)}, time.Now)
	require.NoError(t, err)
	to, _, err := s.Begin(t.Context(), false)
	require.NoError(t, err)
	require.Contains(t, p.Shown(t, to), "redirect_uri")
}

// An outage is no refusal, a provider that comes back is found, and one that is away is not asked by everybody.
func TestTheProviderIsAway(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, true, people)
	var now atomic.Int64
	now.Store(time.Now().UnixNano())
	s := party(t, p, func() time.Time { return time.Unix(0, now.Load()) })
	p.Away.Store(true)
	for range 50 {
		_, _, err := s.Begin(t.Context(), false)
		require.Equal(t, fault.Unavailable, fault.KindOf(err))
	}
	require.EqualValues(t, 1, p.Refused.Load(), "asked once, and then left alone")
	p.Away.Store(false)
	now.Add(int64(3 * time.Second))
	to, kept, err := s.Begin(t.Context(), false)
	require.NoError(t, err)
	back := p.LogIn(t, to, chief.Username).Query()
	p.Away.Store(true)
	_, _, _, err = s.Finish(t.Context(), kept, back)
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "between the way there and the way back")
	_, _, err = s.LoggedOut(t.Context(), p.Sign(t, map[string]any{"iss": p.Issuer}))
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "no keys")
	p.Away.Store(false)
	_, _, _, err = s.Finish(t.Context(), kept, back)
	require.NoError(t, err)
}

func TestALogoutToken(t *testing.T) {
	t.Parallel()
	p := ssotest.Run(t, true, people)
	s := party(t, p, time.Now)
	sound := func() map[string]any {
		return map[string]any{"iss": p.Issuer, "aud": ssotest.Client, "sub": "s-1", "jti": "1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	}
	who, id, err := s.LoggedOut(t.Context(), p.Sign(t, sound()))
	require.NoError(t, err)
	require.Equal(t, []string{p.Issuer, "s-1", "1"}, []string{who.Issuer, who.Subject, id})
	for claim, value := range map[string]any{"events": nil, "nonce": "an ID token has one", "jti": "", "iat": time.Now().Add(-time.Hour).Unix(), "aud": "other",
		"iss": "https://evil.example/", "sub": ""} {
		claims := sound()
		claims[claim] = value
		_, _, err := s.LoggedOut(t.Context(), p.Sign(t, claims))
		require.ErrorIs(t, err, login.ErrRefused, claim)
	}
}

func TestGroupsGiveARole(t *testing.T) {
	t.Parallel()
	c := sso.Config{Groups: []sso.Rule{
		{Group: "chiefs", Role: access.Supervisor, Queues: []string{"b"}},
		{Group: "all", Role: access.Agent, Queues: []string{"a", "b"}, Languages: []string{"en"}}}}
	g, err := c.Grant([]string{"all", "chiefs", "gardeners"})
	require.NoError(t, err)
	require.Equal(t, login.Grant{Role: access.Supervisor, Queues: []string{"a", "b"}, Languages: []string{"en"}}, g)
	g, err = c.Grant([]string{"all"})
	require.NoError(t, err)
	require.Equal(t, access.Agent, g.Role)
	for _, none := range [][]string{nil, {"gardeners"}, {""}, {"ALL"}} {
		_, err = c.Grant(none)
		require.ErrorIs(t, err, login.ErrNoGroup)
	}
}
