package otp

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A secret is replaced without a code that is on its way being lost, and whoever has the database but no secret has nothing.
func TestAVaultsSecretRotates(t *testing.T) {
	t.Parallel()
	vault := func(secrets ...string) *Vault {
		older := make([][]byte, 0, len(secrets))
		for _, s := range secrets[1:] {
			older = append(older, []byte(s))
		}
		v, err := NewVault([]byte(secrets[0]), older...)
		require.NoError(t, err)
		return v
	}
	for _, digits := range []int{LeastDigits, MostDigits} {
		code, mac, sealed, err := vault("a secret of last year").New("c1", digits)
		require.NoError(t, err)
		require.Len(t, code, digits)
		c := Challenge{PublicID: "c1", MAC: mac, Sealed: sealed}
		rotated := vault("a secret of this year", "a secret of last year")
		require.True(t, rotated.Matches(c, code))
		require.False(t, rotated.Matches(c, code[:digits-1]))
		opened, err := rotated.Open(c)
		require.NoError(t, err)
		require.Equal(t, code, opened)

		require.False(t, vault("a secret of this year").Matches(c, code))
		_, err = vault("a secret of this year").Open(c)
		require.Error(t, err)
		another := c
		another.PublicID = "c2"
		require.False(t, rotated.Matches(another, code), "a code serves for its challenge only")
		c.Decoy = true
		require.False(t, rotated.Matches(c, code))
	}
}
