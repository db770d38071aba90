package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/catalogue"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// oneService is a catalogue of the service 031.
type oneService struct{}

func (oneService) Index() *catalogue.Index {
	now := time.Now()
	return catalogue.NewIndex([]catalogue.Service{{Code: "031", ValidFrom: now.AddDate(-1, 0, 0), ValidUntil: now.AddDate(1, 0, 0)}}, nil, time.Now)
}

func filings(db *store.Store) *casework.Portal {
	return casework.NewPortal(func(ctx context.Context, fn func(casework.PortalWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, oneService{})
}

// files sends a request with a key.
func (p *portal) files(key, idempotency, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("POST", "/api/v1/cases", strings.NewReader(body))
	request.RemoteAddr = "192.0.2.1:1234"
	request.Header.Set("Authorization", "Bearer "+key)
	if idempotency != "" {
		request.Header.Set("Idempotency-Key", idempotency)
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	return recorder
}

// A portal opens a case once for a key, however often and wherever it asks, and sees its own cases alone.
func TestAPortalFilesACase(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const own, other = "the portal's key for cases", "another portal's"
	for name, key := range map[string]string{"cases-one": own, "cases-two": other} {
		pgtest.AddClient(t, p.db, name, key)
		pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = '`+name+`'`)
	}
	pgtest.Exec(t, p.url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	pgtest.Exec(t, p.url, `INSERT INTO service_versions (service, version, by, category, agency, stage, owner, valid_from, valid_until, review_by, texts)
		VALUES ('031', 1, 'test', 'c', 'moj', 5, 'o', '2020-01-01', '2099-01-01', '2099-01-01', '{}')`)
	pgtest.Exec(t, p.url, `INSERT INTO services (code, version) VALUES ('031', 1)`)
	const body = `{"kind": "appeal", "national_number": "850101300015", "contact": "8 701 000 00 09", "subject": "яма на дороге"}`

	var all sync.WaitGroup
	numbers := make([]string, 8)
	for i := range numbers {
		handler := p.node(t, pgtest.Open(t, p.url)) // a node of its own
		all.Go(func() {
			request := httptest.NewRequest("POST", "/api/v1/cases", strings.NewReader(body))
			request.RemoteAddr = "192.0.2.1:1234"
			request.Header.Set("Authorization", "Bearer "+own)
			request.Header.Set("Idempotency-Key", "order-1")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			numbers[i] = recorder.Header().Get("Location")
		})
	}
	all.Wait()
	for _, location := range numbers {
		require.Equal(t, numbers[0], location)
	}
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM cases`))
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM cases WHERE citizen_id IS NOT NULL AND client = 'cases-one'`))

	for name, c := range map[string]struct {
		idempotency, body string
		status            int
		field             string
	}{
		"no key":            {"", body, 400, "Idempotency-Key"},
		"the key again":     {"order-1", body, 200, ""},
		"another request":   {"order-1", strings.Replace(body, "яма", "две ямы", 1), 422, ""},
		"no service":        {"a", `{"kind": "application", "contact": "+77010000009", "subject": "x"}`, 400, "service"},
		"unknown service":   {"a", `{"kind": "application", "service": "999", "contact": "+77010000009", "subject": "x"}`, 400, "service"},
		"kind":              {"a", `{"kind": "callback", "contact": "+77010000009", "subject": "x"}`, 400, "kind"},
		"nobody's":          {"a", `{"kind": "appeal", "subject": "x"}`, 400, "contact"},
		"no subject":        {"a", `{"kind": "appeal", "contact": "+77010000009", "subject": "  "}`, 400, "subject"},
		"a long subject":    {"a", `{"kind": "appeal", "contact": "+77010000009", "subject": "` + strings.Repeat("ё", 201) + `"}`, 400, "subject"},
		"a long body":       {"a", `{"kind": "appeal", "contact": "+77010000009", "subject": "x", "body": "` + strings.Repeat("ё", 10_001) + `"}`, 400, "body"},
		"a whole body":      {"b", `{"kind": "appeal", "contact": "+77010000009", "subject": "x", "body": "` + strings.Repeat(`\u0451`, 10_000) + `"}`, 201, ""},
		"no number":         {"a", `{"kind": "appeal", "contact": "x", "subject": "x"}`, 422, ""},
		"a national number": {"a", `{"kind": "appeal", "national_number": "850101300016", "subject": "x"}`, 422, ""},
		"good":              {"a", `{"kind": "application", "service": "031", "contact": "+77010000009", "subject": "x"}`, 201, ""},
	} {
		recorder := p.files(own, c.idempotency, c.body)
		require.Equal(t, c.status, recorder.Code, "%s: %s", name, recorder.Body)
		if c.field != "" {
			require.Contains(t, recorder.Body.String(), fmt.Sprintf(`"field":%q`, c.field), name)
		}
	}
	require.Equal(t, "moj", pgtest.Value[string](t, p.url, `SELECT agency FROM cases WHERE service = '031'`))

	get := func(key, tag string) *httptest.ResponseRecorder {
		request := httptest.NewRequest("GET", numbers[0], nil)
		request.RemoteAddr = "192.0.2.1:1234"
		request.Header.Set("Authorization", "Bearer "+key)
		request.Header.Set("If-None-Match", tag)
		recorder := httptest.NewRecorder()
		p.handler.ServeHTTP(recorder, request)
		return recorder
	}
	first := get(own, "")
	require.Equal(t, http.StatusOK, first.Code)
	require.NotContains(t, first.Body.String(), "яма", "no personal data")
	require.Equal(t, http.StatusNotModified, get(own, `"x", `+first.Header().Get("ETag")).Code)
	pgtest.Exec(t, p.url, `UPDATE cases SET state = 'accepted', updated_at = now() + interval '1 second'`)
	require.Equal(t, http.StatusOK, get(own, first.Header().Get("ETag")).Code)
	require.Equal(t, http.StatusNotFound, get(other, "").Code)
}

// A case that was joined with another stands for its client where the other stands, whoever opened that one.
func TestADuplicateStandsForItsClient(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const key = "the portal's key for cases"
	pgtest.AddClient(t, p.db, "cases-one", key)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = 'cases-one'`)
	const body = `{"kind": "appeal", "national_number": "850101300015", "subject": "яма"}`
	filed := p.files(key, "a", body)
	require.Equal(t, http.StatusCreated, filed.Code, filed.Body)
	number := strings.TrimPrefix(filed.Header().Get("Location"), "/api/v1/cases/")
	due := time.Now().UTC().AddDate(0, 0, 5)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		into, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Appeal, CitizenID: c.CitizenID, Subject: "та же яма", By: "citizen"})
		require.NoError(t, err)
		if _, err = w.MergeCase(t.Context(), c, into, "agent:1", "x"); err != nil {
			return err
		}
		return err
	})
	listed := func(cursor string) (states []any, next string) {
		_, page := p.ask(t, "GET", "/api/v1/cases?cursor="+cursor, key, "")
		for _, c := range page["cases"].([]any) {
			states = append(states, c.(map[string]any)["state"])
		}
		return states, page["next"].(string)
	}
	states, cursor := listed("")
	require.Equal(t, []any{"registered"}, states, "where the other stands")
	states, cursor = listed(cursor)
	require.Empty(t, states)
	pgtest.Do(t, p.db, func(w *store.Work) error {
		c, err := w.CaseByNumber(t.Context(), number)
		require.NoError(t, err)
		into, err := w.CaseGoingOn(t.Context(), c)
		require.NoError(t, err)
		_, err = w.MoveCase(t.Context(), into, cases.InProgress, due, "agent:1", "x")
		return err
	})
	states, _ = listed(cursor)
	require.Equal(t, []any{"in_progress"}, states, "the other has moved, and so this one comes again")
	get := httptest.NewRequest("GET", filed.Header().Get("Location"), nil)
	get.RemoteAddr = "192.0.2.1:1234"
	get.Header.Set("Authorization", "Bearer "+key)
	read := httptest.NewRecorder()
	p.handler.ServeHTTP(read, get)
	for name, recorder := range map[string]*httptest.ResponseRecorder{"read": read, "filed again": p.files(key, "a", body)} {
		require.Equal(t, http.StatusOK, recorder.Code, name)
		var c map[string]any
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &c))
		require.Equal(t, []any{number, "in_progress", due.Format(time.DateOnly), true}, []any{c["number"], c["state"], c["due_on"], c["duplicate"]}, name)
		require.NotEqual(t, filed.Header().Get("ETag"), recorder.Header().Get("ETag"), name)
	}
}
