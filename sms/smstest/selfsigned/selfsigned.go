// Package selfsigned makes certificates for tests of TLS.
package selfsigned

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Certificate has signed itself, for an hour.
type Certificate struct {
	File, KeyFile string // PEM
	Pair          tls.Certificate
	Roots         *x509.CertPool // that trust it, and nothing else
}

// For makes a certificate for a host name or an IP address.
func For(t testing.TB, host string) Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	folder := t.TempDir()
	c := Certificate{File: filepath.Join(folder, "certificate.pem"), KeyFile: filepath.Join(folder, "key.pem"), Roots: x509.NewCertPool()}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(c.File, certificate, 0o600))
	require.NoError(t, os.WriteFile(c.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: rawKey}), 0o600))
	c.Pair, err = tls.LoadX509KeyPair(c.File, c.KeyFile)
	require.NoError(t, err)
	require.True(t, c.Roots.AppendCertsFromPEM(certificate))
	return c
}
