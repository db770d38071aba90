package edge_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/edge"
)

// Whatever stands in a request's line and headers, it reaches a handler as text that can be kept and an address, or is answered with a
// problem; and nobody's page but our own opens a socket.
func FuzzProtect(f *testing.F) {
	f.Add("/api/a%00", "x=%ff", "desk.example", "https://desk.example", "127.0.0.1, 198.51.100.9", "10.0.0.1:1")
	f.Add("//evil", "", "evil", "null", "::ffff:1.2.3.4,,", "[fe80::1%eth0]:1")
	hosts := edge.Hosts{"desk.example"}
	f.Fuzz(func(t *testing.T, path, query, host, origin, hops, remote string) {
		handler := edge.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.NoError(t, edge.Text("path", r.URL.Path))
			require.True(t, hosts.Own(r.Host))
			_, _ = io.WriteString(w, edge.Address(r))
		}), edge.Options{Hosts: hosts, Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Log: zerolog.Nop()})
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path, r.URL.RawQuery, r.Host, r.RemoteAddr = path, query, host, remote
		r.Header.Set("Origin", origin)
		r.Header.Set("X-Forwarded-For", hops)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.NotEmpty(t, w.Header().Get("Content-Security-Policy"))
		if w.Code != http.StatusOK {
			require.True(t, json.Valid(w.Body.Bytes()))
			require.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
		}
		edge.Site(remote)
		if hosts.OwnOrigin(r) && origin != "" {
			require.True(t, strings.Contains(strings.ToLower(origin), "desk.example") || strings.Contains(origin, "localhost") || strings.Contains(origin, "127.") || strings.Contains(origin, "[::1"), origin)
		}
	})
}
