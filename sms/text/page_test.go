package text

import (
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPages(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{""}, Pages("", "8 more"))
	full := strings.Repeat("x", 182)
	require.Equal(t, []string{full}, Pages(full, "8 more"))
	require.Equal(t, []string{strings.Repeat("x", 175) + "\n8 more", "xxxxxxxx"}, Pages(full+"x", "8 more"))
	require.Equal(t, []string{"раз два три\nчетыре пять шесть семь восемь девять десять одиннадцать\n8 ещё", "двенадцать тринадцать"},
		Pages("раз два три\nчетыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать", "8 ещё"), "at a word")
	lines := []string{"1 Регистрация залога движимого…", "2 Справка о расторжении брака", "3 Справка о заключении брака"}
	require.Equal(t, []string{lines[0] + "\n" + lines[1] + "\n8 ещё", lines[2]}, Pages(strings.Join(lines, "\n"), "8 ещё"), "at a line")
}

// Nothing of a text is lost but the spaces at which it is cut, and every page fits.
func TestPagesHoldTheWholeText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom([]rune("ab жё€😀\n{")), 0, 400, -1).Draw(t, "text")
		pages := Pages(s, "8 ещё")
		var rest strings.Builder
		for i, page := range pages {
			require.LessOrEqual(t, len(utf16.Encode([]rune(page))), 80)
			if i < len(pages)-1 {
				page = strings.TrimSuffix(page, "\n8 ещё")
			}
			rest.WriteString(page)
		}
		squeeze := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		require.Equal(t, squeeze(s), squeeze(rest.String()))
	})
}
