// Package kmstest is a key management service for tests: a server of HTTP that keeps one key and wraps by it as the transit engine does.
package kmstest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/kms"
)

// Token is the one that may wrap and unwrap.
const Token = "s.token-of-tests"

// Server is a service with one key, "okno".
type Server struct {
	*httptest.Server
	Asked  atomic.Int64  // requests so far
	Sealed atomic.Bool   // it answers 503
	Hold   chan struct{} // not nil: no request is answered before it is closed
	key    cipher.AEAD
}

// Run starts one, with a key of its own; it ends with the test.
func Run(t testing.TB) *Server {
	t.Helper()
	raw := make([]byte, 32)
	_, err := rand.Read(raw)
	require.NoError(t, err)
	block, err := aes.NewCipher(raw)
	require.NoError(t, err)
	s := &Server{}
	s.key, err = cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

// Config is for a client of it.
func (s *Server) Config() kms.Config {
	return kms.Config{Address: s.URL, Key: "okno", Token: Token}
}

// ServeHTTP is the transit engine.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Asked.Add(1)
	if s.Hold != nil {
		<-s.Hold
	}
	fail := func(status int, text string) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string][]string{"errors": {text}})
	}
	var in struct{ Plaintext, Ciphertext string }
	switch {
	case s.Sealed.Load():
		fail(http.StatusServiceUnavailable, "Vault is sealed")
		return
	case r.Header.Get("X-Vault-Token") != Token:
		fail(http.StatusForbidden, "permission denied")
		return
	case r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&in) != nil:
		fail(http.StatusBadRequest, "no request")
		return
	}
	data := map[string]any{}
	switch r.URL.Path {
	case "/v1/transit/encrypt/okno":
		plain, err := base64.StdEncoding.DecodeString(in.Plaintext)
		if err != nil {
			fail(http.StatusBadRequest, "failed to base64-decode plaintext")
			return
		}
		data["ciphertext"] = "vault:v1:" + base64.StdEncoding.EncodeToString(s.key.Seal(nil, nil, plain, nil))
		data["key_version"] = 1
	case "/v1/transit/decrypt/okno":
		sealed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(in.Ciphertext, "vault:v1:"))
		if err == nil {
			sealed, err = s.key.Open(nil, nil, sealed, nil)
		}
		if err != nil {
			fail(http.StatusBadRequest, "cipher: message authentication failed")
			return
		}
		data["plaintext"] = base64.StdEncoding.EncodeToString(sealed)
	default:
		fail(http.StatusBadRequest, "encryption key not found")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"request_id": "1", "data": data})
}
