package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/edge"
	"okno/internal/postgres/pgtest"
)

// What no text may hold is told with its field, whichever way it comes in.
func TestWhatNoTextMayHoldIsInvalid(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	p.handler = edge.Protect(p.handler, edge.Options{Log: zerolog.Nop()})
	for _, c := range []struct{ method, path, body, field string }{
		{"POST", "/api/v1/challenges/a%00b/verify", `{"code": "1"}`, "path"},
		{"POST", "/api/v1/challenges/a%ffb/verify", `{"code": "1"}`, "path"},
		{"GET", "/api/v1/services/0%003", "", "path"},
		{"POST", "/api/v1/challenges", `{"number": "7701\u00000000001", "purpose": "x"}`, "number"},
		{"POST", "/api/v1/challenges/0198c1de-0000-4000-8000-000000000001/verify", `{"code": "\u0000"}`, "code"},
		{"POST", "/api/v1/challenges", "{\"number\": \"\xff\"}", "body"},
	} {
		status, answer := p.ask(t, c.method, c.path, key, c.body)
		require.Equal(t, http.StatusBadRequest, status, "%+v: %v", c, answer)
		require.Equal(t, "invalid", answer["code"], c)
		require.Equal(t, c.field, answer["field"], c)
	}
	status, answer := p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "`+strings.Repeat("7", 100<<10)+`"}`)
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Equal(t, "too_large", answer["code"])
	status, answer = p.ask(t, "PATCH", "/api/v1/challenges", key, `{}`)
	require.Equal(t, http.StatusMethodNotAllowed, status)
	require.Equal(t, "bad_method", answer["code"])
	status, answer = p.ask(t, "GET", "/api/v2/challenges", key, ``)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "not_found", answer["code"])
}

// A portal whose key cannot be looked up has not sent a wrong one.
func TestAPortalIsToldToComeAgainWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	handler := (&portal{now: time.Now()}).node(t, pgtest.Away(t))
	request := httptest.NewRequest("POST", "/api/v1/challenges", strings.NewReader(`{}`))
	request.Header.Set("Authorization", "Bearer "+key)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	require.Equal(t, http.StatusServiceUnavailable, recorder.Code)
	require.NotEmpty(t, recorder.Header().Get("Retry-After"))
}
