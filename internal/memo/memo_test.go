package memo_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okno/internal/memo"
)

func TestNamedAreThoseAfterAnAt(t *testing.T) {
	t.Parallel()
	for note, want := range map[string][]string{
		"":                  nil,
		"@aliya посмотрите": {"aliya"},
		"спросить @Aliya, потом @saule.": {"aliya", "saule"},
		"@aliya и ещё раз @aliya":        {"aliya"},
		"(@a.b-c)":                       {"a.b-c"},
		"почта ivan@example.kz":          nil,
		"@":                              nil,
		"@@aliya":                        nil,
		"дело\n@мадина":                  {"мадина"},
	} {
		require.Equal(t, want, memo.Named(note), note)
	}
	require.Len(t, memo.Named(" @a @b @c @d @e @f @g @h @i @j @k @l"), 10)
}

func TestAMemoHasWords(t *testing.T) {
	t.Parallel()
	text, err := memo.Tidy("  слово\n")
	require.NoError(t, err)
	require.Equal(t, "слово", text)
	for _, wrong := range []string{"", " \n", strings.Repeat("ы", 1001)} {
		_, err := memo.Tidy(wrong)
		require.ErrorIs(t, err, memo.ErrText)
	}
	require.Len(t, []rune(memo.OfNote(strings.Repeat("ы", 5000))), 1000)
	require.Equal(t, "ы", memo.OfNote("ы"))
}
