package totp_test

import (
	"bytes"
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okno/internal/totp"
)

// The last six digits of RFC 6238, appendix B.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		step, ok := totp.Step(secret, code, time.Unix(at, 0))
		require.True(t, ok, code)
		require.Equal(t, at/30, step)
		_, ok = totp.Step(secret, code, time.Unix(at+30, 0))
		require.True(t, ok, "a step late")
		_, ok = totp.Step(secret, code, time.Unix(at+60, 0))
		require.False(t, ok, "two steps late")
	}
	for _, code := range []string{"", "000000", "28708", "2870822", "абвгде"} {
		_, ok := totp.Step(secret, code, time.Unix(59, 0))
		require.False(t, ok, code)
	}
}

func TestASecretOpensForItsAgentAndKeyOnly(t *testing.T) {
	t.Parallel()
	v, err := totp.NewVault(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	other, err := totp.NewVault(bytes.Repeat([]byte{2}, 32))
	require.NoError(t, err)
	secret, uri, err := totp.NewSecret("aliya")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(uri, "otpauth://totp/Okno:aliya?") && strings.Contains(uri, "secret="+secret), uri)
	sealed, err := v.Seal(7, secret)
	require.NoError(t, err)
	require.NotContains(t, string(sealed), secret)
	opened, err := v.Open(7, sealed)
	require.NoError(t, err)
	require.Equal(t, secret, opened)
	for _, open := range []func() (string, error){
		func() (string, error) { return v.Open(8, sealed) },
		func() (string, error) { return other.Open(7, sealed) },
		func() (string, error) { return v.Open(7, nil) },
		func() (string, error) { return v.Open(7, append(bytes.Clone(sealed[:20]), 0)) },
	} {
		_, err := open()
		require.Error(t, err)
	}
}

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	v, err := totp.NewVault(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, code := range totp.NewRecovery() {
		require.True(t, totp.IsRecovery(code), code)
		seen[code] = true
		typed := " " + strings.ToUpper(strings.ReplaceAll(code, "-", " "))
		require.Equal(t, v.RecoveryHash(7, code), v.RecoveryHash(7, typed))
		require.NotEqual(t, v.RecoveryHash(7, code), v.RecoveryHash(8, code))
	}
	require.Len(t, seen, totp.Recovery)
	require.False(t, totp.IsRecovery("123456"))
}
