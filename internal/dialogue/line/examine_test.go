package line_test

import (
	"fmt"
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

// Files that cannot be read say all that one reading finds, each at its line: an author does not mend one fault to learn of the next.
func TestFilesSayAllThatKeepsThemFromBeingRead(t *testing.T) {
	t.Parallel()
	files, err := dialogue.Source(line.Files)
	require.NoError(t, err)
	var want, got []string
	breaks := func(file, old, instead string, codes ...string) {
		t.Helper()
		before, after, found := strings.Cut(files[file], old)
		require.True(t, found, "%s has no %s", file, old)
		files[file] = before + instead + after
		for _, code := range codes {
			want = append(want, fmt.Sprintf("%s:%d %s", file, 1+strings.Count(before, "\n")+strings.Count(instead, "\n"), code))
		}
	}
	breaks(dialogue.File, "    say: greeting", "    sai: greeting", "unknown_key")
	breaks(dialogue.File, "    do: announcement.now", "    don: announcement.now", "unknown_key")
	breaks("texts/kk.yaml", "greeting: ", "greeting: @", "yaml_sign") // of what is no YAML, the library tells the first fault only
	breaks("texts/kk.yaml", "bye: ", "bye: @")
	breaks("texts/ru.yaml", "{text:text}", "{text}", "no_type")
	breaks("texts/ru.yaml", `"{key:digits} {label:text}"`, `"{key:digit} {label:text|dative}"`, "unknown_type", "no_forms")
	breaks("texts/ru.yaml", "{due:date}", "{due:date", "open_brace")
	breaks("texts/ru.yaml", "bye: ", "bye: \"До встречи.\"\nbye: ", "text_again")
	breaks("texts/en.yaml", `bye: "Thank you for contacting us. Goodbye."`, "bye: [a]", "no_text")

	d, findings := dialogue.Examine(files, conversation.Vocabulary(func(string) int { return 1 }))
	require.Nil(t, d)
	values := map[string]map[string]string{}
	for _, f := range findings {
		got, values[f.Code] = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Line, f.Code)), f.Values
	}
	require.Equal(t, want, got)
	require.Equal(t, map[string]string{"text": "list.item.sms", "parameter": "label:text|dative", "type": "text"}, values["no_forms"])
	require.Equal(t, map[string]string{"text": "bye"}, values["text_again"])
	_, err = dialogue.Parse(files, conversation.Vocabulary(nil))
	var refused dialogue.FindingsError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, findings, []dialogue.Finding(refused))
}
