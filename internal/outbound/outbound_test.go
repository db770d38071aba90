package outbound_test

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/outbound"
)

func TestWhatNobodyReadsInBetween(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"https://s3.example": true, "https://": false, "http://s3.example": false, "http://127.0.0.1:9000": true, "http://[::1]:9000": true,
		"http://localhost": true, "http://localhost.example": false, "ftp://127.0.0.1": false, "": false,
	} {
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.Equal(t, want, outbound.Secure(u), address)
	}
}

func TestWhomAClientTrusts(t *testing.T) {
	t.Parallel()
	c, err := outbound.TLS("")
	require.NoError(t, err)
	require.Nil(t, c.RootCAs)
	empty := filepath.Join(t.TempDir(), "ca.pem")
	_, err = outbound.TLS(empty)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(empty, []byte("none"), 0o600))
	_, err = outbound.TLS(empty)
	require.ErrorContains(t, err, "has no certificate")
}
