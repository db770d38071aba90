package catalogue

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// Source gives the whole catalogue.
type Source interface {
	Services(ctx context.Context) ([]Service, error)
}

// Shelf holds the newest index. A hint renews it at once, a slow poll in any case.
type Shelf struct {
	source Source
	hints  <-chan struct{}
	clock  func() time.Time
	log    zerolog.Logger
	index  atomic.Pointer[Index]
	// Renewed is called with every new index, the first included; may be nil.
	Renewed func(context.Context, *Index)
}

// NewShelf is empty until it is filled.
func NewShelf(source Source, hints <-chan struct{}, clock func() time.Time, log zerolog.Logger) *Shelf {
	s := &Shelf{source: source, hints: hints, clock: clock, log: log}
	s.index.Store(NewIndex(nil, clock))
	return s
}

// Index gives the newest index.
func (s *Shelf) Index() *Index { return s.index.Load() }

// Fill reads the catalogue.
func (s *Shelf) Fill(ctx context.Context) error {
	services, err := s.source.Services(ctx)
	if err != nil {
		return err
	}
	index := NewIndex(services, s.clock)
	s.index.Store(index)
	if s.Renewed != nil {
		s.Renewed(ctx, index)
	}
	return nil
}

// Run keeps the shelf new until ctx ends.
func (s *Shelf) Run(ctx context.Context) error {
	const poll = 30 * time.Second
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.hints:
		case <-ticker.C:
		}
		if err := s.Fill(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn().Err(err).Msg("catalogue not renewed")
		}
	}
}
