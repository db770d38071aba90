package agentdesk_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/acd"
	"okno/internal/catalogue"
	"okno/internal/dialogue"
)

// twoServices is a catalogue of two services, of which one has expired.
type twoServices struct{ *catalogue.Index }

func catalogueOfTwo() twoServices {
	now := time.Now()
	text := map[dialogue.Language]catalogue.Text{"ru": {Name: "Справка о судимости", Fee: "бесплатно", Keywords: []string{"судимость"}}}
	return twoServices{catalogue.NewIndex([]catalogue.Service{
		{Code: "031", Agency: "moj", Owner: "отдел", Stage: 1, ValidFrom: now.AddDate(-1, 0, 0), ValidUntil: now.AddDate(1, 0, 0), ReviewBy: now.AddDate(1, 0, 0), Texts: text},
		{Code: "032", Agency: "moj", Owner: "отдел", Stage: 1, ValidFrom: now.AddDate(-1, 0, 0), ValidUntil: now.AddDate(0, 0, -2), ReviewBy: now, Texts: text},
	}, map[string]int{"032": 4}, time.Now)}
}

func (s twoServices) Findings(context.Context) ([]catalogue.Finding, error) {
	return catalogue.Monitor{Segments: func(string) int { return 1 }}.Findings(s.Index, nil), nil
}

func TestAgentsFindServicesAndSupervisorsWhatIsStale(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.hires(t, acd.Agent{Login: "chief", Name: "Старшая", Role: "supervisor", Languages: []string{"ru"}})
	o.hires(t, acd.Agent{Login: "auditor", Name: "Ревизор", Role: "auditor", Languages: []string{"ru"}})
	agent, chief, auditor := cookieAt(t, o.server.URL, "aliya"), cookieAt(t, o.server.URL, "chief"), cookieAt(t, o.server.URL, "auditor")
	get := func(cookie, path string) (int, m) { return asksAt(t, o.server.URL, cookie, http.MethodGet, path, nil) }

	status, answer := get(agent, "/desk/services?language=ru&q=%D1%81%D1%83%D0%B4%D0%B8%D0%BC%D1%81%D0%BE%D1%82%D1%8C") // судимсоть
	require.Equal(t, http.StatusOK, status)
	found := answer["services"].([]any)
	require.Len(t, found, 1, "nothing expired")
	require.Equal(t, []any{"031", "бесплатно"}, []any{found[0].(m)["code"], found[0].(m)["fee"]})
	for path, want := range map[string]int{"/desk/services?language=de&q=031": http.StatusBadRequest, "/desk/services?q=031": http.StatusBadRequest,
		"/desk/catalogue": http.StatusForbidden} {
		status, _ = get(agent, path)
		require.Equal(t, want, status, path)
	}
	status, _ = get(auditor, "/desk/services?language=ru&q=031")
	require.Equal(t, http.StatusForbidden, status)

	status, answer = get(chief, "/desk/catalogue")
	require.Equal(t, http.StatusOK, status)
	first := answer["findings"].([]any)[0].(m)
	since := first["detail_value"].(string)
	require.Regexp(t, `^\d{4}-\d\d-\d\d$`, since)
	require.Equal(t, m{"kind": "expired", "code": "032", "agency": "moj", "owner": "отдел", "field": "", "detail": "since " + since, "detail_code": "since",
		"detail_value": since, "use": 4.0}, first)
}
