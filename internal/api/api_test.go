package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"okno/internal/api"
	"okno/internal/catalogue"
	"okno/internal/citizen"
	"okno/internal/client"
	"okno/internal/dialogue"
	"okno/internal/otp"
	"okno/internal/password"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

const key = "a portal's key"

type texts struct{}

func (texts) Passcode(_ dialogue.Language, code string, _ time.Duration, _ bool) string { return code }

func (texts) BoundText(_ dialogue.Language, number string) string { return "bound " + number }

func (texts) UnboundText(_ dialogue.Language, number string) string { return "unbound " + number }

// portal is an API on a database of its own, with one bound number.
type portal struct {
	url     string
	db      *store.Store
	handler http.Handler
	now     time.Time
}

func newPortal(t *testing.T) *portal {
	t.Helper()
	ctx := context.Background()
	p := &portal{url: pgtest.URL(t), now: time.Now()}
	db := pgtest.Open(t, p.url)
	p.db = db
	pgtest.AddClient(t, db, "portal", key, "sign-in")
	require.NoError(t, db.Do(ctx, func(w *store.Work) error {
		_, err := w.SaveCitizen(ctx, citizen.Citizen{NationalNumber: "850101300015", Name: "A", Numbers: []string{"+77010000001"}})
		return err
	}))
	p.handler = p.node(t, db)
	return p
}

// node is the API of a node.
func (p *portal) node(t *testing.T, db *store.Store) http.Handler {
	t.Helper()
	vault, err := otp.NewVault([]byte("a secret for tests"))
	require.NoError(t, err)
	ring, err := otp.NewRing([]byte("a secret for tests"))
	require.NoError(t, err)
	clock := func() time.Time { return p.now }
	passwords := otp.NewService(otp.Options{Store: db, Vault: vault, Ring: ring, Texts: texts{}, Segments: func(string) int { return 1 },
		Limits: otp.DefaultLimits, Clock: clock, Log: zerolog.Nop()})
	mux := http.NewServeMux()
	registrar := citizen.NewRegistrar(texts{}, func(string) int { return 1 }, clock)
	units := func(ctx context.Context, fn func(citizen.PortalWork) error) error {
		return db.Do(ctx, func(w *store.Work) error { return fn(w) })
	}
	api.New(api.Options{Clients: db, Passwords: passwords, Citizens: citizen.NewPortal(units, registrar, password.NewBudget(), clock), Reports: db, Catalogue: catalogue.NewCache(db, nil, time.Now, zerolog.Nop()), Exchange: inbox(db), Cases: db, Filings: filings(db), Notices: notices(db, clock), Pages: db, Webhooks: db, Appointments: p.bookings(t, db), Booked: db, Jurisdiction: "region.kz",
		Clock: clock, Log: zerolog.Nop()}).Register(mux)
	return mux
}

func (p *portal) ask(t *testing.T, method, path, key, body string) (status int, answer map[string]any) {
	t.Helper()
	recorder := p.send(method, path, key, body, "192.0.2.1:1234")
	if recorder.Code >= 400 && recorder.Code != http.StatusNotFound {
		require.Equal(t, "application/problem+json", recorder.Header().Get("Content-Type"))
	}
	_ = json.Unmarshal(recorder.Body.Bytes(), &answer)
	return recorder.Code, answer
}

// send sends a request from an address.
func (p *portal) send(method, path, key, body, from string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.RemoteAddr = from
	if key != "" {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	return recorder
}

var codeIn = regexp.MustCompile(`\b\d{6}\b`)

func TestAPasswordByHTTP(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	status, sent := p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "8 701 000 00 01", "purpose": "sign-in", "origin": "egov.example", "language": "en"}`)
	require.Equal(t, http.StatusCreated, status, sent)
	require.Equal(t, "sms", sent["channel"])
	require.EqualValues(t, 5, sent["tries_left"])
	text := pgtest.Texts(t, p.url, "lane = 'otp'")[0]
	code := codeIn.FindString(text)
	require.Equal(t, "portal: sign-in. Code "+code+". Do not tell it to anyone.\n\n@egov.example #"+code, text)
	path := "/api/v1/challenges/" + sent["id"].(string)
	for _, c := range []struct {
		body, code string
		status     int
	}{
		{`{"code": "nonsense"}`, "wrong_code", 422},
		{`{"code": "` + code + `"}`, "", 200},
		{`{"code": "` + code + `"}`, "used", 422},
	} {
		status, answer := p.ask(t, "POST", path+"/verify", key, c.body)
		require.Equal(t, c.status, status, answer)
		if c.code != "" {
			require.Equal(t, c.code, answer["code"])
			continue
		}
		require.Equal(t, "verified", answer["state"])
		require.Len(t, strings.Split(answer["proof"].(string), "."), 3)
	}
	_, stands := p.ask(t, "GET", path, key, "")
	require.Equal(t, "verified", stands["state"])
	require.EqualValues(t, 0, stands["tries_left"])
	_, keys := p.ask(t, "GET", "/api/v1/keys", "", "")
	require.Len(t, keys["keys"], 1)
}

func TestResendAndCancelByHTTP(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	_, sent := p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "sign-in"}`)
	path := "/api/v1/challenges/" + sent["id"].(string)
	early := p.send("POST", path+"/resend", key, "", "192.0.2.1:1")
	require.Equal(t, http.StatusTooManyRequests, early.Code)
	require.Equal(t, "30", early.Header().Get("Retry-After"))
	require.Contains(t, early.Body.String(), `"code":"too_soon"`)
	p.now = p.now.Add(30 * time.Second)
	status, again := p.ask(t, "POST", path+"/resend", key, "")
	require.Equal(t, http.StatusCreated, status, again)
	require.NotEqual(t, sent["id"], again["id"])
	_, stands := p.ask(t, "GET", path, key, "")
	require.Equal(t, "superseded", stands["state"])
	path = "/api/v1/challenges/" + again["id"].(string)
	status, cancelled := p.ask(t, "DELETE", path, key, "")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "cancelled", cancelled["state"])
	_, answer := p.ask(t, "POST", path+"/verify", key, `{"code": "123456"}`)
	require.Equal(t, "cancelled", answer["code"])
}

// Whoever is blocked is told until when, and which ways are left.
func TestABlockByHTTP(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	var last *httptest.ResponseRecorder
	for range 2 {
		_, sent := p.ask(t, "POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "sign-in"}`)
		for range 5 {
			last = p.send("POST", "/api/v1/challenges/"+sent["id"].(string)+"/verify", key, `{"code": "x"}`, "192.0.2.1:1")
		}
		p.now = p.now.Add(time.Minute)
	}
	require.Equal(t, http.StatusTooManyRequests, last.Code)
	require.Equal(t, "900", last.Header().Get("Retry-After"))
	var answer struct {
		Code string
		Ways []string
	}
	require.NoError(t, json.Unmarshal(last.Body.Bytes(), &answer))
	require.Equal(t, "blocked", answer.Code)
	require.Equal(t, []string{"pin", "totp", "operator", "office"}, answer.Ways)
}

func TestBadRequestsAreProblems(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const nobodys = "/api/v1/challenges/5c4f3cf3-2f5e-4c0e-9d63-4f8d2f2f7a10"
	for _, c := range []struct {
		method, path, key, body, code string
		status                        int
	}{
		{"POST", "/api/v1/challenges", "", `{}`, "bad_key", 401},
		{"POST", "/api/v1/challenges", "wrong", `{}`, "bad_key", 401},
		{"POST", "/api/v1/challenges", key, `{`, "bad_request", 400},
		{"POST", "/api/v1/challenges", key, `{"colour": 1}`, "bad_request", 400},
		{"POST", "/api/v1/challenges", key, `{"number": "12", "purpose": "x"}`, "bad_number", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+882161234567", "purpose": "sign-in"}`, "number_not_allowed", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "a b"}`, "bad_purpose", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "x"}`, "unknown_purpose", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "sign-in", "origin": "https://x"}`, "bad_origin", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "sign-in", "origin": "evil.example"}`, "bad_origin", 422},
		{"POST", "/api/v1/challenges", key, `{"number": "+77010000001", "purpose": "sign-in", "language": "de"}`, "bad_language", 422},
		{"POST", "/api/v1/challenges/none/verify", key, `{"code": "1"}`, "unknown_challenge", 404},
		{"POST", "/api/v1/challenges/a%00b/verify", key, `{"code": "1"}`, "unknown_challenge", 404},
		{"GET", "/api/v1/challenges/a%ff%00b", key, ``, "unknown_challenge", 404},
		{"POST", nobodys + "/verify", key, `{"code": "1"}`, "unknown_challenge", 404},
		{"POST", nobodys + "/resend", key, ``, "unknown_challenge", 404},
		{"DELETE", nobodys, key, ``, "unknown_challenge", 404},
		{"GET", "/api/v1/services/999", key, ``, "unknown_service", 404},
	} {
		status, answer := p.ask(t, c.method, c.path, c.key, c.body)
		require.Equal(t, c.status, status, "%s %s %s", c.method, c.path, c.body)
		require.Equal(t, c.code, answer["code"], "%s %s %s", c.method, c.path, c.body)
	}
}

var (
	idForm   = regexp.MustCompile(`"id":"[0-9a-f-]{36}"`)
	timeForm = regexp.MustCompile(`"(expires_at|resend_at)":"[^"]*"`)
)

// The answers for a number that is bound to nobody are those for one that is, byte for byte but for ids and moments.
func TestNoAnswerTellsWhetherANumberIsKnown(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	began := p.now
	way := func(number string) (answers []string) {
		p.now = began
		ask := func(method, path, body string) string {
			answer := p.send(method, path, key, body, "192.0.2.1:1")
			told := timeForm.ReplaceAllString(idForm.ReplaceAllString(answer.Body.String(), `"id":""`), `"$1":""`)
			headers := answer.Header().Clone()
			headers.Del("Date")
			answers = append(answers, http.StatusText(answer.Code), told)
			for name, values := range headers {
				if name != "Content-Length" {
					answers = append(answers, name+": "+strings.Join(values, ","))
				}
			}
			return answer.Body.String()
		}
		var sent struct{ ID string }
		require.NoError(t, json.Unmarshal([]byte(ask("POST", "/api/v1/challenges", `{"number": "`+number+`", "purpose": "sign-in"}`)), &sent))
		path := "/api/v1/challenges/" + sent.ID
		for range 5 {
			ask("POST", path+"/verify", `{"code": "123"}`)
		}
		ask("GET", path, "")
		p.now = p.now.Add(time.Minute)
		require.NoError(t, json.Unmarshal([]byte(ask("POST", path+"/resend", "")), &sent))
		ask("POST", path+"/resend", "")
		ask("DELETE", "/api/v1/challenges/"+sent.ID, "")
		return answers
	}
	require.ElementsMatch(t, way("+77010000001"), way("+77010000009"))
}

// What is in the document is served, what is served is in the document, and the scopes are those that are asked for.
func TestTheDocumentIsTheAPI(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/api/v1/openapi.yaml", nil))
	type operation struct {
		Security []map[string][]client.Scope `yaml:"security"`
	}
	var document struct {
		OpenAPI string                          `yaml:"openapi"`
		Paths   map[string]map[string]yaml.Node `yaml:"paths"`
	}
	require.NoError(t, yaml.Unmarshal(recorder.Body.Bytes(), &document))
	require.Equal(t, "3.1.0", document.OpenAPI)
	keyOf := map[client.Scope]string{}
	for _, scope := range client.Scopes {
		name := "only " + strings.ReplaceAll(string(scope), ".", "-")
		keyOf[scope] = "the key of " + name
		pgtest.AddClient(t, p.db, name, keyOf[scope])
		pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{`+string(scope)+`}' WHERE name = '`+name+`'`)
	}
	pgtest.Exec(t, p.url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	pgtest.Exec(t, p.url, `UPDATE clients SET agency = 'moj' WHERE scopes = '{exchange}'`)
	served := 0
	for path, methods := range document.Paths {
		for method, node := range methods {
			if method == "parameters" {
				continue
			}
			served++
			var o operation
			require.NoError(t, node.Decode(&o))
			path := "/api/v1" + strings.NewReplacer("{id}", "x", "{code}", "001", "{agency}", "moj", "{number}", "123456786").Replace(path)
			method := strings.ToUpper(method)
			if len(o.Security) == 0 {
				status, _ := p.ask(t, method, path, "", "{}")
				require.Equal(t, http.StatusOK, status, "%s %s", method, path)
				continue
			}
			status, _ := p.ask(t, method, path, "", "{}")
			require.Equal(t, http.StatusUnauthorized, status, "%s %s", method, path)
			require.Len(t, o.Security[0]["key"], 1, "%s %s needs one scope", method, path)
			for _, scope := range client.Scopes {
				status, answer := p.ask(t, method, path, keyOf[scope], "{}")
				if scope == o.Security[0]["key"][0] {
					require.NotEqual(t, http.StatusForbidden, status, "%s %s with %s", method, path, scope)
					require.NotEqual(t, http.StatusMethodNotAllowed, status, "%s %s", method, path)
					continue
				}
				require.Equal(t, http.StatusForbidden, status, "%s %s with %s", method, path, scope)
				require.Equal(t, "forbidden", answer["code"])
			}
		}
	}
	require.Equal(t, api.Routes+1, served, "every route is in the document, and /keys")
}

func TestAClientSeesItsOwnReport(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{otp.report}'`)
	pgtest.Exec(t, p.url, `INSERT INTO otp_hours (hour, client, prefix, route, sent, delivered, undelivered, verified)
		VALUES (now() - interval '3 hours', 'portal', '+7701', 'a', 10, 9, 1, 8), (now() - interval '3 days', 'portal', '+7702', 'a', 1, 1, 0, 1),
		       (now(), 'kiosk', '+7701', 'a', 5, 5, 0, 5)`)
	_, answer := p.ask(t, "GET", "/api/v1/challenges/report", key, "")
	require.Equal(t, map[string]any{"days": 1.0, "lines": []any{map[string]any{"prefix": "+7701", "route": "a", "sent": 10.0, "delivered": 9.0,
		"undelivered": 1.0, "verified": 8.0}}}, answer)
	_, answer = p.ask(t, "GET", "/api/v1/challenges/report?days=7", key, "")
	require.Len(t, answer["lines"], 2)
	for _, days := range []string{"0", "731", "x"} {
		status, _ := p.ask(t, "GET", "/api/v1/challenges/report?days="+days, key, "")
		require.Equal(t, http.StatusBadRequest, status)
	}
}
