package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"okno/internal/kms"
	"okno/internal/kms/kmstest"
	"okno/internal/postgres/pgtest"
)

// A wrapped key seals as one with a secret does; the service is asked once for it, and for nothing that it sealed.
func TestKeysComeFromTheService(t *testing.T) {
	url, service := pgtest.URL(t), kmstest.Run(t)
	client, err := kms.New(service.Config())
	require.NoError(t, err)
	wrapped, err := client.Wrap(t.Context(), []byte("a master key of 32 random bytes."))
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "okno.yaml")
	okno := func(token string, arguments ...string) int {
		require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "database_url: %q\nsecret: a secret that is long enough\nkeys: [{id: '2027', wrapped: %q}]\nkms: {address: %q, key: okno, token: %q}\n",
			url, wrapped, service.URL, token), 0o600))
		return run(append(arguments, "--config", file))
	}
	service.Asked.Store(0)
	require.Zero(t, okno(kmstest.Token, "sample"))
	require.EqualValues(t, 1, service.Asked.Load(), "data keys are unwrapped in the process")
	require.Positive(t, pgtest.Value[int](t, url, `SELECT count(*) FROM data_keys WHERE substr(wrapped, 1, 5) = '\x0432303237'`))
	require.Equal(t, exitFailure, okno("another token", "keys", "rotate"))
	require.Zero(t, okno(kmstest.Token, "keys", "rotate"))
	require.Zero(t, okno(kmstest.Token, "keys", "new", "--id", "2028"))

	c := config{DatabaseURL: url, Secret: "a secret that is long enough", Keys: []keyConfig{{ID: "2027", Secret: "a master key of 32 random bytes."}}}
	db, err := openDatabase(c, nil)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, openSeals(t.Context(), c, db), "it is the key itself")
	c.Keys[0].Secret = "some other key of 32 characters."
	other, err := openDatabase(c, nil)
	require.NoError(t, err)
	t.Cleanup(other.Close)
	require.Error(t, openSeals(t.Context(), c, other))
}

// A node waits for a service that is away, and does not start when it is refused or the key is another's.
func TestANodeWaitsForTheService(t *testing.T) {
	t.Parallel()
	service := kmstest.Run(t)
	client, err := kms.New(service.Config())
	require.NoError(t, err)
	wrapped, err := client.Wrap(t.Context(), []byte("a master key of 32 random bytes."))
	require.NoError(t, err)
	start := func(ctx context.Context, c kms.Config) (*node, chan error) {
		n := &node{config: config{Keys: []keyConfig{{ID: "2027", Wrapped: wrapped}}, KMS: c}, parts: newComponents(zerolog.Nop()), log: zerolog.Nop()}
		done := make(chan error, 1)
		go func() { done <- n.awaitKeys(ctx) }()
		return n, done
	}
	service.Sealed.Store(true)
	service.Asked.Store(0)
	n, done := start(t.Context(), service.Config())
	require.Eventually(t, func() bool { return service.Asked.Load() >= 2 }, 30*time.Second, 10*time.Millisecond, "it asks again")
	service.Sealed.Store(false)
	require.NoError(t, <-done)
	require.Equal(t, []keyConfig{{ID: "2027", Secret: "a master key of 32 random bytes."}}, n.config.Keys)

	_, done = start(t.Context(), kms.Config{Address: service.URL, Key: "okno", Token: "x"})
	require.ErrorIs(t, <-done, kms.ErrRefused)
	_, done = start(t.Context(), kmstest.Run(t).Config())
	require.ErrorIs(t, <-done, kms.ErrWrongKey)
	service.Sealed.Store(true)
	ctx, cancel := context.WithCancel(t.Context())
	_, done = start(ctx, service.Config())
	cancel()
	require.Error(t, <-done)
}

func TestWrappedKeysThatCannotBe(t *testing.T) {
	t.Parallel()
	service := kms.Config{Address: "https://vault.example", Key: "okno", Token: "x"}
	for name, c := range map[string]config{
		"both":       {Secret: "a secret that is long enough", KMS: service, Keys: []keyConfig{{ID: "1", Secret: "a key of sixteen characters", Wrapped: "vault:v1:abcdefghijkl"}}},
		"no service": {Secret: "a secret that is long enough", Keys: []keyConfig{{ID: "1", Wrapped: "vault:v1:abcdefghijkl"}}},
		"no token":   {Secret: "a secret that is long enough", KMS: kms.Config{Address: "https://vault.example", Key: "okno"}},
		"no key":     {Secret: "a secret that is long enough", KMS: service, Keys: []keyConfig{{ID: "1"}}},
	} {
		require.Error(t, c.checkKeys(), name)
	}
}
