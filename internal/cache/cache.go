// Package cache holds the newest of something that is read whole and seldom changes: the catalogue, the offices. It knows neither.
package cache

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// poll is how often a cache is filled anew without a hint: a hint may be lost.
const poll = 30 * time.Second

// Cache holds a value that no reader changes. A hint renews it at once, a slow poll in any case. It is safe for concurrent use.
type Cache[T any] struct {
	what   string
	read   func(ctx context.Context) (*T, error)
	hints  <-chan struct{}
	log    zerolog.Logger
	newest atomic.Pointer[T]
	// Renewed is called with every new value, the first that was read included; may be nil.
	Renewed func(context.Context, *T)
}

// New has an empty value until it is filled. what names it in the log.
func New[T any](what string, empty *T, read func(ctx context.Context) (*T, error), hints <-chan struct{}, log zerolog.Logger) *Cache[T] {
	c := &Cache[T]{what: what, read: read, hints: hints, log: log}
	c.newest.Store(empty)
	return c
}

// Newest gives the newest value.
func (c *Cache[T]) Newest() *T { return c.newest.Load() }

// Fill reads the value.
func (c *Cache[T]) Fill(ctx context.Context) error {
	value, err := c.read(ctx)
	if err != nil {
		return err
	}
	c.newest.Store(value)
	if c.Renewed != nil {
		c.Renewed(ctx, value)
	}
	return nil
}

// Run keeps the value new until ctx ends. While it cannot be read, the one before stays.
func (c *Cache[T]) Run(ctx context.Context) error {
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
			c.log.Warn().Err(err).Msg(c.what + " not renewed")
		}
	}
}
