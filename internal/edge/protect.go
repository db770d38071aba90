package edge

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"

	"github.com/rs/zerolog"

	"okno/internal/fault"
)

// mostBody bounds every request's body; handlers bound theirs more closely.
const mostBody = 1 << 20

// Options are what a site says of itself.
type Options struct {
	Hosts   Hosts
	Connect []string       // origins beside its own to which pages may open sockets: wss://sip.example
	Proxies []netip.Prefix // whose word about addresses counts
	// MostBody bounds the body of a request that may have more than others; 0: it may not. nil: none may.
	MostBody func(*http.Request) int64
	Log      zerolog.Logger
}

// Protect stands before a handler: it refuses what nobody may send, gives every answer its headers, and turns every error into a
// problem.
func Protect(next http.Handler, o Options) http.Handler {
	origins := http.NewCrossOriginProtection()
	for _, host := range o.Hosts {
		_ = origins.AddTrustedOrigin("https://" + host) // what is no host was refused with the configuration
	}
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		Fail(w, Problem{Status: http.StatusForbidden, Code: "cross_origin", Detail: "another site's page may not do this"})
	}))
	bounded := origins.Handler(bound(next, o.MostBody))
	policy := contentPolicy(o.Connect)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var secure bool
		r.RemoteAddr, secure = forwarded(r, o.Proxies)
		setHeaders(w.Header(), policy, secure)
		a := &answer{ResponseWriter: w, page: wantsPage(r)}
		defer func() {
			if failed := recover(); failed != nil {
				if failed == http.ErrAbortHandler { //nolint:errorlint // panics have the value itself
					panic(failed)
				}
				o.Log.Error().Interface("panic", failed).Str("method", r.Method).Str("route", r.Pattern).Msg("request")
				if !a.begun {
					Fail(a, Problem{Status: http.StatusInternalServerError})
				}
			}
		}()
		if err := checkURL(r.URL); err != nil {
			var known *fault.Error
			errors.As(err, &known)
			Fail(a, Problem{Status: http.StatusBadRequest, Code: "invalid", Field: known.Field, Detail: known.Text})
			return
		}
		if !o.Hosts.Own(r.Host) {
			Fail(a, Problem{Status: http.StatusMisdirectedRequest, Detail: "this is not one of the hosts that are served here"})
			return
		}
		bounded.ServeHTTP(a, r)
	})
}

// bound bounds the bodies of requests.
func bound(next http.Handler, more func(*http.Request) int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(mostBody)
		if more != nil {
			most = max(most, more(r))
		}
		http.MaxBytesHandler(next, most).ServeHTTP(w, r)
	})
}

// contentPolicy lets a page load and reach what is Okno's, and nothing else. 'self' holds the websocket of the same host
// (CSP Level 3 §6.7.2.8).
func contentPolicy(connect []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; media-src 'self' blob:; " +
		strings.Join(append([]string{"connect-src 'self'"}, connect...), " ") +
		"; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
}

// twoYears is what browsers' lists of HTTPS sites ask for. Other names of the domain are not Okno's to decide about.
const twoYears = "max-age=63072000"

func setHeaders(header http.Header, policy string, secure bool) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), payment=(), usb=()")
	if secure {
		header.Set("Strict-Transport-Security", twoYears)
	}
}
