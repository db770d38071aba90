package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"okno/internal/client"
	"okno/internal/postgres/pgtest"
)

// contract is the document as a validator, made once.
var contract = sync.OnceValues(func() (validator.Validator, error) {
	raw, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	document, err := libopenapi.NewDocument(raw)
	if err != nil {
		return nil, err
	}
	v, problems := validator.NewValidator(document)
	if len(problems) > 0 {
		return nil, problems[0]
	}
	return v, nil
})

func TestTheDocumentIsValid(t *testing.T) {
	t.Parallel()
	v, err := contract()
	require.NoError(t, err)
	ok, problems := v.ValidateDocument()
	require.True(t, ok, problems)
}

// fits says what of an answer is not as the document has it.
func fits(t *testing.T, method, path, contentType string, answer *httptest.ResponseRecorder) (wrong []string) {
	t.Helper()
	v, err := contract()
	require.NoError(t, err)
	request := httptest.NewRequest(method, path, nil)
	request.Header.Set("Content-Type", contentType)
	response := answer.Result()
	response.Body = io.NopCloser(bytes.NewReader(answer.Body.Bytes()))
	_, problems := v.ValidateHttpResponse(request, response)
	for _, p := range problems {
		wrong = append(wrong, p.Error())
	}
	return wrong
}

// schema is as much of a schema as values are made of.
type schema struct {
	Ref        string            `yaml:"$ref"`
	Type       string            `yaml:"type"`
	Enum       []any             `yaml:"enum"`
	Required   []string          `yaml:"required"`
	Properties map[string]schema `yaml:"properties"`
	Additional yaml.Node         `yaml:"additionalProperties"`
	Items      *schema           `yaml:"items"`
	Examples   []any             `yaml:"examples"`
	Format     string            `yaml:"format"`
	Maximum    int               `yaml:"maximum"`
}

// samples are strings by the names of properties: a pattern says too little of what there is.
var samples = map[string]string{"number": "+77010000001", "contact": "+77010000009", "national_number": "850101300015", "code": "123456", "pin": "482957",
	"purpose": "sign-in", "origin": "egov.example", "service": "031", "case": "123456786", "key": "a1", "national_kind": "iin", "text": "справка готова"}

type maker struct {
	*rand.Rand
	schemas map[string]schema
}

// value makes a value by a schema, and now and then one that is none.
func (m maker) value(name string, s schema) any {
	if s.Ref != "" {
		s = m.schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	if m.IntN(25) == 0 {
		odd := []any{nil, true, -1, 1e300, "", " ", "\u0000", strings.Repeat("ё", 3000), []any{}, []any{1}, map[string]any{}, map[string]any{"a": "b"}, "2026-02-30T00:00:00Z", "{"}
		return odd[m.IntN(len(odd))]
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[m.IntN(len(s.Enum))]
	case s.Type == "object":
		made := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
			property, needed := s.Properties[key], false
			for _, r := range s.Required {
				needed = needed || r == key
			}
			if needed && m.IntN(30) > 0 || !needed && m.IntN(2) == 0 {
				made[key] = m.value(key, property)
			}
		}
		if m.IntN(30) == 0 {
			made["colour"] = "red"
		}
		return made
	case s.Type == "array":
		list := []any{}
		for range m.IntN(3) {
			list = append(list, m.value(name, *s.Items))
		}
		return list
	case s.Type == "integer":
		return 1 + m.IntN(5)
	case s.Type == "boolean":
		return m.IntN(2) == 0
	case s.Format == "uuid":
		return "0198c1de-0000-4000-8000-000000000001"
	case s.Format == "date":
		return "2026-12-01"
	case s.Format == "date-time":
		return "2026-11-28T10:00:00Z"
	case samples[name] != "":
		return samples[name]
	case len(s.Examples) > 0:
		return s.Examples[0]
	}
	return "x"
}

// withoutNulls leaves out what is null: it counts as left out.
func withoutNulls(value any) any {
	switch v := value.(type) {
	case map[string]any:
		full := map[string]any{}
		for key, one := range v {
			if one != nil {
				full[key] = withoutNulls(one)
			}
		}
		return full
	case []any:
		full := make([]any, len(v))
		for i, one := range v {
			full[i] = withoutNulls(one)
		}
		return full
	}
	return value
}

var seed = flag.Uint64("seed", 1, "what the generated requests begin with")

// Requests that are made by the document, valid and not: each answer is as the document has it, none is a fault of the server's, and what the
// document does not allow is refused.
func TestGeneratedRequestsKeepTheContract(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const all = "the key of all scopes"
	pgtest.AddClient(t, p.db, "all", all, "sign-in")
	scopes := make([]string, len(client.Scopes))
	for i, s := range client.Scopes {
		scopes[i] = string(s)
	}
	pgtest.Exec(t, p.url, `INSERT INTO agencies (code, name) VALUES ('moj', '{}')`)
	pgtest.Exec(t, p.url, `UPDATE clients SET agency = 'moj', scopes = '{`+strings.Join(scopes, ",")+`}' WHERE name = 'all'`)
	raw, err := os.ReadFile("openapi.yaml")
	require.NoError(t, err)
	type operation struct {
		ID          string `yaml:"operationId"`
		RequestBody struct {
			Content map[string]struct{ Schema schema }
		} `yaml:"requestBody"`
	}
	var document struct {
		Paths      map[string]map[string]yaml.Node
		Components struct{ Schemas map[string]schema }
	}
	require.NoError(t, yaml.Unmarshal(raw, &document))
	v, err := contract()
	require.NoError(t, err)
	m := maker{rand.New(rand.NewPCG(*seed, 2)), document.Components.Schemas}
	statuses := map[string]map[int]int{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) { // in one order: the seed has to give the same requests
		for _, method := range slices.Sorted(maps.Keys(document.Paths[path])) {
			if method == "parameters" {
				continue
			}
			var o operation
			node := document.Paths[path][method]
			require.NoError(t, node.Decode(&o))
			statuses[o.ID] = map[int]int{}
			for n := range 40 {
				ids := []string{"0198c1de-0000-4000-8000-000000000001", "x", "%00", "../x"}
				id := ids[0]
				if n%8 == 7 {
					id = ids[m.IntN(len(ids))]
				}
				if strings.Contains(path, "webhook") {
					id = "1"
				}
				address := "/api/v1" + strings.NewReplacer("{id}", id, "{code}", "031", "{agency}", "moj", "{office}", "centre", "{number}", "123456786").Replace(path)
				body, judged, kind := "", "", "application/json" // judged: the body without what is null, which counts as left out
				if content, has := o.RequestBody.Content[kind]; has {
					value := m.value("", content.Schema)
					made, err := json.Marshal(value)
					require.NoError(t, err)
					body = string(made)
					made, err = json.Marshal(withoutNulls(value))
					require.NoError(t, err)
					judged = string(made)
				} else if _, has := o.RequestBody.Content["application/x-ndjson"]; has {
					settings, _ := json.Marshal(m.value("", m.schemas["ListSettings"]))
					kind, body = "application/x-ndjson", string(settings)+"\n{\"number\": \"+77010000002\"}\n"
				}
				request := func(body string) *http.Request {
					r := httptest.NewRequest(strings.ToUpper(method), address, strings.NewReader(body))
					r.RemoteAddr = "192.0.2.1:1234"
					r.Header.Set("Authorization", "Bearer "+all)
					r.Header.Set("Content-Type", kind)
					r.Header.Set("Idempotency-Key", fmt.Sprint(o.ID, n))
					return r
				}
				answer := httptest.NewRecorder()
				p.handler.ServeHTTP(answer, request(body))
				if answer.Code == http.StatusMovedPermanently || answer.Code == http.StatusTemporaryRedirect { // the mux cleans "../"
					continue
				}
				statuses[o.ID][answer.Code]++
				require.Less(t, answer.Code, 500, "%s %s: %s", o.ID, body, answer.Body)
				require.Empty(t, fits(t, strings.ToUpper(method), address, kind, answer), "%s %s: %d %s", o.ID, body, answer.Code, answer.Body)
				if kind == "application/json" && body != "" {
					if allowed, problems := v.ValidateHttpRequest(request(judged)); !allowed {
						require.GreaterOrEqual(t, answer.Code, 400, "%s %s: the document refuses it: %v", o.ID, body, problems)
					}
				}
			}
		}
	}
	for _, id := range []string{"sendNotification", "sendNotificationList", "fileCase", "sendChallenge"} {
		succeeded := statuses[id][http.StatusOK] + statuses[id][http.StatusCreated]
		require.NotZero(t, succeeded, "%s: %v", id, statuses[id])
	}
	t.Log(statuses)
}
