// Package groupcommit has requests that come at the same time share a transaction: while one commit syncs, the next batch gathers. A
// request that comes alone is committed at once. The package knows nothing of what is committed, or where.
package groupcommit

import (
	"context"
	"errors"
	"sync"
	"time"

	"okno/internal/fault"
)

// Group commits requests of one kind.
type Group[T any] struct {
	// Write commits a batch in one transaction.
	Write func(ctx context.Context, batch []T) error
	// Keys, where given, are what no two requests of a batch may have in common.
	Keys func(T) []string
	// Size, where given, is how much of a batch's room a request takes; without it each takes one.
	Size func(T) int
	// Abreast is how many batches are committed at the same time, Most the room of one. A request that is larger is a batch of its own.
	Abreast, Most int

	mu      sync.Mutex
	waiting []request[T]
	running int
}

// request waits for its answer.
type request[T any] struct {
	ctx    context.Context
	one    T
	answer chan error
}

// Do commits a request, and gives what came of it. When ctx ends first nobody knows whether the request is in force:
// [fault.ErrUncertain].
func (g *Group[T]) Do(ctx context.Context, one T) error {
	r := request[T]{ctx, one, make(chan error, 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, r)
	begin := g.running < g.Abreast
	if begin {
		g.running++
	}
	g.mu.Unlock()
	if begin {
		go g.run()
	}
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
		return errors.Join(fault.ErrUncertain, ctx.Err())
	}
}

// run commits batches until nobody waits.
func (g *Group[T]) run() {
	for {
		g.mu.Lock()
		batch := g.gather()
		if len(batch) == 0 {
			g.running--
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.settle(batch)
	}
}

// gather takes a batch of those that wait, the longest first.
func (g *Group[T]) gather() (batch []request[T]) {
	taken := map[string]bool{}
	room := g.Most
	rest := g.waiting[:0]
	for _, r := range g.waiting {
		keys, size := g.keys(r.one), g.size(r.one)
		if len(batch) > 0 && (size > room || anyOf(taken, keys)) {
			rest = append(rest, r)
			continue
		}
		for _, key := range keys {
			taken[key] = true
		}
		room -= size
		batch = append(batch, r)
	}
	clear(g.waiting[len(rest):])
	g.waiting = rest
	return batch
}

func (g *Group[T]) keys(one T) []string {
	if g.Keys == nil {
		return nil
	}
	return g.Keys(one)
}

func (g *Group[T]) size(one T) int {
	if g.Size == nil {
		return 1
	}
	return g.Size(one)
}

func anyOf(taken map[string]bool, keys []string) bool {
	for _, key := range keys {
		if taken[key] {
			return true
		}
	}
	return false
}

// batchLimit is how long a batch may take: as long as a statement, whoever asked for it.
const batchLimit = 30 * time.Second

// settle commits a batch. Where that fails its requests go one by one, so that a bad one spoils only itself; but not where nobody knows
// whether the batch is in force.
func (g *Group[T]) settle(batch []request[T]) {
	ones := make([]T, len(batch))
	for i, r := range batch {
		ones[i] = r.one
	}
	err := g.writeFor(batch[0].ctx, ones)
	for _, r := range batch {
		alone := err
		if err != nil && len(batch) > 1 && !errors.Is(err, fault.ErrUncertain) {
			alone = g.writeFor(r.ctx, []T{r.one})
		}
		r.answer <- alone
	}
}

// writeFor writes on behalf of one who asked, and who may be gone while the others are not.
func (g *Group[T]) writeFor(ctx context.Context, ones []T) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), batchLimit)
	defer cancel()
	return g.Write(ctx, ones)
}
