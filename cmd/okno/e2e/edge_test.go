package e2e

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/postgres/pgtest"
	"okno/sms/smstest/selfsigned"
)

// A node as it stands on a public address: TLS, own hosts, caps, and nothing to be seen that is for the machine's watchers.
func TestEdge(t *testing.T) {
	t.Parallel()
	certificate := selfsigned.For(t, "127.0.0.1")
	database := pgtest.URL(t)
	o := newOkno(t, fmt.Sprintf("database_url: %q\nroles: [desk, api]\n", database))
	content, err := os.ReadFile(o.config)
	require.NoError(t, err)
	content = []byte(strings.Replace(string(content), "http: {", fmt.Sprintf("http: {certificate: %q, key: %q, hosts: [desk.example], per_address: 12, ",
		certificate.File, certificate.KeyFile), 1))
	require.NoError(t, os.WriteFile(o.config, content, 0o600))
	o.start(t)
	o.awaitReady(t, patience)
	address := strings.TrimPrefix(o.http, "http://")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: certificate.Roots, ServerName: "127.0.0.1"}}, Timeout: patience}
	t.Cleanup(client.CloseIdleConnections)
	ask := func(method, path, host, origin string) (*http.Response, map[string]any) {
		t.Helper()
		request, err := http.NewRequest(method, "https://"+address+path, strings.NewReader(`{}`))
		require.NoError(t, err)
		request.Host = host
		if origin != "" {
			request.Header.Set("Origin", origin)
		}
		response, err := client.Do(request)
		require.NoError(t, err)
		defer response.Body.Close()
		said, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		answer := map[string]any{}
		_ = json.Unmarshal(said, &answer)
		return response, answer
	}
	page, _ := ask("GET", "/desk/", "desk.example", "")
	require.Equal(t, http.StatusOK, page.StatusCode)
	require.NotEmpty(t, page.Header.Get("Strict-Transport-Security"))
	require.Contains(t, page.Header.Get("Content-Security-Policy"), "base-uri 'none'")
	for _, c := range []struct {
		method, path, host, origin string
		status                     int
		code                       string
	}{
		{"GET", "/desk/", "evil.example", "", 421, "wrong_host"},
		{"POST", "/desk/login", "desk.example", "https://evil.example", 403, "cross_origin"},
		{"GET", "/metrics", "desk.example", "", 404, "not_found"},
		{"GET", "/sms/links", "desk.example", "", 404, "not_found"},
		{"GET", "/desk/nothing.js", "desk.example", "", 404, "not_found"},
		{"DELETE", "/desk/me", "desk.example", "", 405, "bad_method"},
		{"GET", "/desk/me", "desk.example", "", 401, "log_in"},
		{"GET", "/api/v1/services/031", "desk.example", "", 401, "bad_key"},
		{"POST", "/api/v1/challenges/a%00b/verify", "desk.example", "", 400, "invalid"},
	} {
		response, answer := ask(c.method, c.path, c.host, c.origin)
		require.Equal(t, c.status, response.StatusCode, c)
		require.Equal(t, c.code, answer["code"], c)
		require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"), c)
	}
	inside, err := http.Get(o.inside + "/metrics")
	require.NoError(t, err)
	metrics, err := io.ReadAll(inside.Body)
	require.NoError(t, err)
	inside.Body.Close()
	require.Contains(t, string(metrics), "okno_desk_connections 0")

	// An address that holds all that it may keeps nobody else out.
	var held []net.Conn
	for range 40 {
		conn, err := (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.99")}}).Dial("tcp", address)
		require.NoError(t, err)
		held = append(held, conn)
	}
	response, _ := ask("GET", "/healthz", "desk.example", "")
	require.Equal(t, http.StatusOK, response.StatusCode)
	closed := 0
	for _, conn := range held {
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(200*time.Millisecond)))
		if _, err := conn.Read(make([]byte, 1)); err != nil && !isTimeout(err) {
			closed++
		}
		conn.Close()
	}
	require.Equal(t, 40-12, closed)

	// A database that takes no writes is not ready, though it answers.
	pgtest.Exec(t, database, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON write_probes FOR EACH ROW EXECUTE FUNCTION refuse()`)
	var waiting map[string]string
	eventually(t, patience, func() bool {
		var status int
		status, waiting = o.ready(t)
		return status == http.StatusServiceUnavailable && waiting["database"] != ""
	}, func() string { return fmt.Sprint(waiting) })
	response, answer := ask("GET", "/readyz", "desk.example", "")
	require.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	require.Equal(t, "not ready", answer["parts"].(map[string]any)["database"], "strangers hear no reason")
}

func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded)
}
