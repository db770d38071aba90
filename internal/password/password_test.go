package password_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/password"
)

func TestHashMatchesItsPasswordOnly(t *testing.T) {
	t.Parallel()
	one, err := password.Hash("correct horse")
	require.NoError(t, err)
	two, err := password.Hash("correct horse")
	require.NoError(t, err)
	require.NotEqual(t, one, two, "each hash has a salt of its own")
	require.True(t, password.Matches(one, "correct horse"))
	require.False(t, password.Matches(one, "correct horsf"))
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=1,t=1,p=1$$", one[:len(one)-60]} {
		require.False(t, password.Matches(broken, "correct horse"), broken)
	}
	_, err = password.Hash("short")
	require.ErrorIs(t, err, password.ErrShort)
}
