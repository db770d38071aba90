package words_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/words"
)

func TestCleanLines(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "\r\n \n": "",
		"Яма «на дороге»\r\n\r\nАбая,\u00a017\n\n": "Яма на дороге\n\nАбая, 17",
		"одна": "одна", "a\u2028b\u0085c": "a\nb\nc",
	} {
		require.Equal(t, want, words.CleanLines(in))
	}
}
