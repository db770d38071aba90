package voice

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
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
	log       zerolog.Logger
	newest    chan *catalogue.Index

	mu      sync.Mutex
	problem error
}

// NewRenderer renders nothing before it runs and has a catalogue.
func NewRenderer(pack *Pack, d Dialogues, log zerolog.Logger) *Renderer {
	return &Renderer{pack: pack, dialogues: d, log: log, newest: make(chan *catalogue.Index, 1), problem: errors.New("prompts are being rendered")}
}

// Renew takes the newest catalogue, and drops an older one that waits. It is called by one goroutine at a time.
func (r *Renderer) Renew(_ context.Context, index *catalogue.Index) {
	select {
	case <-r.newest:
	default:
	}
	r.newest <- index
}

// Ready is the error of the last rendering. Before the first there is one too.
func (r *Renderer) Ready(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.problem
}

// Run renders each new catalogue until ctx ends.
func (r *Renderer) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case index := <-r.newest:
			began := time.Now()
			err := r.pack.Prepare(ctx, Phrases(r.dialogues.Current().Texts, index))
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
