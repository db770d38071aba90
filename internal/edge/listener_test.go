package edge_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/edge"
	"okno/sms/smstest/selfsigned"
)

// echo answers each connection's bytes, until the test ends.
func echo(t *testing.T, listener net.Listener) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	t.Cleanup(func() { listener.Close(); <-ended })
}

func TestOneAddressHoldsNoMoreThanItsPart(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "0.0.0.0:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(inner.Addr().String())
	require.NoError(t, err)
	echo(t, edge.Cap(inner, 7, 3, nil))
	dial := func(from string) net.Conn {
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).Dial("tcp", "127.0.0.1:"+port)
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	var held []net.Conn
	for range 3 {
		conn := dial("127.0.0.2")
		require.True(t, answers(t, conn))
		held = append(held, conn)
	}
	require.False(t, answers(t, dial("127.0.0.2")), "a fourth of three")
	for _, from := range []string{"127.0.0.3", "127.0.0.3", "127.0.0.4", "127.0.0.5"} {
		require.True(t, answers(t, dial(from)), "another address")
	}
	require.False(t, answers(t, dial("127.0.0.6")), "an eighth of seven")
	held[0].Close()
	require.Eventually(t, func() bool { return answers(t, dial("127.0.0.2")) }, 10*time.Second, 5*time.Millisecond, "there is room again")
}

// A client shows its certificate where the listener asks for it, and proves that it has the key.
func TestAClientShowsItsCertificate(t *testing.T) {
	t.Parallel()
	own, theirs := selfsigned.For(t, "127.0.0.1"), selfsigned.For(t, "127.0.0.1")
	pair, err := tls.LoadX509KeyPair(theirs.File, theirs.KeyFile)
	require.NoError(t, err)
	for asks, want := range map[bool]int{true: 1, false: 0} {
		conf := edge.Listener{Listen: "127.0.0.1:0", Certificate: own.File, Key: own.KeyFile, ClientCertificates: asks}
		listener, err := conf.Open("http", nil, zerolog.Nop())
		require.NoError(t, err)
		shown := make(chan int, 1)
		server := edge.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { shown <- len(r.TLS.PeerCertificates) }), zerolog.Nop())
		go func() { _ = server.Serve(listener) }()
		t.Cleanup(func() { _ = server.Close() })
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: own.Roots, Certificates: []tls.Certificate{pair}}}}
		t.Cleanup(client.CloseIdleConnections)
		response, err := client.Get("https://" + listener.Addr().String())
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, want, <-shown)
	}
}

func TestACertificateIsRenewedWithoutRestart(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	install := func(c selfsigned.Certificate) {
		for from, to := range map[string]string{c.File: "cert.pem", c.KeyFile: "key.pem"} {
			content, err := os.ReadFile(from)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(folder, to), content, 0o600))
		}
	}
	before, after := selfsigned.For(t, "127.0.0.1"), selfsigned.For(t, "127.0.0.1")
	install(before)
	conf := edge.Listener{Listen: "127.0.0.1:0", Certificate: filepath.Join(folder, "cert.pem"), Key: filepath.Join(folder, "key.pem")}
	listener, err := conf.Open("http", nil, zerolog.Nop())
	require.NoError(t, err)
	echo(t, listener)
	trusts := func(c selfsigned.Certificate) bool {
		conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: c.Roots, ServerName: "127.0.0.1"})
		if err != nil {
			return false
		}
		defer conn.Close()
		return answers(t, conn)
	}
	require.True(t, trusts(before))
	require.False(t, trusts(after))
	old, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: before.Roots, ServerName: "127.0.0.1"})
	require.NoError(t, err)
	defer old.Close()

	require.NoError(t, os.WriteFile(conf.Certificate, []byte("half a file"), 0o600))
	later := time.Now().Add(2 * time.Second)
	require.Never(t, func() bool { return !trusts(before) && time.Now().Before(later) }, 1500*time.Millisecond, 100*time.Millisecond, "a broken file changes nothing")
	install(after)
	require.Eventually(t, func() bool { return trusts(after) }, 20*time.Second, 50*time.Millisecond)
	require.False(t, trusts(before))
	require.True(t, answers(t, old), "a connection goes on")
}

// A body that comes a byte at a time ends, as do headers, and a header that is too large.
func TestARequestThatDribblesEnds(t *testing.T) {
	t.Parallel()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	read := make(chan error, 1)
	server := edge.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		read <- err
	}), zerolog.Nop())
	require.Positive(t, server.ReadTimeout)
	require.Positive(t, server.ReadHeaderTimeout)
	require.Positive(t, server.WriteTimeout)
	require.Positive(t, server.IdleTimeout)
	server.ReadTimeout = 300 * time.Millisecond // as it is, but sooner
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(inner) }()
	t.Cleanup(func() {
		require.NoError(t, server.Shutdown(context.Background()))
		require.ErrorIs(t, <-ended, http.ErrServerClosed)
	})
	conn, err := net.Dial("tcp", inner.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
	require.NoError(t, err)
	dribble := time.NewTicker(20 * time.Millisecond)
	defer dribble.Stop()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for {
		select {
		case <-dribble.C:
			_, _ = io.WriteString(conn, "x")
			continue
		case err := <-read:
			require.Error(t, err)
		case <-limit.C:
			require.Fail(t, "it dribbles for ever")
		}
		break
	}
	large, err := net.Dial("tcp", inner.Addr().String())
	require.NoError(t, err)
	defer large.Close()
	_, _ = io.WriteString(large, "GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	said, _ := io.ReadAll(large)
	require.Contains(t, string(said), "431")
}
