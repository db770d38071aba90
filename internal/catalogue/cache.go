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
	// ServiceUse gives how often each service was asked for since a moment, by code.
	ServiceUse(ctx context.Context, since time.Time) (map[string]int, error)
}

// usePeriod is how far back use counts in the order of matches: a quarter of a year.
const usePeriod = 90 * 24 * time.Hour

// Cache holds the newest index. A hint renews it at once, a slow poll in any case.
type Cache struct {
	source Source
	hints  <-chan struct{}
	clock  func() time.Time
	log    zerolog.Logger
	index  atomic.Pointer[Index]
	// Renewed is called with every new index, the first included; may be nil.
	Renewed func(context.Context, *Index)
}

// NewCache is empty until it is filled.
func NewCache(source Source, hints <-chan struct{}, clock func() time.Time, log zerolog.Logger) *Cache {
	c := &Cache{source: source, hints: hints, clock: clock, log: log}
	c.index.Store(NewIndex(nil, nil, clock))
	return c
}

// Index gives the newest index.
func (c *Cache) Index() *Index { return c.index.Load() }

// Fill reads the catalogue.
func (c *Cache) Fill(ctx context.Context) error {
	services, err := c.source.Services(ctx)
	if err != nil {
		return err
	}
	use, err := c.source.ServiceUse(ctx, c.clock().Add(-usePeriod))
	if err != nil {
		return err
	}
	index := NewIndex(services, use, c.clock)
	c.index.Store(index)
	if c.Renewed != nil {
		c.Renewed(ctx, index)
	}
	return nil
}

// Run keeps the cache new until ctx ends.
func (c *Cache) Run(ctx context.Context) error {
	const poll = 30 * time.Second
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.hints:
		case <-ticker.C:
		}
		if err := c.Fill(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn().Err(err).Msg("catalogue not renewed")
		}
	}
}
