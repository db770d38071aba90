// Package publication decides which dialogue citizens meet. A version is published with a reason in the place of the one that the publisher
// saw, and an earlier one can be published again. The package knows no store, and not how a version comes into force: that is
// conversation.Library.
package publication

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/dialogue"
	"okno/internal/fault"
)

// Publication is a version of the dialogue that was put in the place of another.
type Publication struct {
	Version string // "": none is published any more, the folder of each node counts
	Name    string // of the dialogue
	Was     string // the version that it replaced; "": none was published
	By      string // as in the journal
	Why     string
	At      time.Time
}

// The limits of what is published.
const (
	mostWhy   = 500     // characters
	MostBytes = 1 << 20 // of all files together: the line that Okno comes with has an eighth of that
)

// Work is what publishing does in one transaction.
type Work interface {
	KeepDialogue(ctx context.Context, version, name string, files map[string]string) error
	DialogueFiles(ctx context.Context, version string) (map[string]string, error)
	// AddPublication puts p.Version in the place of p.Was. [fault.Conflict] when another is published by now.
	AddPublication(ctx context.Context, p Publication) error
}

// Publisher publishes what has no findings by a vocabulary.
type Publisher struct{ Vocabulary *dialogue.Vocabulary }

// What is no dialogue that could be published.
var (
	ErrTooLarge error = &fault.Error{Kind: fault.Invalid, Field: "files", Text: "the dialogue is too large"}
	// ErrFindings comes with a [dialogue.FindingsError].
	ErrFindings error = &fault.Error{Kind: fault.Invalid, Field: "files", Text: "the dialogue has findings"}
)

// Publish publishes files. p says who does so, why, and in the place of what; the version is the files'. The error names the field: "why", or
// "files" as [Read] refuses them.
func (u Publisher) Publish(ctx context.Context, w Work, files map[string]string, p Publication) (Publication, error) {
	d, err := Read(files, u.Vocabulary)
	if err != nil {
		return p, err
	}
	p.Version, p.Name = d.Version, d.Name
	if err := p.check(); err != nil {
		return p, err
	}
	if err := w.KeepDialogue(ctx, d.Version, d.Name, files); err != nil {
		return p, err
	}
	return p, w.AddPublication(ctx, p)
}

// Read gives the dialogue of files that could be published. Others it refuses as [CheckFiles] does, or with ErrFindings.
func Read(files map[string]string, vocabulary *dialogue.Vocabulary) (*dialogue.Definition, error) {
	if err := CheckFiles(files); err != nil {
		return nil, err
	}
	d, findings := dialogue.Examine(files, vocabulary)
	if len(findings) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrFindings, dialogue.FindingsError(findings))
	}
	return d, nil
}

// CheckFiles refuses files that are too large, or that no dialogue has, before anything reads them.
func CheckFiles(files map[string]string) error {
	size := 0
	for name, content := range files {
		if size += len(content); size > MostBytes {
			return ErrTooLarge
		}
		if !slices.Contains(dialogue.FileNames(), name) {
			return &fault.Error{Kind: fault.Invalid, Field: "files", Text: "a dialogue has dialogue.yaml and a file of texts for each language"}
		}
	}
	return nil
}

// Republish publishes a version that is kept, p.Version: it is checked again, by today's vocabulary. "" has the folders count again.
func (u Publisher) Republish(ctx context.Context, w Work, p Publication) (Publication, error) {
	if p.Version != "" {
		files, err := w.DialogueFiles(ctx, p.Version)
		if err != nil {
			return p, err
		}
		return u.Publish(ctx, w, files, p)
	}
	if err := p.check(); err != nil {
		return p, err
	}
	return p, w.AddPublication(ctx, p)
}

func (p *Publication) check() error {
	p.Why = strings.TrimSpace(p.Why)
	if n := utf8.RuneCountInString(p.Why); n == 0 || n > mostWhy {
		return &fault.Error{Kind: fault.Invalid, Field: "why", Text: "say why: it is recorded"}
	}
	if p.Version == p.Was {
		return &fault.Error{Kind: fault.Invalid, Field: "version", Text: "this version is published already"}
	}
	return nil
}
