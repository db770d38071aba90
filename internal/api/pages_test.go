package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

// A client pages through its cases by their last change, and later asks by the last cursor for what has changed since.
func TestAClientPagesThroughItsCases(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const own = "the portal's key for cases"
	pgtest.AddClient(t, p.db, "cases-one", own)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = 'cases-one'`)
	for i := range 7 {
		filed := p.files(own, fmt.Sprint("k", i), `{"kind": "appeal", "contact": "+77010000009", "subject": "яма"}`)
		require.Equal(t, http.StatusCreated, filed.Code, filed.Body)
	}
	pgtest.Exec(t, p.url, `UPDATE cases SET updated_at = '2026-05-24T00:00:00Z' WHERE id <= 4`) // of one moment, within a page and over its end
	pgtest.Exec(t, p.url, `UPDATE cases SET updated_at = '2026-05-24T00:00:00.000001Z' WHERE id > 4`)
	seen, cursor := map[any]bool{}, ""
	for range 3 {
		status, page := p.ask(t, "GET", "/api/v1/cases?limit=3&cursor="+cursor, own, "")
		require.Equal(t, http.StatusOK, status, page)
		for _, c := range page["cases"].([]any) {
			require.NotContains(t, seen, c.(map[string]any)["number"], "once")
			seen[c.(map[string]any)["number"]] = true
		}
		require.Equal(t, len(seen) < 7, page["more"])
		cursor = page["next"].(string)
	}
	require.Len(t, seen, 7)
	_, page := p.ask(t, "GET", "/api/v1/cases?cursor="+cursor, own, "")
	require.Empty(t, page["cases"])
	require.Equal(t, cursor, page["next"], "it goes on from here")
	pgtest.Exec(t, p.url, `UPDATE cases SET updated_at = now() WHERE id = 2`)
	_, page = p.ask(t, "GET", "/api/v1/cases?cursor="+cursor, own, "")
	require.Len(t, page["cases"], 1)
	_, page = p.ask(t, "GET", "/api/v1/cases?updated_since="+time.Now().UTC().Add(-time.Hour).Format(time.RFC3339), own, "")
	require.Len(t, page["cases"], 1)
	for _, wrong := range []string{"limit=0", "limit=201", "limit=x", "cursor=x", "cursor=MS4x&updated_since=2026-05-24T00:00:00Z", "updated_since=24.05.2026", "cursor=LTEuMQ"} {
		status, answer := p.ask(t, "GET", "/api/v1/cases?"+wrong, own, "")
		require.Equal(t, http.StatusBadRequest, status, "%s: %v", wrong, answer)
		if wrong == "limit=x" {
			require.Equal(t, []any{"limit", "a whole number of 1 or more, such as 50"}, []any{answer["field"], answer["detail"]})
		}
	}
	pgtest.AddClient(t, p.db, "cases-two", "another's")
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = 'cases-two'`)
	_, page = p.ask(t, "GET", "/api/v1/cases", "another's", "")
	require.Empty(t, page["cases"])
}

func TestServicesHaveATag(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	get := func(tag string) *httptest.ResponseRecorder {
		request := httptest.NewRequest("GET", "/api/v1/services", nil)
		request.RemoteAddr = "192.0.2.1:1234"
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("If-None-Match", tag)
		recorder := httptest.NewRecorder()
		p.handler.ServeHTTP(recorder, request)
		return recorder
	}
	first := get("")
	require.Equal(t, http.StatusOK, first.Code)
	again := get(`"x", W/` + first.Header().Get("ETag"))
	require.Equal(t, http.StatusNotModified, again.Code)
	require.Empty(t, again.Body.String())
	require.Equal(t, http.StatusOK, get(`"x"`).Code)
}
