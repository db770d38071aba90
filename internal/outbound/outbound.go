// Package outbound says how Okno reaches what others run: identity providers, key management services, object stores, agencies.
package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"os"
)

// Secure says whether nobody between can read what is sent to a place, or answer in its stead: HTTPS, or this host.
func Secure(u *url.URL) bool {
	if u.Scheme == "https" {
		return u.Host != ""
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// TLS gives the configuration of a client that trusts who signs by the certificates of a PEM file; "" is whom the system trusts.
func TLS(caFile string) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if caFile == "" {
		return c, nil
	}
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	c.RootCAs = x509.NewCertPool()
	if !c.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", caFile)
	}
	return c, nil
}
