package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/catalogue"
	"okno/internal/conversation"
	"okno/internal/dialogue"
	"okno/ivr/voice"
)

// prompts keeps all clips rendered ahead of callers.
type prompts struct {
	pack    *voice.Pack
	library *conversation.Library
	log     zerolog.Logger
	renew   chan *catalogue.Index

	mu      sync.Mutex
	problem error
}

func newPrompts(pack *voice.Pack, library *conversation.Library, log zerolog.Logger) *prompts {
	return &prompts{pack: pack, library: library, log: log, renew: make(chan *catalogue.Index, 1), problem: errors.New("prompts are being rendered")}
}

// renewed takes the newest catalogue; an older one that waits is no longer wanted.
func (p *prompts) renewed(_ context.Context, index *catalogue.Index) {
	select {
	case <-p.renew:
	default:
	}
	p.renew <- index
}

func (p *prompts) ready(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.problem
}

func (p *prompts) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case index := <-p.renew:
			begun := time.Now()
			err := p.pack.Prepare(ctx, p.phrases(index))
			if err != nil && ctx.Err() == nil {
				p.log.Error().Err(err).Msg("prompts not rendered")
			} else {
				p.log.Debug().Dur("took", time.Since(begun)).Msg("prompts rendered")
			}
			p.mu.Lock()
			p.problem = err
			p.mu.Unlock()
		}
	}
}

// phrases lists everything that a call may have to say.
func (p *prompts) phrases(index *catalogue.Index) []voice.Phrase {
	var all []voice.Phrase
	texts := p.library.Current().Texts
	for _, l := range dialogue.Languages {
		for _, words := range texts.SpokenWords(l) {
			all = append(all, voice.Phrase{Language: l, Text: words})
		}
		for _, words := range index.SpokenTexts(l) {
			all = append(all, voice.Phrase{Language: l, Text: words})
		}
	}
	return all
}
