package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/exchange"
)

// An endpoint that is changed keeps the secrets that nobody gave anew; one of another manner has none of them.
func TestAnEndpointIsWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	key, known := filepath.Join(t.TempDir(), "key"), filepath.Join(t.TempDir(), "known")
	require.NoError(t, os.WriteFile(key, []byte("KEY"), 0o600))
	require.NoError(t, os.WriteFile(known, []byte("HOSTS"), 0o600))
	webhook, err := exchangeEndpoint{Agency: "moj", URL: "https://moj.example", Every: time.Minute}.endpoint(exchange.Endpoint{})
	require.NoError(t, err)
	require.Len(t, webhook.Secrets, 1)
	again, err := exchangeEndpoint{Agency: "moj", URL: "https://moj.example/new", Paused: true}.endpoint(webhook)
	require.NoError(t, err)
	require.Equal(t, webhook.Secrets, again.Secrets)

	sftp, err := exchangeEndpoint{Agency: "moj", SFTP: "sftp://okno@host/moj", Key: key, KnownHosts: known, Every: time.Minute}.endpoint(webhook)
	require.NoError(t, err)
	require.Equal(t, exchange.Endpoint{Agency: "moj", URL: "sftp://okno@host/moj", Files: true, Every: time.Minute, Key: "KEY", KnownHosts: "HOSTS"}, sftp)
	require.NoError(t, exchange.CheckFolder(sftp))
	again, err = exchangeEndpoint{Agency: "moj", SFTP: "sftp://okno@host/moj", Every: time.Hour}.endpoint(sftp)
	require.NoError(t, err)
	require.Equal(t, []string{"KEY", "HOSTS"}, []string{again.Key, again.KnownHosts})

	folder, err := exchangeEndpoint{Agency: "moj", Folder: t.TempDir(), Every: time.Minute}.endpoint(sftp)
	require.NoError(t, err)
	require.Empty(t, folder.Key)
	require.NoError(t, exchange.CheckFolder(folder))
}
