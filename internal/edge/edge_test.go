package edge_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/edge"
	"okno/internal/fault"
)

func protected(o edge.Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /desk/login", func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Login string }
		if err := edge.ReadJSON(w, r, 100, true, &body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /api/{id}", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, edge.Address(r)) })
	mux.HandleFunc("GET /breaks", func(http.ResponseWriter, *http.Request) { panic("number +77010000001") })
	mux.HandleFunc("GET /plain", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "secret detail", http.StatusBadGateway) })
	o.Log = zerolog.Nop()
	return edge.Protect(mux, o)
}

func ask(h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", strings.NewReader(body))
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(target, "?")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		if headers[i] == "Remote" {
			r.RemoteAddr = headers[i+1]
		}
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whatever is wrong, the answer is a problem, by the mux and by handlers that know none as well.
func TestEveryErrorIsAProblem(t *testing.T) {
	t.Parallel()
	h := protected(edge.Options{})
	for name, c := range map[string]struct {
		method, path string
		status       int
		code, field  string
	}{
		"no such path":  {"GET", "/nothing", 404, "not_found", ""},
		"wrong method":  {"DELETE", "/desk/login", 405, "bad_method", ""},
		"zero byte":     {"GET", "/api/a\x00b", 400, "invalid", "path"},
		"wrong UTF-8":   {"GET", "/api/a\xff", 400, "invalid", "path"},
		"zero in query": {"GET", "/api/a?x=%00", 400, "invalid", "query"},
		"panic":         {"GET", "/breaks", 500, "internal", ""},
		"plain text":    {"GET", "/plain", 502, "unavailable", ""},
	} {
		w := ask(h, c.method, c.path, "")
		require.Equal(t, c.status, w.Code, name)
		require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"), name)
		var p edge.Problem
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p), name)
		require.Equal(t, edge.Problem{Type: "about:blank", Title: http.StatusText(c.status), Status: c.status, Code: c.code, Field: c.field, Detail: p.Detail}, p, name)
		require.NotContains(t, w.Body.String(), "77010000001")
		require.NotContains(t, w.Body.String(), "secret detail")
	}
	require.Equal(t, "POST", ask(h, "DELETE", "/desk/login", "").Header().Get("Allow"))
}

// A person who opens an address gets a page, in the three languages, whoever it was that failed; a program gets a problem.
func TestAPersonGetsAPage(t *testing.T) {
	t.Parallel()
	h := protected(edge.Options{})
	for path, want := range map[string]struct {
		status int
		says   []string
	}{
		"/nothing":    {404, []string{"Мұндай бет жоқ.", "Такой страницы нет.", "There is no such page."}},
		"/api/a\x00b": {400, []string{"Это пока не получилось."}},
		"/breaks":     {500, []string{"Это пока не получилось."}},
		"/plain":      {502, []string{"Это пока не получилось."}},
	} {
		w := ask(h, "GET", path, "", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		require.Equal(t, want.status, w.Code, path)
		require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), path)
		for _, words := range want.says {
			require.Contains(t, w.Body.String(), words, path)
		}
		require.NotContains(t, w.Body.String(), "secret detail")
		require.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
	}
	require.Equal(t, "application/problem+json", ask(h, "POST", "/nothing", "", "Accept", "text/html").Header().Get("Content-Type"))
	starting := edge.Protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		edge.Fail(w, edge.Problem{Status: http.StatusServiceUnavailable, Code: "starting"})
	}), edge.Options{})
	w := ask(starting, "GET", "/desk/", "", "Accept", "text/html")
	require.Contains(t, w.Body.String(), "Okno запускается.")
	require.Contains(t, w.Body.String(), `http-equiv="refresh" content="2"`)
}

func TestHeadersAreStrict(t *testing.T) {
	t.Parallel()
	w := ask(protected(edge.Options{Connect: []string{"wss://sip.example"}}), "GET", "/api/x", "")
	policy := w.Header().Get("Content-Security-Policy")
	for _, directive := range []string{"default-src 'none'", "connect-src 'self' wss://sip.example;", "base-uri 'none'", "object-src 'none'", "form-action 'self'", "frame-ancestors 'none'"} {
		require.Contains(t, policy, directive)
	}
	require.NotRegexp(t, `connect-src[^;]* wss?:[ ;]`, policy, "no scheme alone")
	require.Equal(t, "same-origin", w.Header().Get("Cross-Origin-Opener-Policy"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	require.Equal(t, "no-referrer", w.Header().Get("Referrer-Policy"))
	require.Empty(t, w.Header().Get("Strict-Transport-Security"), "not without TLS")
	behind := protected(edge.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	require.NotEmpty(t, ask(behind, "GET", "/api/x", "", "Remote", "10.0.0.1:1", "X-Forwarded-Proto", "https").Header().Get("Strict-Transport-Security"))
	require.Empty(t, ask(behind, "GET", "/api/x", "", "Remote", "192.0.2.1:1", "X-Forwarded-Proto", "https").Header().Get("Strict-Transport-Security"))
	r := httptest.NewRequest("GET", "/api/x", nil)
	r.TLS = &tls.ConnectionState{}
	rec := httptest.NewRecorder()
	behind.ServeHTTP(rec, r)
	require.NotEmpty(t, rec.Header().Get("Strict-Transport-Security"))
}

func TestAnotherSitesPageCannotLogIn(t *testing.T) {
	t.Parallel()
	h := protected(edge.Options{Hosts: edge.Hosts{"desk.example"}})
	login := func(headers ...string) int {
		return ask(h, "POST", "/desk/login", `{"login": "x"}`, append([]string{"Host", "desk.example"}, headers...)...).Code
	}
	require.Equal(t, 204, login(), "a program")
	require.Equal(t, 204, login("Sec-Fetch-Site", "same-origin", "Origin", "https://desk.example"))
	require.Equal(t, 204, login("Origin", "https://desk.example"), "an old browser")
	require.Equal(t, 403, login("Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"))
	require.Equal(t, 403, login("Sec-Fetch-Site", "same-site", "Origin", "https://other.desk.example"))
	require.Equal(t, 403, login("Origin", "https://evil.example"))
	require.Equal(t, 403, login("Origin", "null"))
	require.Equal(t, 421, ask(h, "GET", "/api/x", "", "Host", "evil.example").Code, "a name that another site points here")
	require.Equal(t, 200, ask(h, "GET", "/api/x", "", "Host", "127.0.0.1:8080").Code)
}

func TestOnlyOwnPagesOpenSockets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		hosts        edge.Hosts
		host, origin string
		tls, want    bool
	}{
		{nil, "a.example", "https://a.example", true, true},
		{nil, "a.example", "http://a.example", true, false},
		{nil, "a.example", "http://evil.example", false, false},
		{nil, "a.example", "null", false, false},
		{nil, "a.example", "", false, true},
		{edge.Hosts{"a.example"}, "a.example", "https://a.example", false, true},
		{edge.Hosts{"a.example"}, "inner:8080", "https://a.example", false, true},
		{edge.Hosts{"a.example"}, "evil.example", "https://evil.example", false, false},
		{edge.Hosts{"a.example"}, "127.0.0.1:8080", "http://127.0.0.1:8080", false, true},
		{edge.Hosts{"a.example"}, "a.example", "https://a.example.evil.example", false, false},
		{edge.Hosts{"a.example"}, "a.example", "https://sub.a.example", false, false},
	} {
		r := httptest.NewRequest("GET", "/desk/ws", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		require.Equal(t, c.want, c.hosts.OwnOrigin(r), "%+v", c)
	}
}

func TestAddressIsWhatOurProxySays(t *testing.T) {
	t.Parallel()
	h := protected(edge.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	for name, c := range map[string]struct{ remote, forwarded, want string }{
		"no proxy":            {"192.0.2.1:7", "198.51.100.9", "192.0.2.1"},
		"a proxy":             {"10.0.0.1:7", "198.51.100.9", "198.51.100.9"},
		"two proxies":         {"10.0.0.1:7", "198.51.100.9, 10.0.0.2", "198.51.100.9"},
		"a lie before it":     {"10.0.0.1:7", "127.0.0.1, 198.51.100.9", "198.51.100.9"},
		"no address":          {"10.0.0.1:7", "unknown", "10.0.0.1"},
		"a proxy by itself":   {"10.0.0.1:7", "", "10.0.0.1"},
		"IPv6":                {"10.0.0.1:7", "2001:db8::1", "2001:db8::1"},
		"IPv4 in IPv6, proxy": {"[::ffff:10.0.0.1]:7", "198.51.100.9", "198.51.100.9"},
	} {
		headers := []string{"Remote", c.remote}
		if c.forwarded != "" {
			headers = append(headers, "X-Forwarded-For", c.forwarded)
		}
		require.Equal(t, c.want, ask(h, "GET", "/api/x", "", headers...).Body.String(), name)
	}
}

// Whoever has one IPv6 address has as many as there are.
func TestASubscriberIsOneAddress(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.1:7": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:7": "192.0.2.1", "[2001:db8:1:2:3:4:5:6]:7": "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64", "[fe80::1%eth0]:7": "fe80::/64", "@": "@", "": "",
	} {
		require.Equal(t, want, edge.SiteName(remote), remote)
	}
}

func TestBodiesAreCheckedBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	read := func(body string) error {
		var into struct {
			Login string   `json:"login"`
			Tags  []string `json:"tags"`
		}
		return edge.ReadJSON(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(body)), 100, true, &into)
	}
	require.NoError(t, read(`{"login": "алия"}`))
	require.NoError(t, read(`{"login": "a \\u0000 that is written"}`))
	for body, field := range map[string]string{
		`{"login": "a\u0000b"}`: "login", `{"tags": ["a", "\u0000"]}`: "tags.1", "{\"login\": \"\xff\"}": "body", `"\u0000"`: "body",
	} {
		var invalid *fault.Error
		require.ErrorAs(t, read(body), &invalid, body)
		require.Equal(t, fault.Invalid, invalid.Kind)
		require.Equal(t, field, invalid.Field)
	}
	for _, body := range []string{"", "{", "[]", `{"login": 7}`, `{"other": 1}`, `{} {}`, strings.Repeat("[", 90)} {
		require.ErrorIs(t, read(body), edge.ErrJSON, body)
	}
	var tooLarge *http.MaxBytesError
	require.ErrorAs(t, read(`{"login": "`+strings.Repeat("x", 200)+`"}`), &tooLarge)
	require.Equal(t, http.StatusBadRequest, ask(protected(edge.Options{}), "POST", "/desk/login", "\x00").Code)
}

func FuzzCheckJSON(f *testing.F) {
	f.Add([]byte(`{"a": ["\u0000"]}`))
	f.Add([]byte("\xff"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var into any
		if edge.CheckJSON(raw) == nil && json.Unmarshal(raw, &into) == nil {
			plain, err := json.Marshal(into)
			require.NoError(t, err)
			require.False(t, bytes.Contains(bytes.ReplaceAll(plain, []byte(`\\`), nil), []byte(`\u0000`)), "a zero byte got through: %q", raw)
		}
	})
}

func TestAListenerOffLoopbackWantsTLSOrAWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listener edge.Listener
		says     string
	}{
		{edge.Listener{Listen: "127.0.0.1:8080"}, ""}, {edge.Listener{Listen: "localhost:8080"}, ""}, {edge.Listener{Listen: "[::1]:8080"}, ""}, {edge.Listener{}, ""},
		{edge.Listener{Listen: "0.0.0.0:8080"}, "not a loopback address"}, {edge.Listener{Listen: ":8080"}, "not a loopback address"},
		{edge.Listener{Listen: "okno.example:8080"}, "not a loopback address"},
		{edge.Listener{Listen: ":8080", Plaintext: true}, ""}, {edge.Listener{Listen: ":8080", Certificate: "c", Key: "k"}, ""},
		{edge.Listener{Listen: "127.0.0.1:8080", Key: "k"}, "certificate and key"}, {edge.Listener{Listen: "8080"}, "host:port"},
		{edge.Listener{PerAddress: -1}, "not negative"},
	} {
		err := c.listener.Check("http")
		if c.says == "" {
			require.NoError(t, err, "%+v", c.listener)
			continue
		}
		require.ErrorContains(t, err, c.says)
	}
}

// answers says whether a connection is served: the server closes one beyond the caps at once.
func answers(t *testing.T, conn net.Conn) bool {
	t.Helper()
	_, err := io.WriteString(conn, "x")
	if err != nil {
		return false
	}
	var b [1]byte
	_, err = io.ReadFull(conn, b[:])
	return err == nil
}
