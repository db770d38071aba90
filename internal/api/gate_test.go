package api_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/client"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

// comesIn asks what needs a key and finds nothing.
func (p *portal) comesIn(key, from string) *httptest.ResponseRecorder {
	return p.send("GET", "/api/v1/challenges/x", key, "", from)
}

// Whatever keeps a client out, the answer is the same, to the byte. The journal has the reason, once for each episode, on whatever
// nodes it happens.
func TestWhoeverIsKeptOutIsNotToldWhy(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	const home = "192.0.2.1:1"
	require.Equal(t, http.StatusNotFound, p.comesIn(key, home).Code)
	wrong := p.comesIn("a guess", home)
	require.Equal(t, http.StatusUnauthorized, wrong.Code)
	reason := func() string {
		return pgtest.Value[string](t, p.url, `SELECT detail->>'reason' FROM audit WHERE action = 'client.refuse' ORDER BY id DESC LIMIT 1`)
	}
	require.Equal(t, "no such key", reason())
	for name, c := range map[string]struct{ spoil, mend, from string }{
		"the key has expired":                           {`UPDATE client_keys SET expires_at = now() - interval '1 second'`, `UPDATE client_keys SET expires_at = now() + interval '1 year'`, home},
		"the client is suspended":                       {`UPDATE clients SET suspended_at = now()`, `UPDATE clients SET suspended_at = NULL`, home},
		"the client may not call from this address":     {`UPDATE clients SET addresses = '{192.0.2.0/24,2001:db8::/32}'`, `UPDATE clients SET addresses = '{}'`, "192.0.3.1:1"},
		"the client did not show its certificate":       {`UPDATE clients SET certificates = '{` + strings.Repeat("ab", 32) + `}'`, `UPDATE clients SET certificates = '{}'`, home},
		"the client may not call from this address (2)": {`UPDATE clients SET addresses = '{192.0.2.0/24}'`, `UPDATE clients SET addresses = '{}'`, "not an address"},
	} {
		pgtest.Exec(t, p.url, c.spoil)
		p.now = p.now.Add(time.Hour) // the episode before is over
		answer := p.comesIn(key, c.from)
		require.Equal(t, wrong.Code, answer.Code, name)
		require.Equal(t, wrong.Body.String(), answer.Body.String(), name)
		require.Equal(t, wrong.Header(), answer.Header(), name)
		require.Equal(t, strings.TrimSuffix(name, " (2)"), reason())
		require.Equal(t, "client:portal", pgtest.Value[string](t, p.url, `SELECT subject FROM audit WHERE action = 'client.refuse' ORDER BY id DESC LIMIT 1`))
		if !strings.HasPrefix(c.from, "not") && strings.Contains(name, "address") {
			require.Equal(t, http.StatusNotFound, p.comesIn(key, "192.0.2.200:9").Code)
			require.Equal(t, http.StatusNotFound, p.comesIn(key, "[::ffff:192.0.2.7]:9").Code)
			require.Equal(t, http.StatusNotFound, p.comesIn(key, "[2001:db8::1]:9").Code)
		}
		pgtest.Exec(t, p.url, c.mend)
		require.Equal(t, http.StatusNotFound, p.comesIn(key, home).Code, name)
	}
}

func TestAnEpisodeIsOneRow(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	second := *p
	second.handler = p.node(t, pgtest.Open(t, p.url))
	rows := func() int {
		return pgtest.Value[int](t, p.url, `SELECT count(*) FROM audit WHERE action = 'client.refuse'`)
	}
	for i := range 400 {
		p.comesIn(fmt.Sprint("guess ", i), "192.0.2.9:1")
		second.comesIn(fmt.Sprint("guess ", i), "192.0.2.9:1")
		if i%20 == 0 {
			p.now, second.now = p.now.Add(11*time.Second), second.now.Add(11*time.Second)
		}
	}
	require.Equal(t, 1, rows())
	require.Greater(t, pgtest.Value[int64](t, p.url, `SELECT times FROM episodes WHERE subject = 'address:192.0.2.9'`), int64(700))
	p.comesIn("a guess", "192.0.2.10:1")
	require.Equal(t, 2, rows(), "another address is another episode")
	p.now = p.now.Add(16 * time.Minute)
	p.comesIn("a guess", "192.0.2.9:1")
	require.Equal(t, 3, rows(), "and so is the next, after a while")
	for i := range 20 {
		p.comesIn("a guess", fmt.Sprintf("[2001:db8::%x:1]:1", i))
	}
	require.Equal(t, 4, rows(), "a network of IPv6 is one address")
}

// Whoever comes from ever more addresses does not fill the journal.
func TestManyAddressesAreOneSubject(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	for i := range 1200 {
		p.comesIn("a guess", fmt.Sprintf("10.0.%d.%d:1", i/250, i%250))
	}
	require.Equal(t, 1001, pgtest.Value[int](t, p.url, `SELECT count(*) FROM audit WHERE action = 'client.refuse'`))
	require.Equal(t, 1, pgtest.Value[int](t, p.url, `SELECT count(*) FROM audit WHERE subject = 'address:many'`))
	p.now = p.now.Add(16 * time.Minute)
	p.comesIn("a guess", "10.1.0.1:1")
	require.Equal(t, "address:10.1.0.1", pgtest.Value[string](t, p.url, `SELECT subject FROM audit WHERE action = 'client.refuse' ORDER BY id DESC LIMIT 1`))
}

// Two keys live while one replaces the other, never three; each is good for as long as it is said to be.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	ctx := context.Background()
	rotate := func(to string, overlap time.Duration) {
		pgtest.Do(t, p.db, func(w *store.Work) error {
			_, err := w.AddKey(ctx, "portal", client.Hash(to), p.now, client.Lifetime, overlap, "test", "")
			return err
		})
	}
	good := func(keys ...string) {
		t.Helper()
		for _, one := range []string{key, "second", "third"} {
			want := http.StatusUnauthorized
			for _, k := range keys {
				if k == one {
					want = http.StatusNotFound
				}
			}
			require.Equal(t, want, p.comesIn(one, "192.0.2.1:1").Code, one)
		}
	}
	good(key)
	rotate("second", time.Hour)
	good(key, "second")
	rotate("third", time.Hour)
	good("second", "third")
	p.now = p.now.Add(time.Hour)
	good("third")
	used := pgtest.Value[time.Time](t, p.url, `SELECT last_used_at FROM client_keys ORDER BY id DESC LIMIT 1`)
	require.WithinDuration(t, p.now, used, time.Minute)
	p.now = p.now.Add(client.Lifetime)
	good()
	require.NotContains(t, pgtest.Value[string](t, p.url, `SELECT string_agg(k::text, ' ') FROM client_keys k`), "second", "no key is kept")
	require.Error(t, p.db.Do(ctx, func(w *store.Work) error {
		_, err := w.AddKey(ctx, "nobody", client.Hash("x"), p.now, time.Hour, time.Hour, "test", "")
		return err
	}))
}

// certificate makes one that signs itself: it is known by its fingerprint.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

// A client with a certificate comes in by its key and that certificate only, over a real handshake.
func TestAClientShowsItsCertificate(t *testing.T) {
	t.Parallel()
	p := newPortal(t)
	server := httptest.NewUnstartedServer(p.handler)
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	defer server.Close()
	own, stranger := certificate(t), certificate(t)
	pgtest.Exec(t, p.url, `UPDATE clients SET certificates = '{`+client.Fingerprint(own.Certificate[0])+`}'`)
	status := func(shown ...tls.Certificate) int {
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Certificates = shown
		defer transport.CloseIdleConnections()
		request, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/challenges/x", nil)
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+key)
		response, err := (&http.Client{Transport: transport}).Do(request)
		require.NoError(t, err)
		response.Body.Close()
		return response.StatusCode
	}
	require.Equal(t, http.StatusNotFound, status(own))
	require.Equal(t, http.StatusUnauthorized, status(stranger))
	require.Equal(t, http.StatusUnauthorized, status())
}
