// Package sso lets the people of the centre log in at an OpenID provider (OpenID Connect Core 1.0, authorization code with PKCE, RFC 7636).
// It knows the protocol, and what the provider's groups give; it knows neither accounts nor HTTP handlers.
package sso

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"okno/internal/login"
	"okno/internal/seal"
)

// JourneyLife is how long a browser may take at the provider.
const JourneyLife = 10 * time.Minute

// skew is how much the provider's clock may differ.
const skew = time.Minute

// place binds what a browser keeps of its journey to this use.
const place = "sso journey"

// algorithms are the signatures that count. None is symmetric: the client's secret signs nothing; and "none" is no signature.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// SSO is the relying party of one provider.
type SSO struct {
	config Config
	client *http.Client
	key    seal.DataKeys
	clock  func() time.Time

	turn     chan struct{} // whoever has it looks after what follows
	provider *oidc.Provider
	renew    time.Time // when the provider is asked again
	failed   error

	keysLock sync.Mutex
	keys     oidc.KeySet
	keysURL  string
}

// journey is what a browser keeps while it is at the provider, sealed.
type journey struct {
	State    string    `json:"s"`
	Nonce    string    `json:"n"`
	Verifier string    `json:"v"`
	Again    bool      `json:"a"`
	At       time.Time `json:"t"`
}

// New makes the relying party. keys are 32 secret bytes each, the same on all nodes: the first seals, all open. The provider is not asked before somebody logs in: Okno starts
// without it.
func New(c Config, keys [][]byte, clock func() time.Time) (*SSO, error) {
	client, err := newClient(c.CAFile)
	if err != nil {
		return nil, err
	}
	sealing, err := seal.DataKeysOf(keys...)
	if err != nil {
		return nil, fmt.Errorf("make the key of journeys: %w", err)
	}
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"profile"}
	}
	if c.GroupsClaim == "" {
		c.GroupsClaim = "groups"
	}
	return &SSO{config: c, client: client, key: sealing, clock: clock, turn: make(chan struct{}, 1)}, nil
}

// Grant gives what groups open. login.ErrNoGroup.
func (s *SSO) Grant(groups []string) (login.Grant, error) { return s.config.Grant(groups) }

func (s *SSO) oauth(p *oidc.Provider) oauth2.Config {
	scopes := append([]string{oidc.ScopeOpenID}, s.config.Scopes...)
	return oauth2.Config{ClientID: s.config.ClientID, ClientSecret: s.config.ClientSecret, RedirectURL: s.config.Redirect, Endpoint: p.Endpoint(),
		Scopes: distinct(scopes)}
}

// Begin gives where to send a browser, and what the browser keeps until it comes back. again wants the person to be asked anew, as is done for
// a second factor. Of kind unavailable when the provider is away.
func (s *SSO) Begin(ctx context.Context, again bool) (to string, kept []byte, err error) {
	provider, err := s.discovered(ctx)
	if err != nil {
		return "", nil, err
	}
	j := journey{State: rand.Text() + rand.Text(), Nonce: rand.Text() + rand.Text(), Verifier: oauth2.GenerateVerifier(), Again: again, At: s.clock()}
	options := []oauth2.AuthCodeOption{oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)}
	if again {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0"))
	}
	if s.config.ACR != "" {
		options = append(options, oauth2.SetAuthURLParam("acr_values", s.config.ACR))
	}
	plain, err := json.Marshal(j)
	if err != nil {
		return "", nil, err
	}
	config := s.oauth(provider)
	return config.AuthCodeURL(j.State, options...), s.key.Seal(place, plain), nil
}

// open gives a browser's journey back. login.ErrRefused.
func (s *SSO) open(kept []byte) (j journey, err error) {
	plain, err := s.key.Open(place, kept)
	if err == nil {
		err = json.Unmarshal(plain, &j)
	}
	if age := s.clock().Sub(j.At); err != nil || age > JourneyLife || age < -skew {
		return j, login.ErrRefused
	}
	return j, nil
}

// Finish gives who came back from the provider, with the groups, and the state, which is to be taken once only. login.ErrRefused, wrapped with
// the reason for the log; of kind unavailable when the provider is away.
func (s *SSO) Finish(ctx context.Context, kept []byte, query url.Values) (who login.Identity, groups []string, state string, err error) {
	j, err := s.open(kept)
	if err != nil {
		return who, nil, "", err
	}
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(j.State)) != 1 {
		return who, nil, "", refuse("another state", nil)
	}
	if query.Get("code") == "" {
		return who, nil, "", refuse("the provider refused", nil) // what it says may hold anything, and comes by the browser
	}
	// RFC 9207: the answer of another provider is not taken for this one's.
	if iss := query.Get("iss"); iss != "" && iss != s.config.Issuer {
		return who, nil, "", refuse("another issuer answers", nil)
	}
	provider, err := s.discovered(ctx)
	if err != nil {
		return who, nil, "", err
	}
	ctx = oidc.ClientContext(ctx, s.client)
	config := s.oauth(provider)
	token, err := config.Exchange(ctx, query.Get("code"), oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return who, nil, "", awayOr("the code is not taken", err)
	}
	raw, _ := token.Extra("id_token").(string)
	identity, claims, err := s.verify(ctx, provider, raw)
	if err != nil {
		return who, nil, "", err
	}
	if subtle.ConstantTimeCompare([]byte(identity.Nonce), []byte(j.Nonce)) != 1 {
		return who, nil, "", refuse("another nonce", nil)
	}
	if identity.AccessTokenHash != "" {
		if err := identity.VerifyAccessToken(token.AccessToken); err != nil {
			return who, nil, "", refuse("another access token", err)
		}
	}
	who = s.identity(identity, claims)
	if j.Again && who.At.Before(j.At.Add(-skew)) {
		return who, nil, "", refuse("the provider did not ask anew", nil)
	}
	groups, has := groupsIn(claims, s.config.GroupsClaim)
	if !has || who.Name == "" {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return who, nil, "", awayOr("no user info", err)
		}
		if info.Subject != who.Subject {
			return who, nil, "", refuse("user info of another subject", nil)
		}
		more := map[string]any{}
		if err := info.Claims(&more); err != nil {
			return who, nil, "", refuse("user info", err)
		}
		if !has {
			groups, _ = groupsIn(more, s.config.GroupsClaim)
		}
		fillNames(&who, more)
	}
	return who, groups, j.State, nil
}

// verify checks an ID token or a logout token: signature, algorithm, issuer, audience, expiry.
func (s *SSO) verify(ctx context.Context, provider *oidc.Provider, raw string) (*oidc.IDToken, map[string]any, error) {
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, nil, refuse("the discovery document", err)
	}
	watched := &keys{KeySet: s.keySet(document.Keys)}
	verifier := oidc.NewVerifier(s.config.Issuer, watched, &oidc.Config{ClientID: s.config.ClientID, SupportedSigningAlgs: algorithms, Now: s.clock})
	token, err := verifier.Verify(ctx, raw)
	if errors.Is(watched.err, errAway) {
		return nil, nil, unavailable(watched.err)
	}
	if err != nil {
		return nil, nil, refuse("the token does not count", err)
	}
	claims := map[string]any{}
	if err := token.Claims(&claims); err != nil {
		return nil, nil, refuse("the token's claims", err)
	}
	// OpenID Connect Core 3.1.3.7: with several audiences, the one that it was issued to is this one.
	if azp, named := claims["azp"].(string); named && azp != s.config.ClientID || !named && len(token.Audience) > 1 {
		return nil, nil, refuse("issued to another party", nil)
	}
	if token.Subject == "" && claims["sid"] == nil || len(token.Subject) > 255 {
		return nil, nil, refuse("no subject", nil)
	}
	return token, claims, nil
}

func (s *SSO) identity(token *oidc.IDToken, claims map[string]any) login.Identity {
	who := login.Identity{Issuer: token.Issuer, Subject: token.Subject, Session: text(claims, "sid"), Strong: s.strong(claims)}
	if at, ok := claims["auth_time"].(float64); ok {
		who.At = time.Unix(int64(at), 0)
	}
	fillNames(&who, claims)
	return who
}

// strong says whether the provider vouches for a second factor, in acr or amr.
func (s *SSO) strong(claims map[string]any) bool {
	methods, _ := groupsIn(claims, "amr")
	return slices.ContainsFunc(append(methods, text(claims, "acr")), func(said string) bool {
		return said != "" && slices.Contains(s.config.Strong, said)
	})
}

func fillNames(who *login.Identity, claims map[string]any) {
	if who.Username == "" {
		who.Username = text(claims, "preferred_username")
	}
	if who.Name == "" {
		who.Name = text(claims, "name")
	}
}

func text(claims map[string]any, name string) string {
	said, _ := claims[name].(string)
	return strings.TrimSpace(said)
}

// groupsIn reads a claim that is a list of names, or one name.
func groupsIn(claims map[string]any, name string) (groups []string, has bool) {
	switch said := claims[name].(type) {
	case string:
		return []string{said}, true
	case []any:
		for _, g := range said {
			if group, ok := g.(string); ok {
				groups = append(groups, group)
			}
		}
		return groups, true
	}
	return nil, false
}

func refuse(why string, err error) error {
	if err == nil {
		return fmt.Errorf("%w (%s)", login.ErrRefused, why)
	}
	return fmt.Errorf("%w (%s: %w)", login.ErrRefused, why, err)
}

// awayOr tells a provider that is away from one that refuses.
func awayOr(why string, err error) error {
	if errors.Is(err, errAway) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable(err)
	}
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) { // its text has the provider's whole answer
		return refuse(why, fmt.Errorf("%d %s", refused.Response.StatusCode, refused.ErrorCode))
	}
	return refuse(why, err)
}
