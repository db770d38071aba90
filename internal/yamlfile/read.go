// Package yamlfile reads what people keep in YAML: calendars, rules, clients, the catalogue. It knows none of them.
package yamlfile

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ErrEmpty says that there is nothing in a file.
var ErrEmpty = errors.New("the file is empty")

var unknownField = regexp.MustCompile(`line (\d+): field (\S+) not found in type \S+`)

// Read reads a file strictly: an unknown key is an error with its line, and so is each value of the wrong type.
func Read[T any](r io.Reader) (file T, err error) {
	decoder := yaml.NewDecoder(r)
	decoder.KnownFields(true)
	err = decoder.Decode(&file)
	var typed *yaml.TypeError
	switch {
	case err == nil:
		return file, nil
	case errors.As(err, &typed):
		return file, errors.New(unknownField.ReplaceAllString(strings.Join(typed.Errors, "; "), "line $1: unknown key $2"))
	case errors.Is(err, io.EOF):
		return file, ErrEmpty
	}
	return file, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
}

// Write writes a file in the form that Read reads.
func Write(w io.Writer, file any) error {
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(file); err != nil {
		return err
	}
	return encoder.Close()
}
