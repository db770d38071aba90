package agentdesk_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/catalogue"
	"okno/internal/dialogue"
	"okno/internal/floor/floortest"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// imports keeps a service as an import does.
func (o *office) imports(t *testing.T, code, fee, why string) {
	t.Helper()
	s := catalogue.FileService{Code: code, Category: "документы", Agency: "moj", Stage: 1, Owner: "отдел", ValidFrom: "2026-01-01", ValidUntil: "2029-12-31",
		ReviewBy: "2026-02-01", Texts: map[dialogue.Language]catalogue.Text{}}
	for _, l := range dialogue.Languages {
		s.Texts[l] = catalogue.Text{Name: "Справка", Title: "Справка", Short: "Справка", Spoken: "Справка", Fee: fee, Keywords: []string{"справка"}}
	}
	f := catalogue.File{Agencies: map[string]map[dialogue.Language]string{"moj": {"kk": "Ә", "ru": "Минюст", "en": "J"}}, Services: []catalogue.FileService{s}}
	services, problems := f.Check(floortest.OneSegment, nil)
	require.Empty(t, problems)
	o.Do(t, func(w *store.Work) error {
		_, err := f.Keep(t.Context(), w, services, "cli:anna", why)
		return err
	})
}

// Whoever may edits a service from the version that was seen: a wrong field is named, whoever is second is told, each change is a version
// with its author and reason, and the same words are checked as in an import.
func TestServicesAreEditedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.imports(t, "031", "бесплатно", "первый выпуск")
	cookie, _ := o.logIn(t, floortest.Password)
	get := func(path string) (int, m) {
		t.Helper()
		return o.asks(t, cookie, http.MethodGet, path, nil)
	}
	post := func(path string, body m) (int, m) {
		t.Helper()
		return o.asks(t, cookie, http.MethodPost, "/desk/catalogue/"+path, body)
	}
	for role, sees := range map[string]bool{"agent": false, "supervisor": true, "auditor": false} {
		o.becomes(t, role)
		for _, path := range []string{"/desk/catalogue/031", "/desk/catalogue/031/history", "/desk/catalogue/031/difference?from=1&to=1"} {
			status, _ := get(path)
			require.Equal(t, sees, status == http.StatusOK, "%s %s: %d", role, path, status)
		}
		status, _ := get("/desk/catalogue-choices")
		require.Equal(t, http.StatusForbidden, status, role)
		for _, path := range []string{"031", "031/check", "031/reviewed"} {
			status, _ := post(path, m{"was": 1, "why": "x"})
			require.Equal(t, http.StatusForbidden, status, "%s %s", role, path)
		}
	}
	o.becomes(t, "administrator")
	_, choices := get("/desk/catalogue-choices")
	require.Equal(t, "Минюст", choices["agencies"].(m)["moj"].(m)["ru"])
	status, seen := get("/desk/catalogue/031")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, []any{1., "cli:anna", "первый выпуск", true}, []any{seen["version"], seen["by"], seen["why"], seen["told"]})
	service := seen["service"].(m)
	to := func(text m, more m) m {
		changed, texts := maps.Clone(service), maps.Clone(service["texts"].(m))
		texts["ru"] = with(texts["ru"].(m), text)
		changed["texts"] = texts
		return with(changed, more)
	}
	for field, wrong := range map[string]m{"stage": to(nil, m{"stage": 9}), "agency": to(nil, m{"agency": "moon"}), "valid_until": to(nil, m{"valid_until": "2025-01-01"}),
		"ru.name": to(m{"name": ""}, nil), "ru.fee": to(m{"fee": strings.Repeat("ж", 1001)}, nil)} {
		status, answer := post("031", m{"was": 1, "to": wrong, "why": "x"})
		require.Equal(t, []any{http.StatusBadRequest, field}, []any{status, answer["field"]}, answer)
		_, answer = post("031/check", m{"was": 1, "to": wrong})
		require.Equal(t, field, answer["problems"].([]any)[0].(m)["field"])
	}
	status, _ = post("031", m{"was": 1, "to": to(nil, m{"colour": "red"}), "why": "x"})
	require.Equal(t, http.StatusBadRequest, status, "what nobody knows is not lost silently")
	status, answer := post("031", m{"was": 1, "to": service, "why": "  "})
	require.Equal(t, []any{http.StatusBadRequest, "why"}, []any{status, answer["field"]})
	_, answer = post("031/check", m{"was": 1, "to": service})
	require.Equal(t, m{"problems": []any{}, "segments": m{"kk": 1., "ru": 1., "en": 1.}}, answer)

	status, answer = post("031", m{"was": 1, "to": to(m{"fee": "1 МРП"}, nil), "why": "новый закон"})
	require.Equal(t, []any{http.StatusOK, 2.}, []any{status, answer["version"]}, answer)
	status, answer = post("031", m{"was": 1, "to": to(m{"fee": "2 МРП"}, nil), "why": "второй"})
	require.Equal(t, []any{http.StatusConflict, "conflict"}, []any{status, answer["code"]})
	require.JSONEq(t, `{"services": 1, "codes": ["031"], "why": "новый закон"}`,
		pgtest.Value[string](t, o.URL, `SELECT detail::text FROM audit WHERE action = 'catalogue.change' AND actor LIKE 'agent:%'`))
	status, answer = post("031/reviewed", m{"was": 1, "why": "всё так"})
	require.Equal(t, http.StatusConflict, status, answer)
	status, answer = post("031/reviewed", m{"was": 2, "why": "всё так"})
	require.Equal(t, []any{http.StatusOK, 3.}, []any{status, answer["version"]}, answer)

	_, history := get("/desk/catalogue/031/history")
	var said []any
	for _, e := range history["editions"].([]any) {
		said = append(said, []any{e.(m)["version"], e.(m)["name"], e.(m)["why"], e.(m)["fields"]})
	}
	require.Equal(t, []any{[]any{3., "Алия", "всё так", []any{"review_by"}}, []any{2., "Алия", "новый закон", []any{"ru.fee"}}, []any{1., "", "первый выпуск", []any{}}}, said)
	_, answer = get("/desk/catalogue/031/difference?from=1&to=3")
	require.Equal(t, m{"field": "ru.fee", "before": "бесплатно", "after": "1 МРП"}, answer["fields"].([]any)[1])
	_, answer = get("/desk/catalogue/031/difference?from=1&to=9")
	require.Equal(t, "to", answer["field"])
	pgtest.Exec(t, o.URL, `UPDATE service_versions SET at = now() - interval '10 days' WHERE version = 1`)
	_, old := get("/desk/catalogue/031?on=" + time.Now().AddDate(0, 0, -3).Format(time.DateOnly))
	require.Equal(t, service, old["service"], "what it said on that day")
	status, _ = get("/desk/catalogue/031?on=" + time.Now().AddDate(0, 0, -30).Format(time.DateOnly))
	require.Equal(t, http.StatusNotFound, status)
	status, answer = get("/desk/catalogue/031?on=yesterday")
	require.Equal(t, []any{http.StatusBadRequest, "on"}, []any{status, answer["field"]})
}

func TestServicesAreAddedAtTheDesk(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.imports(t, "031", "бесплатно", "первый выпуск")
	cookie, _ := o.logIn(t, floortest.Password)
	o.becomes(t, "administrator")
	post := func(code string, was int) (int, m) {
		t.Helper()
		_, seen := o.asks(t, cookie, http.MethodGet, "/desk/catalogue/031", nil)
		return o.asks(t, cookie, http.MethodPost, "/desk/catalogue/"+code, m{"was": was, "to": seen["service"], "why": "новая услуга"})
	}
	for code, want := range map[string][]any{"031": {http.StatusConflict, "code_taken"}, "0310": {http.StatusBadRequest, "code_length"}, "3x1": {http.StatusBadRequest, "bad_command"}} {
		status, answer := post(code, 0)
		require.Equal(t, append(want, "code"), []any{status, answer["code"], answer["field"]}, code)
	}
	status, answer := post("044", 7)
	require.Equal(t, http.StatusConflict, status, answer)
	status, answer = post("044", 0)
	require.Equal(t, []any{http.StatusOK, 1.}, []any{status, answer["version"]})
	require.Equal(t, 2, pgtest.Value[int](t, o.URL, `SELECT count(*) FROM services`))
}
