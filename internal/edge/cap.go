package edge

import (
	"net"
	"net/netip"
	"slices"
	"sync"
)

// ipv6Site is the network that one subscriber has, and so one guesser: within it addresses are free.
const ipv6Site = 64

// Site is what counts as one address: the address, or of IPv6 its network of 64 bits. Zero for what is no address.
func Site(remote string) netip.Prefix {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	addr = addr.Unmap().WithZone("")
	bits := addr.BitLen()
	if addr.Is6() {
		bits = ipv6Site
	}
	site, _ := addr.Prefix(bits)
	return site
}

// SiteName is a site in words: "192.0.2.1", "2001:db8::/64"; what is no address stays as it is.
func SiteName(remote string) string {
	site := Site(remote)
	switch {
	case !site.IsValid():
		return remote
	case site.IsSingleIP():
		return site.Addr().String()
	}
	return site.String()
}

// Cap closes connections beyond total, and beyond perAddress of one that is not exempt, as soon as they are accepted: whoever
// holds many keeps nobody else out.
func Cap(inner net.Listener, total, perAddress int, exempt []netip.Prefix) net.Listener {
	return &capped{Listener: inner, total: total, perAddress: perAddress, exempt: exempt, by: map[netip.Prefix]int{}}
}

type capped struct {
	net.Listener
	total, perAddress int
	exempt            []netip.Prefix

	mu   sync.Mutex
	open int
	by   map[netip.Prefix]int
}

// Accept gives the next connection within the caps.
func (c *capped) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		site := Site(conn.RemoteAddr().String())
		if c.enter(site) {
			return &cappedConn{Conn: conn, leave: sync.OnceFunc(func() { c.leave(site) })}, nil
		}
		_ = conn.Close()
	}
}

func (c *capped) enter(site netip.Prefix) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open >= c.total || c.by[site] >= c.perAddress && !contains(c.exempt, site.Addr()) {
		return false
	}
	c.open++
	c.by[site]++
	return true
}

func (c *capped) leave(site netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.by[site]--; c.by[site] == 0 {
		delete(c.by, site)
	}
}

func contains(networks []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr.Unmap()) })
}

type cappedConn struct {
	net.Conn
	leave func()
}

// Close ends the connection, and makes room for another one.
func (c *cappedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
