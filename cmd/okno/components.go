package main

import (
	"context"
	"fmt"
	"time"

	"github.com/rs/zerolog"
)

// stopBudget is how long a component may take to end what it has begun.
const stopBudget = 10 * time.Second

// components are what a node runs: started in order, stopped in reverse.
type components struct {
	log     zerolog.Logger
	running []*component
	failed  chan error
}

type component struct {
	name   string
	cancel context.CancelFunc
	ended  chan struct{}
}

func newComponents(log zerolog.Logger) *components {
	return &components{log: log, failed: make(chan error, 1)}
}

// start runs a component until stop, or until it fails.
func (c *components) start(name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	one := &component{name: name, cancel: cancel, ended: make(chan struct{})}
	c.running = append(c.running, one)
	go func() {
		defer close(one.ended)
		if err := run(ctx); err != nil && ctx.Err() == nil {
			select {
			case c.failed <- fmt.Errorf("%s: %w", name, err):
			default:
			}
		}
	}()
}

// stop ends all, the last first, each within its budget.
func (c *components) stop() {
	for i := len(c.running) - 1; i >= 0; i-- {
		one := c.running[i]
		one.cancel()
		timer := time.NewTimer(stopBudget)
		select {
		case <-one.ended:
			c.log.Debug().Str("component", one.name).Msg("stopped")
		case <-timer.C:
			c.log.Error().Str("component", one.name).Dur("budget", stopBudget).Msg("does not stop")
		}
		timer.Stop()
	}
}
