package api_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The page has every operation and schema of the document, and nothing that is fetched from elsewhere or runs.
func TestThePageOfTheDocumentation(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	get := func(path string) *httptest.ResponseRecorder {
		recorder := httptest.NewRecorder()
		p.handler.ServeHTTP(recorder, httptest.NewRequest("GET", path, nil))
		require.Equal(t, http.StatusOK, recorder.Code)
		return recorder
	}
	answer := get("/api/docs")
	require.Equal(t, "text/html; charset=utf-8", answer.Header().Get("Content-Type"))
	page := answer.Body.String()
	var document struct {
		Paths      map[string]map[string]yaml.Node
		Components struct{ Schemas map[string]yaml.Node }
	}
	require.NoError(t, yaml.Unmarshal(get("/api/v1/openapi.yaml").Body.Bytes(), &document))
	for path, methods := range document.Paths {
		for method, node := range methods {
			if method == "parameters" {
				continue
			}
			var o struct {
				ID string `yaml:"operationId"`
			}
			require.NoError(t, node.Decode(&o))
			require.Contains(t, page, `<h2 id="`+o.ID+`"><code>`+strings.ToUpper(method)+" /api/v1"+path+"</code></h2>")
		}
	}
	for name := range document.Components.Schemas {
		require.Contains(t, page, `id="schema-`+name+`"`)
	}
	require.Contains(t, page, "Scope: <code>notices</code>")
	require.NotRegexp(t, regexp.MustCompile(`(?i)<(script|link|img|iframe|style)|src=|href="(https?:)?//`), page)
}
