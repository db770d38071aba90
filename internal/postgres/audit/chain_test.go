package audit_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/audit"
	"okno/internal/cases"
	"okno/internal/postgres/pgtest"
	"okno/internal/postgres/store"
)

var (
	chain   = audit.NewChain([]byte("the key of the chain, 32 bytes ."))
	signing = ed25519.NewKeyFromSeed([]byte("the seed of the signer, 32 bytes"))
	public  = signing.Public().(ed25519.PublicKey)
)

// deeds writes entries, and seals them.
func deeds(t *testing.T, db *store.Store, n int) {
	t.Helper()
	for range n {
		pgtest.Do(t, db, func(w *store.Work) error {
			_, err := w.OpenCase(t.Context(), cases.Opening{Kind: cases.Inquiry, Subject: "s", By: "test"})
			return err
		})
	}
	seal(t, db, chain)
}

func seal(t *testing.T, db *store.Store, c *audit.Chain) {
	t.Helper()
	_, err := db.SealAudit(t.Context(), 1000, c.Next)
	require.NoError(t, err)
}

func anchor(t *testing.T, db *store.Store, key ed25519.PrivateKey) audit.Anchor {
	t.Helper()
	length, last, behind, err := db.AuditHead(t.Context())
	require.NoError(t, err)
	require.False(t, behind)
	return audit.Sign(key, time.Now(), length, last)
}

// Whatever is done to the journal in the database shows.
func TestTheAuditChainShowsWhatWasTamperedWith(t *testing.T) {
	t.Parallel()
	exec := func(sql string) func(*testing.T, string, *store.Store) {
		return func(t *testing.T, url string, _ *store.Store) { pgtest.Exec(t, url, sql) }
	}
	const put = `INSERT INTO audit (at, actor, action, subject) VALUES (now() - interval '1 day', 'agent:7', 'case.move', 'case:1')`
	for name, row := range map[string]struct {
		tamper func(*testing.T, string, *store.Store)
		shows  string
	}{
		"nothing":               {exec(`SELECT 1`), ""},
		"an entry changed":      {exec(`UPDATE audit SET actor = 'nobody' WHERE seal = 2`), "entry 2 of the chain (id"},
		"an entry taken out":    {exec(`DELETE FROM audit WHERE seal = 3`), "entry 3 of the chain is missing"},
		"a detail added":        {exec(`UPDATE audit SET detail = '{"x": 1}' WHERE seal = 4`), "entry 4 of the chain (id"},
		"a time moved":          {exec(`UPDATE audit SET at = at + interval '1 second' WHERE seal = 1`), "entry 1 of the chain (id"},
		"the tail cut off":      {exec(`DELETE FROM audit WHERE seal > 3`), "cut off after entry 3"},
		"everything taken away": {exec(`TRUNCATE audit`), "cut off after entry 0"},
		"an old date put in, sealed by the house": {func(t *testing.T, url string, db *store.Store) {
			pgtest.Exec(t, url, put)
			seal(t, db, chain)
		}, "put in later"},
		"the chain made anew without the key": {func(t *testing.T, url string, db *store.Store) {
			pgtest.Exec(t, url, `UPDATE audit SET seal = NULL, hash = NULL`)
			pgtest.Exec(t, url, `DELETE FROM audit WHERE id = (SELECT min(id) FROM audit)`)
			seal(t, db, audit.NewChain([]byte("some other key")))
		}, "entry 1 of the chain (id"},
		"the chain made anew with the key": {func(t *testing.T, url string, db *store.Store) {
			pgtest.Exec(t, url, `UPDATE audit SET seal = NULL, hash = NULL`)
			pgtest.Exec(t, url, `UPDATE audit SET subject = 'case:1' WHERE id = (SELECT min(id) FROM audit)`)
			seal(t, db, chain)
		}, "is not the one of the anchor"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := pgtest.URL(t)
			db := pgtest.Open(t, url)
			deeds(t, db, 3)
			anchors := []audit.Anchor{anchor(t, db, signing)}
			deeds(t, db, 2)
			anchors = append(anchors, anchor(t, db, signing))
			row.tamper(t, url, db)
			length, last, err := audit.Verify(t.Context(), db, chain, anchors, public)
			if row.shows == "" {
				require.NoError(t, err)
				require.EqualValues(t, 5, length)
				require.Len(t, last, 32)
				return
			}
			require.ErrorIs(t, err, audit.ErrBroken)
			require.ErrorContains(t, err, row.shows)
		})
	}
}

func TestAnAnchorOfSomebodyElseIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pgtest.URL(t))
	deeds(t, db, 1)
	other := ed25519.NewKeyFromSeed([]byte("the seed of another one, 32 byte"))
	_, _, err := audit.Verify(t.Context(), db, chain, []audit.Anchor{anchor(t, db, other)}, public)
	require.ErrorIs(t, err, audit.ErrBroken)
	require.ErrorContains(t, err, "not signed")
}

// Anchors are kept in every place, whenever the chain has grown, once more at the end, and again where a place failed.
func TestAnchorsAreKeptElsewhere(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pgtest.URL(t))
	var mu sync.Mutex
	var posted bytes.Buffer
	failures := 1
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if failures > 0 {
			failures--
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = posted.ReadFrom(r.Body)
		posted.WriteByte('\n')
	}))
	t.Cleanup(server.Close)
	path := filepath.Join(t.TempDir(), "anchors")
	var places []audit.Place
	for _, name := range []string{"file:" + path, server.URL} {
		p, err := audit.NewPlace(name)
		require.NoError(t, err)
		places = append(places, p)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	anchorer := audit.NewAnchorer(db, signing, 20*time.Millisecond, places, zerolog.Nop())
	go func() { ended <- anchorer.Run(ctx) }()
	kept := func() (file, web []audit.Anchor) {
		f, err := os.Open(path)
		if err == nil {
			defer f.Close()
			file, err = audit.ReadAnchors(f)
			require.NoError(t, err)
		}
		mu.Lock()
		defer mu.Unlock()
		web, err = audit.ReadAnchors(bytes.NewReader(posted.Bytes()))
		require.NoError(t, err)
		return file, web
	}
	for n := range 3 {
		deeds(t, db, 1)
		require.Eventually(t, func() bool {
			file, web := kept()
			return len(file) == n+1 && len(web) == n+1
		}, 10*time.Second, 10*time.Millisecond)
	}
	deeds(t, db, 1)
	stop()
	require.NoError(t, <-ended)
	file, web := kept()
	for n := range file { // their times differ where a place failed first
		require.Equal(t, []any{file[n].Length, file[n].Hash}, []any{web[n].Length, web[n].Hash})
	}
	require.EqualValues(t, 4, file[len(file)-1].Length)
	_, _, err := audit.Verify(t.Context(), db, chain, file, public)
	require.NoError(t, err)
	for _, name := range []string{"", "file:", "ftp://x", "anchors.log"} {
		_, err := audit.NewPlace(name)
		require.Error(t, err, name)
	}
}

func TestLinesThatAreNoAnchors(t *testing.T) {
	t.Parallel()
	found, err := audit.ReadAnchors(bytes.NewBufferString("\nNov 28 09:00:00 host okno-audit: {\"at\":\"2026-11-28T09:00:00Z\",\"length\":3,\"hash\":\"ab\",\"signature\":\"cd\"}\n"))
	require.NoError(t, err)
	require.EqualValues(t, 3, found[0].Length)
	_, err = audit.ReadAnchors(bytes.NewBufferString("{}\nnonsense\n"))
	require.ErrorContains(t, err, "line 2")
}
