package dialogue

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// What keeps a file from being read is said by a code, at its line, and what nobody has foreseen in the words of the YAML library.
func TestWhyAFileCannotBeRead(t *testing.T) {
	t.Parallel()
	const start = "dialogue: x\n"
	seen := map[string]bool{}
	for _, c := range []struct {
		file, content string
		line          int
		code          string
		values        map[string]string
	}{
		{File, start + "colour: red\n", 2, "unknown_key", map[string]string{"key": "colour"}},
		{File, start + "nodes:\n  a:\n    ask: {say: b, inot: c}\n", 4, "unknown_key", map[string]string{"key": "inot"}},
		{File, start + "nodes:\n  a:\n    do: x\n    outcomes:\n      yes: {too: b}\n", 6, "unknown_key", map[string]string{"key": "too"}},
		{File, start + "nodes:\n  a: {end: {say: b}}\n  a: {end: {say: b}}\n", 4, "key_again", map[string]string{"key": "a", "line": "3"}},
		{File, start + "nodes:\n  a: {say: [b]}\n", 3, "wants_text", nil},
		{File, start + "anywhere: {voice: [{when: {channel: [sms]}}]}\n", 2, "wants_text", nil},
		{File, start + "transliterate: {a: [always]}\n", 2, "wants_text", nil},
		{File, start + "defaults: {tries: \"a\\nb\"}\n", 2, "wants_number", nil},
		{File, start + "nodes: {a: {menu: {spoken: 7}}}\n", 2, "wants_bool", nil},
		{File, start + "anywhere: {voice: {key: 1}}\n", 2, "wants_list", nil},
		{File, start + "defaults: [a]\n", 2, "wants_keys", nil},
		{File, start + "limits: 7\n", 2, "wants_keys", nil},
		{File, start + "nodes: {a: {do: x, outcomes: {yes: [b]}}}\n", 2, "wants_keys", nil},
		{File, start + "start:\n  sms: a\n   voice: b\n", 4, "yaml_colon", nil},
		{File, start + "start:\n    sms: a\n  voice: b\n", 3, "yaml_indent", nil},
		{File, start + "nodes: |\n  a\n\tb\n", 2, "yaml_tab", nil},
		{File, start + "nodes\n", 2, "yaml_no_colon", nil},
		{File, start + "nodes: - a\n", 2, "yaml_dash", nil},
		{File, start + "nodes:\n\ta: b\n", 3, "yaml_sign", nil},
		{File, start + "nodes: @a\n", 2, "yaml_sign", nil},
		{File, start + "nodes: [a\nb: c\n", 1, "yaml_bracket", nil},
		{File, start + "nodes: {a: b\n", 1, "yaml_bracket", nil},
		{File, start + "nodes: \"a\n", 2, "yaml_quote", nil},
		{File, start + "nodes: \"\\d\"\n", 2, "yaml_escape", nil},
		{File, start + "nodes: ]\n", 1, "yaml_value", nil},
		{File, start + "nodes: *a\n", 1, "yaml_anchor", map[string]string{"anchor": "a"}},
		{File, start + "nodes: \xff\n", 1, "not_utf8", nil},
		{File, start + "nodes: \x01\n", 1, "control", nil},
		{File, "# nothing\n", 1, "empty_file", nil},
		{"texts/ru.yaml", "", 1, "empty_file", nil},
		{File, start + "nodes:\n  a:\n", 3, "empty_node", map[string]string{"node": "a"}},
		{"texts/kk.yaml", "a: {b: c}\na.b: c\n", 2, "text_again", map[string]string{"text": "a.b"}},
		{"texts/kk.yaml", "a:\n  b: [c]\n", 2, "no_text", map[string]string{"text": "a.b"}},
		{"texts/en.yaml", "a:\n  b: \"{c:date\"\n", 2, "open_brace", map[string]string{"text": "a.b"}},
		{"texts/en.yaml", "a: \"{c}\"\n", 1, "no_type", map[string]string{"text": "a", "parameter": "c"}},
		{"texts/en.yaml", "a: \"{c:plural|two:d}\"\n", 1, "no_plural", map[string]string{"text": "a", "parameter": "c:plural|two:d", "form": "two:d"}},
		{"texts/en.yaml", "a: \"{c:plural|one:d}\"\n", 1, "no_other", map[string]string{"text": "a", "parameter": "c:plural|one:d"}},
		{"texts/en.yaml", "a: \"{c:day}\"\n", 1, "unknown_type", map[string]string{"text": "a", "parameter": "c:day", "type": "day",
			"types": "case_number, count, date, digits, duration, money, phone, phrase, plural, secret, service_code, text, time"}},
		{"texts/en.yaml", "a: \"{c:text|dative}\"\n", 1, "no_forms", map[string]string{"text": "a", "parameter": "c:text|dative", "type": "text"}},
		{"texts/en.yaml", "a: \"{c:date|big}\"\n", 1, "no_form", map[string]string{"text": "a", "parameter": "c:date|big", "form": "big"}},
		{"texts/en.yaml", "a: \"{c:date|dative|dative}\"\n", 1, "form_again", map[string]string{"text": "a", "parameter": "c:date|dative|dative", "form": "dative"}},
		{File, start + "nodes: !<a\n", 2, "malformed", map[string]string{"why": "did not find the expected '>'"}},
	} {
		t.Run(c.content, func(t *testing.T) {
			files := map[string]string{File: start, "texts/kk.yaml": "t: x", "texts/ru.yaml": "t: x", "texts/en.yaml": "t: x", c.file: c.content}
			d, found := Examine(files, &Vocabulary{})
			require.Nil(t, d)
			require.NotEmpty(t, found)
			f := found[0]
			if c.values == nil {
				c.values = map[string]string{}
			}
			require.Equal(t, []any{c.file, c.line, c.code, c.values}, []any{f.File, f.Line, f.Code, f.Values}, "%v", found)
			_, err := Parse(files, &Vocabulary{})
			require.ErrorContains(t, err, fmt.Sprintf("%s: line %d: %s", f.File, f.Line, f.Problem))
		})
		seen[c.code] = true
	}
	for _, known := range yamlSays {
		require.True(t, seen[known.code], "nothing says %s", known.code)
	}
}

// Whatever is wrong with the keys of a file is found at once, each at its line.
func TestAllUnknownKeysAreFound(t *testing.T) {
	t.Parallel()
	_, found := Examine(map[string]string{File: "colour: red\nnodes:\n  a:\n    ask: {say: b, inot: c, ecpect: d}\n    taste: sweet\n",
		"texts/kk.yaml": "t: x", "texts/ru.yaml": "t: x", "texts/en.yaml": "t: x"}, &Vocabulary{})
	said := []string{}
	for _, f := range found {
		said = append(said, fmt.Sprint(f.Line, " ", f.Values["key"]))
	}
	require.Equal(t, []string{"1 colour", "4 inot", "4 ecpect", "5 taste"}, said)
}
