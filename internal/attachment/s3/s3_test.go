package s3_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/attachment"
	"okno/internal/attachment/s3"
	"okno/internal/attachment/s3/s3test"
	"okno/internal/fault"
	"okno/internal/seal"
)

// What an object store does as every store does is tested in okno/internal/attachment.

func key(t testing.TB) *seal.DataKey {
	t.Helper()
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	k, err := seal.DataKeyOf(raw)
	require.NoError(t, err)
	return k
}

// rows are files that attachments name.
type rows []string

func (r rows) NamedFiles(context.Context, []string) (map[string]bool, error) {
	named := map[string]bool{}
	for _, file := range r {
		named[file] = true
	}
	return named, nil
}

func (r rows) AttachmentFiles(context.Context, int64, time.Time, int) ([]string, int64, error) {
	return r, int64(len(r)), nil
}

// sweep sweeps a day later.
func sweep(t testing.TB, files attachment.Files, named ...string) (attachment.Swept, error) {
	t.Helper()
	later := func() time.Time { return time.Now().Add(attachment.Grace + time.Hour) }
	return attachment.NewSweeper(files, []attachment.Rows{rows(named)}, later, nil, zerolog.Nop()).Sweep(t.Context())
}

// cut answers nothing, and breaks the connection.
func cut(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// silence is much longer than a hurried store's limits.
func silence(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(3 * time.Second):
	}
}

func answers(status int, header map[string]string, body string) s3test.Fault {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// Whatever an object store answers, or does not, a file is kept or the caller hears that it is not; and what was kept is not called missing
// or altered, and is there when the store is back.
func TestAStoreThatFailsLosesNothing(t *testing.T) {
	t.Parallel()
	page := map[string]string{"Content-Type": "text/html", "ETag": `"0"`, "Last-Modified": "Sun, 29 Nov 2026 00:00:00 GMT"}
	for name, c := range map[string]struct {
		fault  s3test.Fault
		broken bool // an answer to reading that nothing tells from a file that was altered
	}{
		"403":           {fault: answers(403, nil, `<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>`)},
		"no bucket":     {fault: answers(404, nil, `<Error><Code>NoSuchBucket</Code><Message>no</Message></Error>`)},
		"500":           {fault: answers(500, nil, "")},
		"503":           {fault: answers(503, nil, `<Error><Code>SlowDown</Code><Message>later</Message></Error>`)},
		"moved":         {fault: answers(307, map[string]string{"Location": "http://127.0.0.1:1/"}, "")},
		"a page":        {fault: answers(200, page, "<html>Log in to the network</html>"), broken: true},
		"another's 500": {fault: answers(500, page, "<html>"+string(bytes.Repeat([]byte("x"), 1<<20)))},
		"nothing":       {fault: answers(200, nil, "")},
		"cut":           {fault: cut},
		"half an answer": {fault: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			for name, value := range page {
				w.Header().Set(name, value)
			}
			w.Header().Set("Content-Length", "200")
			_, _ = io.WriteString(w, `OKA1`)
		}},
		"silent": {fault: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
			_, _ = io.Copy(io.Discard, r.Body)
			silence(r)
		}},
		"silent amid an answer": {fault: func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			_, _ = io.Copy(io.Discard, r.Body)
			for name, value := range page {
				w.Header().Set(name, value)
			}
			w.Header().Set("Content-Length", "200")
			_, _ = io.WriteString(w, "OKA1")
			_ = http.NewResponseController(w).Flush()
			silence(r)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := s3test.NewServer(t)
			good, err := s3.New(server.Config)
			require.NoError(t, err)
			mine := key(t)
			kept, err := attachment.NewKeeper(good).Keep(t.Context(), mine, bytes.NewReader([]byte("x")))
			require.NoError(t, err)
			before := server.Keys(t)

			hurried, err := s3.NewHurried(server.Config)
			require.NoError(t, err)
			k := attachment.NewKeeper(hurried)
			server.Fail(c.fault)
			_, err = k.Keep(t.Context(), mine, bytes.NewReader(make([]byte, 100_000)))
			require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
			require.ErrorContains(t, err, server.Config.Endpoint+"/cases", "which store it was")
			require.NotContains(t, err.Error(), server.Config.SecretKey)
			require.Less(t, len(err.Error()), 4000)
			_, err = k.Read(t.Context(), mine, kept)
			require.NotErrorIs(t, err, attachment.ErrMissing)
			if c.broken {
				require.ErrorIs(t, err, attachment.ErrBroken)
			} else {
				require.NotErrorIs(t, err, attachment.ErrBroken)
				require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
			}
			if swept, err := sweep(t, hurried, kept.File); err == nil {
				require.True(t, c.broken)
				require.Equal(t, attachment.Swept{Missing: 1}, swept, "nothing is removed for a list that is none")
			} else {
				require.ErrorContains(t, err, server.Config.Endpoint+"/cases")
			}

			server.Fail(nil)
			require.Equal(t, before, server.Keys(t))
			content, err := attachment.NewKeeper(good).Read(t.Context(), mine, kept)
			require.NoError(t, err)
			require.NoError(t, content.Close())
			swept, err := sweep(t, good, kept.File)
			require.NoError(t, err)
			require.Zero(t, swept)
		})
	}
}

// A request that a store has no time for is repeated, whole; one that the store refuses is not.
func TestRequestsAreRepeated(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	k, mine := attachment.NewKeeper(files), key(t)
	var asked atomic.Int64
	server.Fail(func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		if asked.Add(1)%2 != 0 {
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		store.ServeHTTP(w, r)
	})
	content := bytes.Repeat([]byte("content "), 100_000)
	kept, err := k.Keep(t.Context(), mine, bytes.NewReader(content))
	require.NoError(t, err)
	r, err := k.Read(t.Context(), mine, kept)
	require.NoError(t, err)
	read, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, read))
	require.NoError(t, r.Close())
	require.NoError(t, k.Discard(t.Context(), kept))
	require.NoError(t, k.Discard(t.Context(), kept), "it is gone already")
	require.Empty(t, server.Keys(t))

	asked.Store(0)
	server.Fail(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	})
	_, err = k.Keep(t.Context(), mine, bytes.NewReader(content))
	require.ErrorContains(t, err, "AccessDenied (403)")
	require.EqualValues(t, 1, asked.Load())
}

// An upload that breaks off in the middle leaves no object.
func TestAnUploadThatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	server.Fail(func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		sent := r.Body
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(sent, 1<<20), readerFunc(func(into []byte) (int, error) {
			cancel() // the node goes away while the store reads
			return sent.Read(into)
		})), sent}
		store.ServeHTTP(w, r)
	})
	_, err = attachment.NewKeeper(files).Keep(ctx, key(t), io.LimitReader(rand.Reader, 15<<20))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, server.Keys(t))
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(into []byte) (int, error) { return f(into) }

// A file that the store has kept, and whose answer was lost, has no row: the sweeper removes it.
func TestAnAnswerThatWasLostLeavesAFileToTheSweeper(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	server.Fail(func(w http.ResponseWriter, r *http.Request, store http.Handler) {
		store.ServeHTTP(discarded{w.Header()}, r)
		panic(http.ErrAbortHandler)
	})
	_, err = attachment.NewKeeper(files).Keep(t.Context(), key(t), bytes.NewReader([]byte("x")))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	server.Fail(nil)
	require.Len(t, server.Keys(t), 1)
	swept, err := sweep(t, files)
	require.NoError(t, err)
	require.Equal(t, attachment.Swept{Removed: 1}, swept)
	require.Empty(t, server.Keys(t))
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header          { return d.header }
func (discarded) Write(some []byte) (int, error) { return len(some), nil }
func (discarded) WriteHeader(int)                {}

// Lists have pages, and end with their context.
func TestAllPagesAreWalked(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	names := map[string]bool{}
	for range 2100 { // a page has 1000
		name := rand.Text()
		require.NoError(t, server.Put(server.Config.Prefix+"/"+name[:2]+"/"+name, []byte("x")))
		require.NoError(t, server.Put("another/"+name[:2]+"/"+name, []byte("x")))
		names[name] = true
	}
	found := map[string]bool{}
	require.NoError(t, files.Walk(t.Context(), time.Now(), func(name string, at time.Time) error {
		require.WithinDuration(t, time.Now(), at, time.Hour)
		found[name] = true
		return nil
	}))
	require.Equal(t, names, found)
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, files.Walk(ctx, time.Now(), func(string, time.Time) error { cancel(); return nil }), context.Canceled)
}

// What is being uploaded is nowhere by a name: a process that dies leaves nothing.
func TestADraftHasNoName(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	server := s3test.NewServer(t)
	files, err := s3.New(server.Config)
	require.NoError(t, err)
	draft, err := files.Create(t.Context(), rand.Text())
	require.NoError(t, err)
	_, err = draft.Write([]byte("sealed"))
	require.NoError(t, err)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	require.Empty(t, left)
	require.Empty(t, server.Keys(t))
	require.NoError(t, draft.Abort())
	require.Error(t, draft.Commit(), "it is over")
}

// The store is known by its certificate.
func TestAStoreThatIsNotKnownIsRefused(t *testing.T) {
	t.Parallel()
	server := s3test.NewServer(t)
	c := server.Config
	c.CAFile = ""
	files, err := s3.New(c)
	require.NoError(t, err)
	_, err = attachment.NewKeeper(files).Keep(t.Context(), key(t), bytes.NewReader([]byte("x")))
	require.ErrorContains(t, err, "certificate")
	c.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(c.CAFile, []byte("none"), 0o600))
	_, err = s3.New(c)
	require.ErrorContains(t, err, "has no certificate")
}

func TestConfigurationsAreChecked(t *testing.T) {
	t.Parallel()
	good := s3.Config{Endpoint: "https://s3.example:9000", Bucket: "okno-cases", AccessKey: "a", SecretKey: "secret-of-a-test"}
	require.NoError(t, good.Check())
	require.NoError(t, s3.Config{}.Check(), "no object store")
	for _, c := range []struct {
		wrong  string
		change func(*s3.Config)
	}{
		{"endpoint", func(c *s3.Config) { c.Endpoint = "s3.example" }},
		{"endpoint", func(c *s3.Config) { c.Endpoint = "http://s3.example" }},
		{"endpoint", func(c *s3.Config) { c.Endpoint = "https://s3.example/bucket" }},
		{"endpoint", func(c *s3.Config) { c.Endpoint = "https://key:secret@s3.example" }},
		{"", func(c *s3.Config) { c.Endpoint = "http://127.0.0.1:9000/" }},
		{"bucket", func(c *s3.Config) { c.Bucket = "" }},
		{"bucket", func(c *s3.Config) { c.Bucket = "Cases" }},
		{"access_key", func(c *s3.Config) { c.AccessKey = "" }},
		{"secret_key", func(c *s3.Config) { c.SecretKey = "" }},
		{"prefix", func(c *s3.Config) { c.Prefix = "/okno" }},
		{"", func(c *s3.Config) { c.Prefix = "okno/cases/" }},
		{"ca_file", func(c *s3.Config) { c.CAFile = "/nowhere/ca.pem" }},
	} {
		changed := good
		c.change(&changed)
		err := changed.Check()
		if c.wrong == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.wrong)
		require.NotContains(t, err.Error(), good.SecretKey)
	}
}
