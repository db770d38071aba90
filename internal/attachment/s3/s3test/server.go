// Package s3test is an object store for tests: a server that others wrote, over TLS, which can be made to fail.
package s3test

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"

	"okno/internal/attachment/s3"
)

// Server is an object store with one bucket.
type Server struct {
	Config  s3.Config
	objects *s3mem.Backend
	fault   atomic.Pointer[Fault]
}

// Fault answers a request in the store's place, or has the store answer it.
type Fault func(w http.ResponseWriter, r *http.Request, store http.Handler)

// NewServer serves until the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s := &Server{objects: s3mem.New()}
	require.NoError(t, s.objects.CreateBucket("cases"))
	store := gofakes3.New(s.objects, gofakes3.WithIntegrityCheck(true)).Server()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch fault := s.fault.Load(); {
		case fault != nil:
			(*fault)(w, r, store)
		case !strings.Contains(r.Header.Get("Authorization"), "Credential=okno/"): // the store itself looks at no keys
			http.Error(w, "", http.StatusForbidden)
		default:
			store.ServeHTTP(w, r)
		}
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that give up are what is tested
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	s.Config = s3.Config{Endpoint: server.URL, Bucket: "cases", Prefix: "okno/files", AccessKey: "okno", SecretKey: "secret-of-a-test", CAFile: ca}
	return s
}

// Fail has every request answered by a fault; nil: by the store again.
func (s *Server) Fail(fault Fault) {
	if fault == nil {
		s.fault.Store(nil)
		return
	}
	s.fault.Store(&fault)
}

// Keys are the names of all objects.
func (s *Server) Keys(t testing.TB) (keys []string) {
	t.Helper()
	all, err := s.objects.ListBucket("cases", nil, gofakes3.ListBucketPage{})
	require.NoError(t, err)
	for _, object := range all.Contents {
		keys = append(keys, object.Key)
	}
	return keys
}

// Get gives the content of an object.
func (s *Server) Get(t testing.TB, key string) []byte {
	t.Helper()
	object, err := s.objects.GetObject("cases", key, nil)
	require.NoError(t, err)
	defer object.Contents.Close()
	content, err := io.ReadAll(object.Contents)
	require.NoError(t, err)
	return content
}

// Put replaces an object behind everybody's back.
func (s *Server) Put(key string, content []byte) error {
	_, err := s.objects.PutObject("cases", key, map[string]string{}, bytes.NewReader(content), int64(len(content)), nil)
	return err
}
