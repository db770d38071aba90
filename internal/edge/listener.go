package edge

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/rs/zerolog"
)

// Listener is a port in the configuration.
type Listener struct {
	Listen      string `yaml:"listen"`      // host:port; "": none
	Certificate string `yaml:"certificate"` // PEM file, chain included; "": no TLS
	Key         string `yaml:"key"`         // its PEM file
	Plaintext   bool   `yaml:"plaintext"`   // no TLS off loopback: a proxy in front has it, or the network is private
	Connections int    `yaml:"connections"` // at most, in all; 0: the default
	PerAddress  int    `yaml:"per_address"` // at most from one address; 0: the default
	// ClientCertificates asks whoever connects for a certificate, and takes any: clients of the API are known by its fingerprint. A browser
	// that has certificates asks its user then.
	ClientCertificates bool `yaml:"client_certificates"`
}

// The caps where the configuration has none. An office of a thousand desks may be behind one address: each desk has a socket
// and up to six connections more.
const (
	defaultConnections = 20_000
	defaultPerAddress  = 8_000
)

// Check says what is wrong with a listener of the configuration, or nil. name is its key.
func (l Listener) Check(name string) error {
	if (l.Certificate == "") != (l.Key == "") {
		return fmt.Errorf("%s needs certificate and key, or neither", name)
	}
	if l.Connections < 0 || l.PerAddress < 0 {
		return fmt.Errorf("%s: connections and per_address are not negative", name)
	}
	if l.Listen == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(l.Listen)
	if err != nil {
		return fmt.Errorf("%s: listen %q is not host:port", name, l.Listen)
	}
	if !isLoopback(host) && l.Certificate == "" && !l.Plaintext {
		return fmt.Errorf("%s: listen %q is not a loopback address: give it a certificate and key, or say plaintext: true where a proxy has TLS", name, l.Listen)
	}
	return nil
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// Open takes the port. Connections beyond the caps are closed at once; those of the exempt, which are proxies, count in all only.
// A certificate is read again when its file has changed.
func (l Listener) Open(name string, exempt []netip.Prefix, log zerolog.Logger) (net.Listener, error) {
	var conf *tls.Config
	if l.Certificate != "" {
		certificate, err := newCertificate(l.Certificate, l.Key, log)
		if err != nil {
			return nil, fmt.Errorf("%s.certificate: %w", name, err)
		}
		conf = &tls.Config{GetCertificate: certificate.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
		if l.ClientCertificates {
			conf.ClientAuth = tls.RequestClientCert
		}
	}
	listener, err := net.Listen("tcp", l.Listen)
	if err != nil {
		return nil, fmt.Errorf("%s.listen: %w", name, err)
	}
	listener = Cap(listener, cmp.Or(l.Connections, defaultConnections), cmp.Or(l.PerAddress, defaultPerAddress), exempt)
	if conf != nil {
		return tls.NewListener(listener, conf), nil
	}
	return listener, nil
}

// Prefixes reads addresses and networks: "10.0.0.7", "10.0.0.0/8".
func Prefixes(texts []string) ([]netip.Prefix, error) {
	found := make([]netip.Prefix, 0, len(texts))
	for _, text := range texts {
		if addr, err := netip.ParseAddr(text); err == nil {
			found = append(found, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, errors.New(text + " is no address and no network")
		}
		found = append(found, prefix.Masked())
	}
	return found, nil
}
