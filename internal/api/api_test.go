package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"okno/internal/api"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const key = "a portal's key"

type texts struct{}

func (texts) Passcode(_ dialogue.Language, code string, _ time.Duration, _ bool) string { return code }

// portal is an API on a database of its own, with one bound number.
type portal struct {
	url     string
	db      *store.Store
	handler http.Handler
}

func newPortal(t *testing.T) *portal {
	t.Helper()
	ctx := context.Background()
	p := &portal{url: pgtest.URL(t)}
	db := pgtest.Open(t, p.url)
	p.db = db
	require.NoError(t, db.Do(ctx, func(w *store.Work) error {
		if err := w.SaveClient(ctx, "portal", api.KeyHash(key)); err != nil {
			return err
		}
		_, err := w.SaveCitizen(ctx, citizen.Citizen{NationalNumber: "850101300015", Name: "A", Numbers: []string{"+77010000001"}})
		return err
	}))
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	passwords := otp.NewService(db, vault, texts{}, func(string) int { return 1 }, time.Now)
	mux := http.NewServeMux()
	api.New(db, passwords, catalogue.NewCache(db, nil, time.Now, zerolog.Nop()), zerolog.Nop()).Register(mux)
	p.handler = mux
	return p
}

func (p *portal) ask(t *testing.T, method, path, key, body string) (status int, answer map[string]any) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	if recorder.Code >= 400 && recorder.Code != http.StatusNotFound {
		require.Equal(t, "application/problem+json", recorder.Header().Get("Content-Type"))
	}
	_ = json.Unmarshal(recorder.Body.Bytes(), &answer)
	return recorder.Code, answer
}

func TestAPasswordByHTTP(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	status, sent := p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "8 701 000 00 01", "purpose": "sign-in"}`)
	require.Equal(t, http.StatusCreated, status, sent)
	code := pgtest.Value[string](t, p.url, `SELECT text FROM mt_messages WHERE lane = 'otp'`)
	verify := "/api/v1/challenges/" + sent["id"].(string) + "/verify"
	for _, c := range []struct {
		body, code string
		status     int
	}{
		{`{"code": "nonsense"}`, "wrong_code", 422},
		{`{"code": "` + code + `"}`, "", 200},
		{`{"code": "` + code + `"}`, "used", 422},
	} {
		status, answer := p.ask(t, "POST", verify, key, c.body)
		require.Equal(t, c.status, status, answer)
		if c.code != "" {
			require.Equal(t, c.code, answer["code"])
		}
	}
}

func TestBadRequestsAreProblems(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	for _, c := range []struct {
		method, path, key, body, code string
		status                        int
	}{
		{"POST", "/api/v1/challenges", "", `{}`, "bad_key", 401},
		{"POST", "/api/v1/challenges", "wrong", `{}`, "bad_key", 401},
		{"POST", "/api/v1/challenges", key, `{`, "bad_request", 400},
		{"POST", "/api/v1/challenges", key, `{"colour": 1}`, "bad_request", 400},
		{"POST", "/api/v1/challenges", key, `{"number": "12", "purpose": "x"}`, "bad_number", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "a b"}`, "bad_purpose", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "x", "origin": "https://x"}`, "bad_origin", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77019999999", "purpose": "x"}`, "unbound_number", 422},
		{"POST", "/api/v1/challenges/none/verify", key, `{"code": "1"}`, "unknown_challenge", 404},
		{"GET", "/api/v1/services/999", key, ``, "unknown_service", 404},
	} {
		status, answer := p.ask(t, c.method, c.path, c.key, c.body)
		require.Equal(t, c.status, status, "%s %s %s", c.method, c.path, c.body)
		require.Equal(t, c.code, answer["code"], "%s %s %s", c.method, c.path, c.body)
	}
}

func TestEveryPathOfTheDocumentIsServed(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/api/v1/openapi.yaml", nil))
	var document struct {
		OpenAPI string                    `yaml:"openapi"`
		Paths   map[string]map[string]any `yaml:"paths"`
	}
	require.NoError(t, yaml.Unmarshal(recorder.Body.Bytes(), &document))
	require.Equal(t, "3.1.0", document.OpenAPI)
	require.NotEmpty(t, document.Paths)
	for path, methods := range document.Paths {
		for method := range methods {
			path := "/api/v1" + strings.NewReplacer("{id}", "x", "{code}", "001").Replace(path)
			status, _ := p.ask(t, strings.ToUpper(method), path, "", "{}")
			require.Equal(t, http.StatusUnauthorized, status, "%s %s", method, path)
		}
	}
}
