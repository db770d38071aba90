package conversation

import (
	"context"
	"fmt"
	"sync"

	"okno/internal/dialogue"
)

// Versions keeps the files of dialogues for as long as sessions go on with them.
type Versions interface {
	KeepDialogue(ctx context.Context, version, name string, files map[string]string) error
	DialogueFiles(ctx context.Context, version string) (map[string]string, error)
}

// Library gives the current dialogue, and those that sessions began with. A version never changes, so it is read once.
type Library struct {
	current    *dialogue.Definition
	versions   Versions
	vocabulary *dialogue.Vocabulary

	mu   sync.Mutex
	read map[string]*dialogue.Definition
}

// NewLibrary makes d, of the given files, the current dialogue and keeps it.
func NewLibrary(ctx context.Context, d *dialogue.Definition, files map[string]string, versions Versions, vocabulary *dialogue.Vocabulary) (*Library, error) {
	if err := versions.KeepDialogue(ctx, d.Version, d.Name, files); err != nil {
		return nil, err
	}
	return &Library{current: d, versions: versions, vocabulary: vocabulary, read: map[string]*dialogue.Definition{d.Version: d}}, nil
}

// Current gives the dialogue that new sessions begin with.
func (l *Library) Current() *dialogue.Definition { return l.current }

// InAllLanguages gives a text of the current dialogue by language. Its desk shows a contact's reason by it.
func (l *Library) InAllLanguages(key string) map[string]string {
	lines := map[string]string{}
	for _, language := range dialogue.Languages {
		lines[string(language)] = l.current.Texts.Line(language, key)
	}
	return lines
}

// Version gives the dialogue of a version.
func (l *Library) Version(ctx context.Context, version string) (*dialogue.Definition, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d, ok := l.read[version]; ok {
		return d, nil
	}
	files, err := l.versions.DialogueFiles(ctx, version)
	if err != nil {
		return nil, err
	}
	d, err := dialogue.Parse(files, l.vocabulary)
	if err != nil {
		return nil, fmt.Errorf("dialogue version %s: %w", version, err)
	}
	l.read[version] = d
	return d, nil
}
