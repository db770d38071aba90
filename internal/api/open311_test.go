package api_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
)

const open311Key = "the key for open311"

func new311(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	pgtest.AddClient(t, p.db, "city-app", open311Key)
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = 'city-app'`)
	return p
}

// form311 sends a form as clients of Open311 do.
func (p *portal) form311(method, path string, form url.Values) *httptest.ResponseRecorder {
	body := ""
	if method == "GET" {
		path += "?" + form.Encode()
	} else {
		body = form.Encode()
	}
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.RemoteAddr = "192.0.2.1:1234"
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	return recorder
}

// example is the published example of a POST (GeoReport v2, POST Service Request), with our service, key, jurisdiction and a number of the
// region in place of its own.
func example() url.Values {
	return url.Values{"api_key": {open311Key}, "jurisdiction_id": {"region.kz"}, "service_code": {"appeal"}, "lat": {"37.76524078"}, "long": {"-122.4212043"},
		"address_string": {"1234 5th street"}, "email": {"smit333@sfgov.edu"}, "device_id": {"tt222111"}, "account_id": {"123456"},
		"first_name": {"john"}, "last_name": {"smith"}, "phone": {"+7 701 000 00 09"},
		"description": {"A large sinkhole is destroying the street"}, "media_url": {"http://farm3.static.flickr.com/2002/2212426634_5ed477a060.jpg"},
		"attribute[WHISPAWN]": {"123456"}, "attribute[WHISDORN]": {"COISL001"}}
}

type requests311 struct {
	XMLName  xml.Name `xml:"service_requests"`
	Requests []struct {
		ID     string `xml:"service_request_id" json:"service_request_id"`
		Status string `xml:"status" json:"status"`
		Code   string `xml:"service_code" json:"service_code"`
		Token  string `xml:"token" json:"token"`
		At     string `xml:"requested_datetime" json:"requested_datetime"`
	} `xml:"request"`
}

// An appeal goes through the methods of the specification, in both of its formats.
func TestAnAppealByOpen311(t *testing.T) {
	t.Parallel()
	p := new311(t)
	posted := p.form311("POST", "/open311/v2/requests.xml", example())
	require.Equal(t, http.StatusCreated, posted.Code, posted.Body)
	require.Equal(t, "text/xml; charset=utf-8", posted.Header().Get("Content-Type"))
	require.True(t, strings.HasPrefix(posted.Body.String(), `<?xml version="1.0" encoding="UTF-8"?>`), posted.Body)
	var made requests311
	require.NoError(t, xml.Unmarshal(posted.Body.Bytes(), &made))
	require.Len(t, made.Requests, 1)
	number := made.Requests[0].ID

	posted = p.form311("POST", "/open311/v2/requests.json", example())
	var list []map[string]any
	require.NoError(t, json.Unmarshal(posted.Body.Bytes(), &list), posted.Body)
	require.NotEqual(t, number, list[0]["service_request_id"], "each is a new one")
	require.Equal(t, "123456", list[0]["account_id"])
	require.Equal(t, 2, pgtest.Value[int](t, p.url, `SELECT count(*) FROM cases WHERE kind = 'appeal' AND client = 'city-app'`))

	key := url.Values{"api_key": {open311Key}}
	var read requests311
	require.NoError(t, xml.Unmarshal(p.form311("GET", "/open311/v2/requests/"+number+".xml", key).Body.Bytes(), &read))
	require.Equal(t, []string{number, "open", "appeal"}, []string{read.Requests[0].ID, read.Requests[0].Status, read.Requests[0].Code})
	_, err := time.Parse(time.RFC3339, read.Requests[0].At)
	require.NoError(t, err)
	token := p.form311("GET", "/open311/v2/tokens/"+number+".json", key)
	require.JSONEq(t, `[{"service_request_id": "`+number+`", "token": "`+number+`", "service_notice": ""}]`, token.Body.String())

	pgtest.Exec(t, p.url, `UPDATE cases SET state = 'closed' WHERE number = '`+number+`'`)
	search := func(more ...string) (found []string) {
		form := url.Values{"api_key": {open311Key}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		answer := p.form311("GET", "/open311/v2/requests.json", form)
		require.Equal(t, http.StatusOK, answer.Code, answer.Body)
		require.NotContains(t, answer.Body.String(), "sinkhole", "no personal data")
		var list []map[string]any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &list))
		for _, one := range list {
			found = append(found, one["service_request_id"].(string))
		}
		return found
	}
	p.now = time.Now().Add(time.Minute)
	require.Len(t, search(), 2)
	require.Equal(t, []string{number}, search("status", "closed"))
	require.NotContains(t, search("status", "open"), number)
	require.Len(t, search("status", "open,closed"), 2)
	require.Len(t, search("service_code", "appeal,031"), 2)
	require.Empty(t, search("service_code", "031"))
	require.Empty(t, search("end_date", "2020-01-01T00:00:00Z"))
	require.Equal(t, []string{number}, search("service_request_id", number+",123456786"))

	// Another client sees nothing of it.
	pgtest.AddClient(t, p.db, "other-app", "another key")
	pgtest.Exec(t, p.url, `UPDATE clients SET scopes = '{cases}' WHERE name = 'other-app'`)
	require.Equal(t, http.StatusNotFound, p.form311("GET", "/open311/v2/requests/"+number+".json", url.Values{"api_key": {"another key"}}).Code)
	require.JSONEq(t, `[]`, p.form311("GET", "/open311/v2/requests.json", url.Values{"api_key": {"another key"}}).Body.String())
}

func TestServicesByOpen311(t *testing.T) {
	t.Parallel()
	p := new311(t)
	answer := p.form311("GET", "/open311/v2/services.json", url.Values{"jurisdiction_id": {"region.kz"}})
	require.Equal(t, http.StatusOK, answer.Code)
	var list []map[string]any
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &list))
	for _, name := range []string{"service_code", "service_name", "description", "metadata", "type", "keywords", "group"} {
		require.Contains(t, list[0], name)
	}
	answer = p.form311("GET", "/open311/v2/services.xml", nil)
	require.Contains(t, answer.Body.String(), "<services><service><service_code>appeal</service_code>")
	answer = p.form311("GET", "/open311/v2/services/appeal.xml", nil)
	require.Contains(t, answer.Body.String(), "<service_definition><service_code>appeal</service_code>")
}

// Errors are lists of code and description, in the format of the question.
func TestErrorsOfOpen311(t *testing.T) {
	t.Parallel()
	p := new311(t)
	for name, c := range map[string]struct {
		method, path string
		change       map[string]string
		code         int
	}{
		"no key":             {"POST", "requests", map[string]string{"api_key": ""}, 403},
		"another key":        {"POST", "requests", map[string]string{"api_key": "x"}, 403},
		"a key without":      {"POST", "requests", map[string]string{"api_key": key}, 403},
		"jurisdiction":       {"POST", "requests", map[string]string{"jurisdiction_id": "sfgov.org"}, 404},
		"no service":         {"POST", "requests", map[string]string{"service_code": ""}, 400},
		"unknown service":    {"POST", "requests", map[string]string{"service_code": "999"}, 404},
		"nowhere":            {"POST", "requests", map[string]string{"lat": "", "long": "", "address_string": ""}, 400},
		"off the earth":      {"POST", "requests", map[string]string{"lat": "91"}, 400},
		"not a number":       {"POST", "requests", map[string]string{"lat": "NaN"}, 400},
		"half a place":       {"POST", "requests", map[string]string{"long": ""}, 400},
		"no phone":           {"POST", "requests", map[string]string{"phone": ""}, 400},
		"phone":              {"POST", "requests", map[string]string{"phone": "111 111"}, 400},
		"a long text":        {"POST", "requests", map[string]string{"description": strings.Repeat("ё", 4001)}, 400},
		"a long name":        {"POST", "requests", map[string]string{"first_name": strings.Repeat("ё", 1001)}, 400},
		"no UTF-8":           {"POST", "requests", map[string]string{"description": "\xcf"}, 400},
		"NUL":                {"POST", "requests", map[string]string{"description": "a\x00b"}, 400},
		"large":              {"POST", "requests", map[string]string{"description": strings.Repeat("x", 70<<10)}, 413},
		"another collection": {"POST", "services", nil, 404},
		"nothing there":      {"GET", "colours", nil, 404},
		"unknown request":    {"GET", "requests/123456786", nil, 404},
		"unknown token":      {"GET", "tokens/x", nil, 404},
		"unknown definition": {"GET", "services/999", nil, 404},
		"status":             {"GET", "requests", map[string]string{"status": "new"}, 400},
		"date":               {"GET", "requests", map[string]string{"start_date": "24.05.2026"}, 400},
		"a year":             {"GET", "requests", map[string]string{"start_date": "2025-01-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, 400},
	} {
		form := example()
		if c.method == "GET" {
			form = url.Values{"api_key": {open311Key}}
		}
		for field, value := range c.change {
			form.Set(field, value)
		}
		answer := p.form311(c.method, "/open311/v2/"+c.path+".json", form)
		require.Equal(t, c.code, answer.Code, "%s: %s", name, answer.Body)
		var list []struct {
			Code        int
			Description string
		}
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &list), name)
		require.Equal(t, c.code, list[0].Code, name)
		require.NotEmpty(t, list[0].Description, name)
		answer = p.form311(c.method, "/open311/v2/"+c.path+".xml", form)
		var errors struct {
			XMLName xml.Name `xml:"errors"`
			Errors  []struct {
				Code int `xml:"code"`
			} `xml:"error"`
		}
		require.NoError(t, xml.Unmarshal(answer.Body.Bytes(), &errors), name)
		require.Equal(t, c.code, errors.Errors[0].Code, name)
	}
	require.Zero(t, pgtest.Value[int](t, p.url, `SELECT count(*) FROM cases`), "nothing half done")
	require.Equal(t, http.StatusNotFound, p.form311("GET", "/open311/v2/services.html", nil).Code)
}
