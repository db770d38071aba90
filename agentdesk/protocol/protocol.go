// Package protocol has the frames of the desk's websocket as a JSON Schema, from which the page's types are made, and against which tests
// check every frame. A desk at work does not need it.
package protocol

import (
	"bytes"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed schema.json
var document []byte

// Schema is the document, read.
type Schema struct {
	root     map[string]any
	compiler *jsonschema.Compiler

	mu sync.Mutex // the compiler is not safe for use by several
}

const id = "okno:desk"

// Read reads the schema.
func Read() (*Schema, error) {
	root, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, fmt.Errorf("read the desk's schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(id, root); err != nil {
		return nil, fmt.Errorf("read the desk's schema: %w", err)
	}
	return &Schema{root: root.(map[string]any), compiler: compiler}, nil
}

// definitions are those of the frames to the page, by their types.
var definitions = map[string]string{"welcome": "welcome", "snapshot": "snapshot", "queues": "queues", "event": "stream_event",
	"result": "result", "beat": "beat", "error": "misunderstood", "looking": "lookers"}

// Incoming checks a frame to the page. The frame is what encoding/json reads from it.
func (s *Schema) Incoming(frame map[string]any) error {
	kind, _ := frame["type"].(string)
	definition, ok := definitions[kind]
	if !ok {
		return fmt.Errorf("a frame of no known type: %v", frame)
	}
	if kind == "result" && frame["ok"] == false {
		definition = "refusal"
	}
	return s.check(definition, frame)
}

// Command checks the arguments of a command.
func (s *Schema) Command(name string, args any) error {
	if !slices.Contains(s.Commands(), name) {
		return fmt.Errorf("%s is not in the schema", name)
	}
	if args == nil {
		args = map[string]any{}
	}
	return s.check("commands/properties/"+name, args)
}

// Commands are the names of all commands.
func (s *Schema) Commands() []string {
	return slices.Sorted(maps.Keys(s.definition("commands")["properties"].(map[string]any)))
}

// Field is what a command's argument is: of a type of JSON, or one of some values.
type Field struct {
	Type string
	Enum []any
}

// Fields are the arguments that a command may have. Of an argument of several types the first is given.
func (s *Schema) Fields(command string) map[string]Field {
	fields := map[string]Field{}
	args := s.resolve(s.definition("commands")["properties"].(map[string]any)[command])
	properties, _ := args["properties"].(map[string]any)
	for name, property := range properties {
		of := s.resolve(property)
		field := Field{}
		field.Enum, _ = of["enum"].([]any)
		switch kind := of["type"].(type) {
		case string:
			field.Type = kind
		case []any:
			field.Type = kind[0].(string)
		}
		fields[name] = field
	}
	return fields
}

func (s *Schema) definition(name string) map[string]any {
	return s.root["$defs"].(map[string]any)[name].(map[string]any)
}

// resolve follows a reference.
func (s *Schema) resolve(schema any) map[string]any {
	found := schema.(map[string]any)
	if ref, ok := found["$ref"].(string); ok {
		return s.definition(strings.TrimPrefix(ref, "#/$defs/"))
	}
	return found
}

func (s *Schema) check(definition string, value any) error {
	s.mu.Lock()
	compiled, err := s.compiler.Compile(id + "#/$defs/" + definition)
	s.mu.Unlock()
	if err != nil {
		return fmt.Errorf("read the desk's schema: %w", err)
	}
	return compiled.Validate(value)
}
