package catalogue

import (
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"okno/internal/dialogue"
	"okno/internal/yamlfile"
)

// ReadYAML parses a catalogue. An unknown key is an error with its line.
func ReadYAML(r io.Reader) (File, error) {
	var f File
	raw, err := readText(r)
	if err != nil {
		return f, err
	}
	if f, err = yamlfile.Read[File](strings.NewReader(raw)); err != nil {
		return f, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(raw), &document); err != nil {
		return f, err
	}
	if services := child(document.Content[0], "services"); services != nil {
		for i, node := range services.Content {
			if i < len(f.Services) {
				f.Services[i].lines = linesOf(node)
			}
		}
	}
	return f, nil
}

// child gives the value of a key in a mapping, or nil.
func child(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// linesOf tells where the fields of a service stand.
func linesOf(service *yaml.Node) map[string]int {
	lines := map[string]int{"": service.Line}
	for i := 0; i+1 < len(service.Content); i += 2 {
		lines[service.Content[i].Value] = service.Content[i].Line
	}
	texts := child(service, "texts")
	if texts == nil {
		return lines
	}
	for _, l := range dialogue.Languages {
		text := child(texts, string(l))
		if text == nil {
			continue
		}
		lines[string(l)] = text.Line
		for i := 0; i+1 < len(text.Content); i += 2 {
			lines[string(l)+"."+text.Content[i].Value] = text.Content[i].Line
		}
	}
	return lines
}

// WriteYAML writes a catalogue in the form that ReadYAML reads.
func WriteYAML(w io.Writer, f File) error { return yamlfile.Write(w, f) }
