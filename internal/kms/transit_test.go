package kms_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/kms"
	"okno/internal/kms/kmstest"
)

func client(t *testing.T, c kms.Config) *kms.Transit {
	t.Helper()
	require.NoError(t, c.Check())
	k, err := kms.New(c)
	require.NoError(t, err)
	return k
}

func TestAMasterKeyIsWrappedAndUnwrapped(t *testing.T) {
	t.Parallel()
	k := client(t, kmstest.Run(t).Config())
	wrapped, err := k.Wrap(t.Context(), []byte("a master key \x00\xff"))
	require.NoError(t, err)
	require.Contains(t, wrapped, "vault:v1:")
	require.NotContains(t, wrapped, "master")
	secret, err := k.Unwrap(t.Context(), wrapped)
	require.NoError(t, err)
	require.Equal(t, "a master key \x00\xff", string(secret))
}

func TestWhatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	s, other := kmstest.Run(t), kmstest.Run(t)
	foreign, err := client(t, other.Config()).Wrap(t.Context(), []byte("another's master key"))
	require.NoError(t, err)
	wrapped, err := client(t, s.Config()).Wrap(t.Context(), []byte("a master key"))
	require.NoError(t, err)
	slow := kmstest.Run(t)
	slow.Hold = make(chan struct{})
	t.Cleanup(func() { close(slow.Hold) })
	sealed := kmstest.Run(t)
	sealed.Sealed.Store(true)
	gone := kmstest.Run(t)
	gone.Close()
	answers := func(status int, body string) kms.Config {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(s.Close)
		return kms.Config{Address: s.URL, Key: "okno", Token: kmstest.Token}
	}
	for name, c := range map[string]struct {
		config  kms.Config
		wrapped string
		want    error
	}{
		"another key wrapped it": {s.Config(), foreign, kms.ErrWrongKey},
		"it was changed":         {s.Config(), wrapped[:len(wrapped)-4] + "AAA=", kms.ErrWrongKey},
		"no such key":            {kms.Config{Address: s.URL, Key: "other", Token: kmstest.Token}, wrapped, kms.ErrWrongKey},
		"another token":          {kms.Config{Address: s.URL, Key: "okno", Token: "x"}, wrapped, kms.ErrRefused},
		"away":                   {gone.Config(), wrapped, kms.ErrAway},
		"sealed":                 {sealed.Config(), wrapped, kms.ErrAway},
		"slow":                   {kms.Config{Address: slow.URL, Key: "okno", Token: kmstest.Token, Timeout: 50 * time.Millisecond}, wrapped, kms.ErrAway},
		"no JSON":                {answers(200, "the key is hunter2"), wrapped, kms.ErrAway},
		"nothing":                {answers(200, "{}"), wrapped, kms.ErrWrongKey},
		"elsewhere":              {answers(307, ""), wrapped, kms.ErrAway},
	} {
		_, err := client(t, c.config).Unwrap(t.Context(), c.wrapped)
		require.ErrorIs(t, err, c.want, name)
		require.NotContains(t, err.Error(), "hunter2", name)
		require.NotContains(t, err.Error(), kmstest.Token, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = client(t, s.Config()).Wrap(ctx, []byte("a master key"))
	require.ErrorIs(t, err, context.Canceled)
}

func TestConfigurationsThatCannotBe(t *testing.T) {
	t.Parallel()
	good := kms.Config{Address: "https://vault.example:8200", Key: "okno", Token: "x"}
	require.NoError(t, good.Check())
	require.NoError(t, kms.Config{}.Check())
	for name, change := range map[string]func(*kms.Config){
		"plain HTTP":  func(c *kms.Config) { c.Address = "http://vault.example:8200" },
		"no address":  func(c *kms.Config) { c.Address = "vault.example" },
		"no key":      func(c *kms.Config) { c.Key = "" },
		"a path":      func(c *kms.Config) { c.Key = "../sys/seal" },
		"no token":    func(c *kms.Config) { c.Token = "" },
		"a past time": func(c *kms.Config) { c.Timeout = -1 },
	} {
		c := good
		change(&c)
		require.Error(t, c.Check(), name)
	}
}
