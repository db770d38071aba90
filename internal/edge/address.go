package edge

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Address gives who a request is from, without the port: what a proxy says counts, if the proxy is one of ours.
func Address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// forwarded gives the address and the scheme of a request that came through our proxies. X-Forwarded-For is read from its end:
// what stands before the first address that is no proxy's was written by whoever wanted to be believed.
func forwarded(r *http.Request, proxies []netip.Prefix) (remote string, secure bool) {
	secure = r.TLS != nil
	peer, err := netip.ParseAddr(Address(r))
	if err != nil || !contains(proxies, peer) {
		return r.RemoteAddr, secure
	}
	secure = secure || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		remote = net.JoinHostPort(addr.Unmap().String(), "0")
		if !contains(proxies, addr) {
			return remote, secure
		}
	}
	if remote == "" {
		remote = r.RemoteAddr
	}
	return remote, secure
}
