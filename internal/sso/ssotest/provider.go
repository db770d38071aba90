// Package ssotest runs an OpenID provider for tests: the one of github.com/zitadel/oidc, over TLS on loopback, with people in memory.
package ssotest

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"okno/internal/sso"
)

// The application that the provider knows, and what opens a person's account there.
const (
	Client   = "okno"
	Secret   = "a secret of the client"
	Password = "a password at the provider"
	Redirect = "https://desk.example" + sso.CallbackPath
)

// Person is somebody whom the provider knows.
type Person struct {
	Username, Name string
	Groups         []string
	AMR            []string
}

// Provider is a provider that runs.
type Provider struct {
	Issuer string
	CAFile string
	Away   atomic.Bool // it answers 503
	// Refused counts what it answered so.
	Refused atomic.Int64
	// Tamper stands between the provider and whoever changes a code, and changes the ID token.
	Tamper func(idToken string) string

	server  *httptest.Server
	storage *people
}

// people is the library's storage in memory, with groups and amr.
type people struct {
	*storage.Storage
	mu      sync.Mutex
	known   map[string]Person // by subject
	inToken bool              // the groups are in the ID token, not only in the user info
}

// request is a request with the methods by which the person was authenticated.
type request struct {
	op.AuthRequest
	amr []string
}

func (r request) GetAMR() []string { return append([]string{"pwd"}, r.amr...) }

func (p *people) person(subject string) Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.known[subject]
}

func (p *people) AuthRequestByID(ctx context.Context, id string) (op.AuthRequest, error) {
	r, err := p.Storage.AuthRequestByID(ctx, id)
	if err != nil {
		return nil, err
	}
	return request{r, p.person(r.GetSubject()).AMR}, nil
}

func (p *people) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, err := p.Storage.AuthRequestByCode(ctx, code)
	if err != nil {
		return nil, err
	}
	return request{r, p.person(r.GetSubject()).AMR}, nil
}

func (p *people) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, token op.IDTokenRequest, _ []string) error {
	info.Subject = token.GetSubject()
	if p.inToken {
		p.fill(info, token.GetSubject())
	}
	return nil
}

func (p *people) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, tokenID, subject, origin string) error {
	if err := p.Storage.SetUserinfoFromToken(ctx, info, tokenID, subject, origin); err != nil {
		return err
	}
	p.fill(info, subject)
	return nil
}

func (p *people) fill(info *oidc.UserInfo, subject string) {
	person := p.person(subject)
	info.Name, info.PreferredUsername = person.Name, person.Username
	groups := make([]any, 0, len(person.Groups))
	for _, g := range person.Groups {
		groups = append(groups, g)
	}
	info.AppendClaims("groups", groups)
}

// Run starts a provider with some people, by their subjects; inToken puts the groups into the ID token.
func Run(t *testing.T, inToken bool, known map[string]Person) *Provider {
	t.Helper()
	p := &Provider{}
	var handler http.Handler
	p.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.Away.Load() {
			p.Refused.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if p.Tamper != nil && r.Method == http.MethodPost && r.URL.Path == "/oauth/token" {
			p.tamper(w, r, handler)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	p.server.StartTLS()
	t.Cleanup(p.server.Close)
	p.Issuer = p.server.URL + "/"

	users := map[string]*storage.User{}
	for subject, person := range known {
		users[subject] = &storage.User{ID: subject, Username: person.Username, Password: Password, FirstName: person.Name, Email: "same@example.org"}
	}
	file := filepath.Join(t.TempDir(), "users.json")
	content, err := json.Marshal(users)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, content, 0o600))
	store, err := storage.StoreFromFile(file)
	require.NoError(t, err)
	clients := map[string]*storage.Client{
		Client:  storage.WebClient(Client, Secret, Redirect),
		"other": storage.WebClient("other", Secret, Redirect),
	}
	p.storage = &people{Storage: storage.NewStorageWithClients(store, clients), known: known, inToken: inToken}
	quiet := slog.New(slog.DiscardHandler)
	handler = exampleop.SetupServer(p.Issuer, p.storage, quiet, false, op.WithLogger(quiet))

	p.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.server.Certificate().Raw})
	require.NoError(t, os.WriteFile(p.CAFile, certificate, 0o600))
	return p
}

func (p *Provider) tamper(w http.ResponseWriter, r *http.Request, next http.Handler) {
	recorded := httptest.NewRecorder()
	next.ServeHTTP(recorded, r)
	var answer map[string]any
	if err := json.Unmarshal(recorded.Body.Bytes(), &answer); err == nil && answer["id_token"] != nil {
		answer["id_token"] = p.Tamper(answer["id_token"].(string))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(recorded.Code)
	_ = json.NewEncoder(w).Encode(answer)
}

// Config is how Okno knows the provider.
func (p *Provider) Config(groups ...sso.Rule) sso.Config {
	return sso.Config{Issuer: p.Issuer, ClientID: Client, ClientSecret: Secret, Redirect: Redirect, CAFile: p.CAFile, Strong: []string{"otp"}, Groups: groups}
}

// Put changes a person, as the directory behind a provider does.
func (p *Provider) Put(subject string, person Person) {
	p.storage.mu.Lock()
	defer p.storage.mu.Unlock()
	p.storage.known[subject] = person
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// LogIn is a browser at the provider: it opens the address, fills in the form, and gives where the provider sends it back to.
func (p *Provider) LogIn(t *testing.T, to, username string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Transport: p.server.Client().Transport}
	var back *url.URL
	browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == sso.CallbackPath {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	response, err := browser.Get(to)
	require.NoError(t, err)
	page, err := io.ReadAll(response.Body)
	response.Body.Close()
	require.NoError(t, err)
	found := requestID.FindSubmatch(page)
	require.NotNil(t, found, "the provider shows no form: %d %s", response.StatusCode, page)
	response, err = browser.PostForm(p.server.URL+"/login/username", url.Values{"username": {username}, "password": {Password}, "id": {string(found[1])}})
	require.NoError(t, err)
	response.Body.Close()
	require.NotNil(t, back, "the provider did not send the browser back: %d", response.StatusCode)
	return back
}

// Shown is what the provider shows at an address.
func (p *Provider) Shown(t *testing.T, to string) string {
	t.Helper()
	response, err := p.server.Client().Get(to)
	require.NoError(t, err)
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(page)
}

// Sign signs claims by the provider's own key.
func (p *Provider) Sign(t *testing.T, claims map[string]any) string {
	t.Helper()
	key, err := p.storage.SigningKey(t.Context())
	require.NoError(t, err)
	return Sign(t, key.SignatureAlgorithm(), key.ID(), key.Key(), claims)
}

// PublicKey is the provider's key, as everybody can read it.
func (p *Provider) PublicKey(t *testing.T) (id string, key any) {
	t.Helper()
	known, err := p.storage.KeySet(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(known, func(k op.Key) bool { return k.Use() == "sig" })
	return known[i].ID(), known[i].Key()
}

// Sign signs claims by some key.
func Sign(t *testing.T, algorithm jose.SignatureAlgorithm, id string, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	require.NoError(t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return token
}
