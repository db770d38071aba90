package conversation

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/dialogue"
)

// Versions keeps the files of dialogues for as long as sessions go on with them.
type Versions interface {
	KeepDialogue(ctx context.Context, version, name string, files map[string]string) error
	DialogueFiles(ctx context.Context, version string) (map[string]string, error)
	// PublishedDialogue gives the version that new sessions are to begin with; "": none is published.
	PublishedDialogue(ctx context.Context) (string, error)
}

// Library gives the current dialogue, and those that sessions began with. The current one is what was published last; where nothing is, it is
// the node's own. A version never changes, so it is read once.
type Library struct {
	own        *dialogue.Definition
	versions   Versions
	vocabulary *dialogue.Vocabulary
	current    atomic.Pointer[dialogue.Definition]
	// Prepare is done with a version before new sessions begin with it, so that no caller waits for a clip: the one before counts meanwhile,
	// and for as long as it fails. May be nil. It is set before Run.
	Prepare func(ctx context.Context, d *dialogue.Definition) error

	mu       sync.Mutex
	read     map[string]*dialogue.Definition
	problem  error // of what is published
	examined *dialogue.Definition
	findings []dialogue.Finding // of the one that was examined
}

// NewLibrary makes what is published the current dialogue, else d, of the given files, which it keeps.
func NewLibrary(ctx context.Context, d *dialogue.Definition, files map[string]string, versions Versions, vocabulary *dialogue.Vocabulary) (*Library, error) {
	if err := versions.KeepDialogue(ctx, d.Version, d.Name, files); err != nil {
		return nil, err
	}
	l := &Library{own: d, versions: versions, vocabulary: vocabulary, read: map[string]*dialogue.Definition{d.Version: d}}
	l.current.Store(d)
	published, err := versions.PublishedDialogue(ctx)
	if err != nil {
		return nil, err
	}
	// A version that this process cannot read is complained of by Ready: a node that speaks by its own dialogue is better than none.
	_ = l.note(l.take(ctx, published))
	return l, nil
}

// Current gives the dialogue that new sessions begin with.
func (l *Library) Current() *dialogue.Definition { return l.current.Load() }

// Own gives the dialogue that counts while nothing is published.
func (l *Library) Own() *dialogue.Definition { return l.own }

const (
	// A look is one row by its key. A hint comes before it, unless it was lost.
	look = 2 * time.Second
	// What could not be prepared is tried again less often: an engine of speech that is away costs time at each clip.
	lookAgain = 30 * time.Second
)

// Run follows what is published until ctx ends.
func (l *Library) Run(ctx context.Context, hints <-chan struct{}, log zerolog.Logger) error {
	for pause := look; ; {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-hints:
			timer.Stop()
		case <-timer.C:
		}
		before := l.Current()
		pause = look
		if err := l.note(l.follow(ctx)); err != nil && ctx.Err() == nil {
			pause = lookAgain
			log.Error().Err(err).Msg("the published dialogue is not in force")
		}
		if now := l.Current(); now != before {
			log.Info().Str("dialogue", now.Version).Str("was", before.Version).Msg("new sessions begin with another dialogue")
		}
	}
}

// follow makes what is published the current dialogue, once it is prepared.
func (l *Library) follow(ctx context.Context) error {
	for {
		published, err := l.versions.PublishedDialogue(ctx)
		if err != nil {
			return err
		}
		d, err := l.published(ctx, published)
		if err != nil || d == l.Current() {
			return err
		}
		if l.Prepare != nil {
			if err := l.Prepare(ctx, d); err != nil {
				return fmt.Errorf("prepare dialogue %s: %w", d.Version, err)
			}
		}
		// It took its time: what was rolled back meanwhile never counts.
		still, err := l.versions.PublishedDialogue(ctx)
		if err != nil {
			return err
		}
		if still == published {
			return l.take(ctx, published)
		}
	}
}

// published gives the dialogue of a publication.
func (l *Library) published(ctx context.Context, version string) (*dialogue.Definition, error) {
	if version == "" {
		return l.own, nil
	}
	return l.Version(ctx, version)
}

func (l *Library) take(ctx context.Context, version string) error {
	d, err := l.published(ctx, version)
	if err == nil {
		l.current.Store(d)
	}
	return err
}

// note keeps what is wrong with what is published.
func (l *Library) note(problem error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.problem = problem
	return problem
}

// Ready says why what is published is not in force here, or what is wrong with it since this version of Okno.
func (l *Library) Ready(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := l.Current()
	if l.problem != nil || d == l.own {
		return l.problem
	}
	if d != l.examined {
		l.examined, l.findings = d, d.Check()
	}
	if len(l.findings) > 0 {
		return fmt.Errorf("the published dialogue %s is in force, and this version of Okno finds: %s", d.Version, l.findings[0])
	}
	return nil
}

// InAllLanguages gives a text of the current dialogue by language. Its desk shows a contact's reason by it.
func (l *Library) InAllLanguages(key string) map[string]string {
	lines := map[string]string{}
	for _, language := range dialogue.Languages {
		lines[string(language)] = l.Current().Texts.Line(language, key)
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
