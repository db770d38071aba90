package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/cases"
	"okno/internal/casework"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/exchange"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// An agency reports on its own cases by its own key, and is told exactly what is wrong.
func TestAnAgencyReports(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const agencyKey = "the agency's key"
	var number string
	pgtest.Do(t, p.db, func(w *store.Work) error {
		require.NoError(t, w.SaveAgency(t.Context(), "moj", map[dialogue.Language]string{"ru": "М"}))
		_, err := w.SaveClient(t.Context(), client.Client{Name: "moj-system", Title: "moj", Scopes: []client.Scope{client.Exchange}, Agency: "moj"}, "test")
		require.NoError(t, err)
		_, err = w.AddKey(t.Context(), "moj-system", client.Hash(agencyKey), time.Now(), time.Hour, 0, "test", "")
		require.NoError(t, err)
		c, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Application, Agency: "moj", Contact: "+77010000001", Subject: "справка", By: "okno"})
		number = c.Number
		return err
	})
	event := func(key string, sequence int, state, more string) string {
		return fmt.Sprintf(`{"events": [{"key": %q, "case": %q, "sequence": %d, "state": %q, "at": %q%s}]}`, key, number, sequence, state, time.Now().UTC().Format(time.RFC3339), more)
	}
	const path = "/api/v1/agencies/moj/events"
	status, answer := p.ask(t, "POST", path, agencyKey, event("a1", 1, "accepted", `, "due_on": "2027-03-01", "reason": "принято"`))
	require.Equal(t, http.StatusOK, status, answer)
	receipt := answer["receipts"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{"key": "a1", "outcome": "applied", "explanation": "", "state": "accepted"}, receipt)
	status, answer = p.ask(t, "POST", path, agencyKey, event("a2", 5, "accepted", ""))
	require.Equal(t, http.StatusOK, status, answer)

	for name, c := range map[string]struct {
		path, key, body string
		status          int
		field           string
	}{
		"no key":         {path, "", event("b", 2, "ready", ""), 401, ""},
		"a portal's key": {path, key, event("b", 2, "ready", ""), 403, ""},
		"another agency": {"/api/v1/agencies/mia/events", agencyKey, event("b", 2, "ready", ""), 403, ""},
		"no JSON":        {path, agencyKey, "<html>", 400, ""},
		"unknown field":  {path, agencyKey, event("b", 2, "ready", `, "colour": "red"`), 400, ""},
		"none":           {path, agencyKey, `{"events": []}`, 400, "events"},
		"state":          {path, agencyKey, event("b", 2, "registered", ""), 400, "events[0].state"},
		"sequence":       {path, agencyKey, event("b", 0, "ready", ""), 400, "events[0].sequence"},
		"date":           {path, agencyKey, event("b", 2, "ready", `, "due_on": "01.03.2027"`), 400, "events[0].due_on"},
		"used key":       {path, agencyKey, event("a1", 2, "ready", ""), 400, "events[0].key"},
		"large":          {path, agencyKey, `{"events": [` + strings.Repeat(" ", 2<<20) + `]}`, 413, ""},
	} {
		status, answer := p.ask(t, "POST", c.path, c.key, c.body)
		require.Equal(t, c.status, status, "%s: %v", name, answer)
		if c.field != "" {
			require.Equal(t, c.field, answer["field"], name)
		}
	}
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM exchange_events`))
}

func TestServicesAreListed(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	for path, want := range map[string]int{"/api/v1/services": 200, "/api/v1/services?q=x": 200, "/api/v1/services?language=de": 400, "/api/v1/services?limit=0": 400,
		"/api/v1/services?after=x": 400, "/api/v1/services/999": 404} {
		status, _ := p.ask(t, "GET", path, key, "")
		require.Equal(t, want, status, path)
	}
}

type steps struct{}

func (steps) Step(_ dialogue.Language, c cases.Case) string { return string(c.State) }

func (steps) Merged(_ dialogue.Language, c cases.Case, stands cases.State, other string) string {
	return strings.TrimSpace(c.Number + " = " + other + " " + string(stands))
}

func inbox(db *store.Store) *exchange.Inbox {
	return exchange.NewInbox(func(ctx context.Context, fn func(exchange.Work) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}, casework.NewTeller(steps{}, func(string) int { return 1 }, time.Now), time.Now)
}
