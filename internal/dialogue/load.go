package dialogue

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// File is the name of the file that holds the nodes; texts lie in texts/<language>.yaml beside it.
const File = "dialogue.yaml"

// lines remembers where things stand in the dialogue's file: "status", "status.options.2".
type lines map[string]int

type source struct {
	Dialogue      string                     `yaml:"dialogue"`
	Start         map[Channel]string         `yaml:"start"`
	Defaults      Defaults                   `yaml:"defaults"`
	Anywhere      Anywhere                   `yaml:"anywhere"`
	Limits        map[string]int             `yaml:"limits"`
	Transliterate map[string]Transliteration `yaml:"transliterate"`
	Nodes         map[string]*Node           `yaml:"nodes"`
}

// FileNames are those of a dialogue, in the order in which they are read.
func FileNames() []string {
	names := []string{File}
	for _, l := range Languages {
		names = append(names, textFile(l))
	}
	return names
}

// Source gives the files of a dialogue by their names, the form in which a version is kept.
func Source(files fs.FS) (map[string]string, error) {
	found := map[string]string{}
	for _, name := range FileNames() {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read dialogue: %w", err)
		}
		found[name] = string(content)
	}
	return found, nil
}

// Parse reads a dialogue from its files. It refuses what is not well-formed (an unknown key, a template that does not
// close) with a [FindingsError]; [Definition.Check] finds what is well-formed but wrong.
func Parse(files map[string]string, vocabulary *Vocabulary) (*Definition, error) {
	d, found := parse(files, vocabulary)
	if d == nil {
		return nil, FindingsError(found)
	}
	return d, nil
}

// parse gives a dialogue, or all that one reading of its files finds.
func parse(files map[string]string, vocabulary *Vocabulary) (*Definition, []Finding) {
	src, places, causes := parseNodes(files[File])
	texts, found := parseTexts(files)
	if found = append(in(File, causes), found...); len(found) > 0 {
		return nil, found
	}
	d := &Definition{
		Name: src.Dialogue, Version: Version(files), Start: src.Start, Defaults: src.Defaults, Anywhere: src.Anywhere,
		Limits: src.Limits, Transliterate: src.Transliterate, Nodes: src.Nodes, Texts: texts, vocabulary: vocabulary, lines: places,
	}
	d.lexicon = newLexicon(d)
	return d, nil
}

// parseNodes reads dialogue.yaml, with the lines of what stands there.
func parseNodes(content string) (src source, places lines, causes []cause) {
	decoder := yaml.NewDecoder(strings.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&src); err != nil {
		return src, nil, yamlCauses(err)
	}
	places = findLines(content)
	for _, name := range slices.Sorted(maps.Keys(src.Nodes)) {
		if src.Nodes[name] == nil {
			causes = append(causes, because(places[name], "empty_node", name))
		}
	}
	return src, places, causes
}

// Version names a dialogue by its files: a hash of all of them.
func Version(files map[string]string) string {
	hash := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(hash, "%s\x00%d\x00%s", name, len(files[name]), files[name])
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

func textFile(l Language) string { return path.Join("texts", string(l)+".yaml") }

// findLines walks the parsed tree for the line of each node and of each option.
func findLines(content string) lines {
	found := lines{}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(content), &doc) != nil || len(doc.Content) == 0 {
		return found
	}
	eachPair(doc.Content[0], func(key string, _ int, value *yaml.Node) {
		if key != "nodes" {
			return
		}
		eachPair(value, func(name string, line int, node *yaml.Node) {
			found[name] = line
			eachPair(node, func(key string, _ int, options *yaml.Node) {
				if key != "options" {
					return
				}
				for i, option := range options.Content {
					found[fmt.Sprintf("%s.options.%d", name, i)] = option.Line
				}
			})
		})
	})
	return found
}

func eachPair(node *yaml.Node, fn func(key string, line int, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		fn(node.Content[i].Value, node.Content[i].Line, node.Content[i+1])
	}
}

// UnmarshalYAML reads a way as a node's name, or as {retry, say}.
func (w *Way) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		w.To = node.Value
		return nil
	}
	var form struct {
		To    string `yaml:"to"`
		Retry string `yaml:"retry"`
		Say   string `yaml:"say"`
	}
	if err := strict(node, &form); err != nil {
		return err
	}
	*w = Way(form)
	return nil
}

// UnmarshalYAML reads a route as a node's name, or as one a channel.
func (r *Route) UnmarshalYAML(node *yaml.Node) error {
	return perChannel(node, (*map[Channel]string)(r))
}

// perChannel reads a value that is the same for all channels, or given for each.
func perChannel(node *yaml.Node, into *map[Channel]string) error {
	if node.Kind != yaml.ScalarNode {
		return node.Decode(into)
	}
	*into = map[Channel]string{}
	for _, c := range Channels {
		(*into)[c] = node.Value
	}
	return nil
}

// UnmarshalYAML reads expect as one kind of entry for all channels, or as one a channel.
func (a *Ask) UnmarshalYAML(node *yaml.Node) error {
	var form struct {
		Say    string            `yaml:"say"`
		With   map[string]string `yaml:"with"`
		Expect yaml.Node         `yaml:"expect"`
		Into   string            `yaml:"into"`
		Spoken bool              `yaml:"spoken"`
		Tries  int               `yaml:"tries"`
		Else   string            `yaml:"else"`
	}
	if err := strict(node, &form); err != nil {
		return err
	}
	*a = Ask{Say: form.Say, With: form.With, Into: form.Into, Spoken: form.Spoken, Tries: form.Tries, Else: form.Else}
	return perChannel(&form.Expect, &a.Expect)
}

// strict decodes a part of a document and refuses unknown keys, which yaml.Node.Decode does not.
func strict(node *yaml.Node, into any) error {
	content, err := yaml.Marshal(node)
	if err != nil {
		return err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		// The line numbers of a re-marshalled part are its own; name the part's place instead. The library joins errors of this type with others.
		var typed *yaml.TypeError
		if !errors.As(err, &typed) {
			return fmt.Errorf("line %d: %s", node.Line, stripLine(strings.TrimPrefix(err.Error(), "yaml: ")))
		}
		placed := &yaml.TypeError{}
		for _, problem := range typed.Errors {
			placed.Errors = append(placed.Errors, fmt.Sprintf("line %d: %s", node.Line, stripLine(problem)))
		}
		return placed
	}
	return nil
}

func stripLine(problem string) string { return atLine.ReplaceAllString(problem, "$2") }
