package voice

import (
	"context"
	"errors"
	"maps"
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

	mu      sync.Mutex
	newest  map[string]Speaking
	problem error
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
			err := r.pack.Prepare(ctx, Phrases(r.dialogues.Current(), r.speaking(), r.hears))
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
