package voice

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/dialogue"
)

// Dialogues gives the dialogue that new calls begin with.
type Dialogues interface {
	Current() *dialogue.Definition
}

// Renderer keeps all clips of a pack rendered before a call needs them.
type Renderer struct {
	pack      *Pack
	dialogues Dialogues
	hears     []dialogue.Language
	log       zerolog.Logger
	changed   chan struct{}
	found     found // belongs to Run

	mu      sync.Mutex
	newest  map[string]Speaking
	problem error
}

// found is what calls may have to say, and what it was found in.
type found struct {
	dialogue *dialogue.Definition
	texts    []string
	phrases  []Phrase
}

// NewRenderer renders nothing before it runs and has something to render. hears are the languages in which callers may speak.
func NewRenderer(pack *Pack, d Dialogues, hears []dialogue.Language, log zerolog.Logger) *Renderer {
	return &Renderer{pack: pack, dialogues: d, hears: hears, log: log, changed: make(chan struct{}, 1), newest: map[string]Speaking{}, problem: errors.New("prompts are being rendered")}
}

// Renew takes the newest of something that speaks, in the place of the one before under that name.
func (r *Renderer) Renew(name string, s Speaking) {
	r.mu.Lock()
	r.newest[name] = s
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default: // what waits to be looked at has this one as well
	}
}

// speaking gives all that speaks now.
func (r *Renderer) speaking() map[string]Speaking {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.newest)
}

// Ready is the error of the last rendering. Before the first there is one too.
func (r *Renderer) Ready(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problem
}

// Prepare renders what calls of a dialogue have to say, before the first one begins with it.
func (r *Renderer) Prepare(ctx context.Context, d *dialogue.Definition) error {
	return r.pack.Prepare(ctx, Phrases(d, nil, r.hears))
}

// Run renders what is new until ctx ends.
func (r *Renderer) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.changed:
			began := time.Now()
			err := r.pack.Prepare(ctx, r.phrases())
			if err != nil && ctx.Err() == nil {
				r.log.Error().Err(err).Msg("prompts not rendered")
			} else {
				r.log.Debug().Dur("took", time.Since(began)).Msg("prompts rendered")
			}
			r.mu.Lock()
			r.problem = err
			r.mu.Unlock()
		}
	}
}

// phrases lists all that calls may have to say. It takes half a second, for each value of the dialogue is said in each form; and what speaks is read again
// every half minute, nearly always the same. So what was found is kept for as long.
func (r *Renderer) phrases() []Phrase {
	d, speaking := r.dialogues.Current(), r.speaking()
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(speaking)) {
		for _, l := range dialogue.Languages {
			texts = append(append(texts, name, string(l)), speaking[name].SpokenTexts(l)...)
		}
	}
	if r.found.dialogue != d || !slices.Equal(texts, r.found.texts) {
		r.found = found{d, texts, Phrases(d, speaking, r.hears)}
	}
	return r.found.phrases
}
