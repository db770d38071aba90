package line_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/internal/dialogue/line"
)

// Whatever an author has typed so far, the check says something of it, at a line that is there, and what is well-formed can be drawn.
func TestWhateverIsTypedIsExamined(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	vocabulary := conversation.Vocabulary(func(string) int { return 1 })
	whole, findings := dialogue.Examine(files, vocabulary)
	require.Empty(t, findings)
	require.Len(t, whole.Graph().Nodes, len(whole.Nodes))
	rapid.Check(t, func(t *rapid.T) {
		typed := maps.Clone(files)
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			name := rapid.SampledFrom(dialogue.FileNames()).Draw(t, "file")
			lines := strings.Split(typed[name], "\n")
			at := rapid.IntRange(0, len(lines)-1).Draw(t, "line")
			until := min(len(lines), at+rapid.IntRange(1, 6).Draw(t, "lines"))
			instead := rapid.SampledFrom([]string{"", "  x:", "    - {key: \"1\", to: x}", "    to: ", "nodes:", "  x: {call: x}", "    menu: {say: x, each: y}", "\t", "&a [*a]"}).Draw(t, "instead")
			typed[name] = strings.Join(slices.Concat(lines[:at], []string{instead}, lines[until:]), "\n")
		}
		d, findings := dialogue.Examine(typed, vocabulary)
		for _, f := range findings {
			if !slices.Contains(dialogue.FileNames(), f.File) || f.Line < 1 || f.Line > strings.Count(typed[f.File], "\n")+1 {
				t.Fatalf("there is no such place: %s", f)
			}
		}
		if d == nil {
			return
		}
		for _, way := range d.Graph().Ways {
			if d.Nodes[way.From] == nil || d.Nodes[way.To] == nil {
				t.Fatalf("a way leads nowhere: %v", way)
			}
		}
	})
}
