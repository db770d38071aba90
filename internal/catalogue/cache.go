package catalogue

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"okno/internal/cache"
)

// Source gives the whole catalogue.
type Source interface {
	Services(ctx context.Context) ([]Service, error)
	// ServiceUse gives how often each service was asked for since a moment, by code.
	ServiceUse(ctx context.Context, since time.Time) (map[string]int, error)
}

// usePeriod is how far back use counts in the order of matches: a quarter of a year.
const usePeriod = 90 * 24 * time.Hour

// Cache holds the newest index.
type Cache struct{ *cache.Cache[Index] }

// NewCache is empty until it is filled.
func NewCache(source Source, hints <-chan struct{}, clock func() time.Time, log zerolog.Logger) *Cache {
	read := func(ctx context.Context) (*Index, error) {
		services, err := source.Services(ctx)
		if err != nil {
			return nil, err
		}
		use, err := source.ServiceUse(ctx, clock().Add(-usePeriod))
		if err != nil {
			return nil, err
		}
		return NewIndex(services, use, clock), nil
	}
	return &Cache{cache.New("catalogue", NewIndex(nil, nil, clock), read, hints, log)}
}

// Index gives the newest index.
func (c *Cache) Index() *Index { return c.Newest() }
