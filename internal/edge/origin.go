package edge

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Hosts are the names by which browsers reach Okno. None: the name that a request has is taken for Okno's.
type Hosts []string

// Own says whether a host, with or without a port, is one of Okno's. Loopback always is: nobody else's page is there.
func (h Hosts) Own(host string) bool {
	if len(h) == 0 {
		return true
	}
	name := strings.ToLower(host)
	if slices.Contains(h, name) {
		return true
	}
	if without, _, err := net.SplitHostPort(name); err == nil {
		name = without
	}
	name = strings.Trim(name, "[]")
	return slices.Contains(h, name) || isLoopback(name)
}

// OwnOrigin says whether a websocket is opened by a page of Okno's. A program, which is no browser, names no origin.
func (h Hosts) OwnOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || r.TLS != nil && u.Scheme != "https" {
		return false
	}
	if strings.EqualFold(u.Host, r.Host) {
		return h.Own(u.Host)
	}
	return len(h) > 0 && slices.Contains(h, strings.ToLower(u.Host)) // a proxy may have given the request another host
}
